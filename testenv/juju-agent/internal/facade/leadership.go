package facade

import (
	"fmt"

	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	method("LeadershipService.ClaimLeadership", func(s *Session, args params.ClaimLeadershipBulkParams) (params.ClaimLeadershipBulkResults, error) {
		results := params.ClaimLeadershipBulkResults{Results: make([]params.ErrorResult, len(args.Params))}
		for i := range results.Results {
			if !s.m.Claim(s.unit) {
				results.Results[i].Error = &params.Error{Message: "leadership claim denied", Code: params.CodeLeadershipClaimDenied}
			}
		}
		return results, nil
	})
	// A controller answers this when the lease runs out. The double answers the one who gets it.
	method("LeadershipService.BlockUntilLeadershipReleased", func(s *Session, _ any) (params.ErrorResult, error) {
		return params.ErrorResult{}, s.until(func() bool { return s.leads() || s.m.Claim(s.unit) })
	})
	uniter("Merge", func(s *Session, args params.MergeLeadershipSettingsBulkParams) params.ErrorResults {
		return eachError(len(args.Params), func(i int) error {
			if !s.leads() {
				return s.errNotLeader()
			}
			(&model.Bag{Data: s.app().Legacy}).Merge(args.Params[i].Settings)
			s.m.Changed()
			return nil
		})
	})
	uniter("Read", func(s *Session, _ params.Entities) params.GetLeadershipSettingsBulkResults {
		return params.GetLeadershipSettingsBulkResults{Results: []params.GetLeadershipSettingsResult{{Settings: s.app().Legacy}}}
	})
	uniter("WatchLeadershipSettings", func(s *Session, _ params.Entities) params.NotifyWatchResults {
		look := s.ofApp(func(app *model.App) any { return app.Legacy })
		return params.NotifyWatchResults{Results: []params.NotifyWatchResult{s.notify(func() string { return fmt.Sprint(look()) })}}
	})
}
