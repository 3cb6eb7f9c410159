package facade

import (
	"time"

	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	setter := func(name string, target func(*Session) *params.StatusResult) {
		uniter(name, func(s *Session, args params.SetStatus) params.ErrorResults {
			return eachError(len(args.Entities), func(i int) error {
				if name == "SetApplicationStatus" && !s.leads() {
					return s.errNotLeader()
				}
				now := time.Now()
				given := args.Entities[i]
				status := target(s)
				status.Status, status.Info, status.Data, status.Since = given.Status, given.Info, given.Data, &now
				s.m.Changed()
				return nil
			})
		})
	}
	setter("SetUnitStatus", func(s *Session) *params.StatusResult { return &s.self().Workload })
	setter("SetAgentStatus", func(s *Session) *params.StatusResult { return &s.self().Agent })
	setter("SetApplicationStatus", func(s *Session) *params.StatusResult { return &s.app().Status })

	uniter("UnitStatus", func(s *Session, args params.Entities) params.StatusResults {
		return params.StatusResults{Results: each(s, args, func(u *model.Unit) params.StatusResult { return u.Workload },
			func(err *params.Error) params.StatusResult { return params.StatusResult{Error: err} })}
	})
	uniter("ApplicationStatus", func(s *Session, _ params.Entities) params.ApplicationStatusResults {
		result := params.ApplicationStatusResult{Error: failure(s.errNotLeader())}
		if s.leads() {
			result = params.ApplicationStatusResult{Application: s.app().Status, Units: map[string]params.StatusResult{}}
			for _, u := range s.m.UnitsOf(s.appName()) {
				result.Units[u.Name] = u.Workload
			}
		}
		return params.ApplicationStatusResults{Results: []params.ApplicationStatusResult{result}}
	})
	uniter("SetWorkloadVersion", func(s *Session, args params.EntityWorkloadVersions) params.ErrorResults {
		return eachError(len(args.Entities), func(i int) error {
			s.self().Version = args.Entities[i].WorkloadVersion
			return nil
		})
	})
	uniter("WorkloadVersion", func(s *Session, _ params.Entities) params.StringResults {
		return params.StringResults{Results: []params.StringResult{{Result: s.self().Version}}}
	})
}
