package facade

import (
	"fmt"
	"strings"

	"github.com/juju/errors"
	"github.com/juju/names/v5"

	"github.com/juju/juju/core/life"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
	"charmarr/testenv/juju-agent/internal/wire"
)

// What a controller of a Kubernetes model says of itself. JUJU_API_ADDRESSES and CLOUD_API_VERSION come from here.
const (
	cloudVersion       = "1.34.4"
	updateStatusPeriod = "5m"
)

func init() {
	uniter("Life", func(s *Session, args params.Entities) params.LifeResults {
		results := params.LifeResults{}
		for _, entity := range args.Entities {
			found, err := s.lifeOf(entity.Tag)
			results.Results = append(results.Results, params.LifeResult{Life: found, Error: failure(err)})
		}
		return results
	})
	uniter("Refresh", func(s *Session, args params.Entities) params.UnitRefreshResults {
		return params.UnitRefreshResults{Results: each(s, args, func(u *model.Unit) params.UnitRefreshResult {
			return params.UnitRefreshResult{Life: u.Life, Resolved: u.Resolved, ProviderID: model.PodName(u.Name)}
		}, func(err *params.Error) params.UnitRefreshResult { return params.UnitRefreshResult{Error: err} })}
	})
	uniter("Watch", func(s *Session, args params.Entities) params.NotifyWatchResults {
		results := params.NotifyWatchResults{}
		for _, entity := range args.Entities {
			look := s.lookAtApp
			if strings.HasPrefix(entity.Tag, names.UnitTagKind+"-") {
				look = s.lookAtUnit
			}
			results.Results = append(results.Results, s.notify(look))
		}
		return results
	})
	uniter("EnsureDead", func(s *Session, args params.Entities) params.ErrorResults {
		return eachError(len(args.Entities), func(int) error { s.m.Died(s.unit); return nil })
	})
	uniter("ClearResolved", func(s *Session, args params.Entities) params.ErrorResults {
		return eachError(len(args.Entities), func(int) error {
			s.self().Resolved = params.ResolvedNone
			s.m.Changed()
			return nil
		})
	})
	uniter("State", func(s *Session, args params.Entities) params.UnitStateResults {
		return params.UnitStateResults{Results: each(s, args, func(u *model.Unit) params.UnitStateResult { return u.State },
			func(err *params.Error) params.UnitStateResult { return params.UnitStateResult{Error: err} })}
	})
	uniter("SetState", func(s *Session, args params.SetUnitStateArgs) params.ErrorResults {
		return eachError(len(args.Args), func(i int) error { setState(s.self(), args.Args[i]); return nil })
	})
	uniter("GetPrincipal", func(_ *Session, args params.Entities) params.StringBoolResults {
		return params.StringBoolResults{Results: make([]params.StringBoolResult, len(args.Entities))}
	})
	for _, name := range []string{"HasSubordinates", "CanApplyLXDProfile"} {
		uniter(name, func(_ *Session, args params.Entities) params.BoolResults {
			return params.BoolResults{Results: make([]params.BoolResult, len(args.Entities))}
		})
	}
	uniter("AssignedMachine", func(s *Session, _ params.Entities) params.StringResults {
		return params.StringResults{Results: []params.StringResult{{Error: &params.Error{
			Message: fmt.Sprintf("unit %q is not assigned to a machine", s.unit), Code: params.CodeNotAssigned,
		}}}}
	})
	uniter("GetMeterStatus", func(*Session, params.Entities) params.MeterStatusResults {
		return params.MeterStatusResults{Results: []params.MeterStatusResult{{Code: "AMBER", Info: "not set"}}}
	})
	method("CAASApplication.UnitTerminating", func(s *Session, _ params.Entity) (params.CAASUnitTerminationResult, error) {
		s.terminating = true
		u := s.self()
		wanted := u != nil && u.Life == life.Alive && s.app().Life == life.Alive
		return params.CAASUnitTerminationResult{WillRestart: wanted}, nil
	})
	modelMethods()
}

func modelMethods() {
	uniter("CurrentModel", func(s *Session, _ none) params.ModelResult {
		return params.ModelResult{Name: s.m.Name, UUID: s.m.UUID, Type: "caas"}
	})
	uniter("ModelConfig", func(s *Session, _ none) params.ModelConfigResult {
		return params.ModelConfigResult{Config: params.ModelConfig{
			"name": s.m.Name, "uuid": s.m.UUID, "type": "kubernetes", "agent-version": "3.5-beta1",
			"update-status-hook-interval": updateStatusPeriod, "secret-backend": "auto",
		}}
	})
	uniter("WatchForModelConfigChanges", func(s *Session, _ none) params.NotifyWatchResult {
		return s.notify(func() string { return updateStatusPeriod })
	})
	uniter("APIAddresses", func(*Session, none) params.StringsResult {
		return params.StringsResult{Result: []string{wire.APIAddress}}
	})
	for name, value := range map[string]string{"SLALevel": "unsupported", "CloudAPIVersion": cloudVersion, "ProviderType": "kubernetes"} {
		uniter(name, func(*Session, none) params.StringResult { return params.StringResult{Result: value} })
	}
	method("PayloadsHookContext.List", func(*Session, params.Entities) (params.PayloadResults, error) {
		return params.PayloadResults{}, nil
	})
	method("ResourcesHookContext.GetResourceInfo", resourceInfo)
	method("HTTP.GET", download)
}

// download gives the bytes of a charm or of a resource of the agent's application.
func download(s *Session, path string) ([]byte, error) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	name := parts[len(parts)-1]
	if parts[0] == "charms" {
		for _, known := range s.m.Charms {
			if known.Sha256 == name {
				return known.Archive, nil
			}
		}
		return nil, errors.NotFoundf("charm %q", name)
	}
	return s.app().Download(name)
}

func (s *Session) lifeOf(tag string) (life.Value, error) {
	parsed, err := names.ParseTag(tag)
	if err != nil {
		return "", errPerm
	}
	if app := s.m.Apps[parsed.Id()]; app != nil && parsed.Kind() == names.ApplicationTagKind {
		return app.Life, nil
	}
	if u := s.m.Units[parsed.Id()]; u != nil && parsed.Kind() == names.UnitTagKind {
		return u.Life, nil
	}
	return "", errors.NotFoundf("%s", names.ReadableString(parsed))
}

func (s *Session) lookAtUnit() string {
	u := s.self()
	if u == nil {
		return "gone"
	}
	return fmt.Sprint(u.Life, u.Resolved, u.CharmURL)
}

func (s *Session) lookAtApp() string {
	app := s.app()
	if app == nil {
		return "gone"
	}
	return fmt.Sprint(app.Life, app.Charm.URL, app.CharmVersion)
}

// setState writes the parts that are given.
func setState(u *model.Unit, arg params.SetUnitStateArg) {
	set(&u.State.CharmState, arg.CharmState)
	set(&u.State.UniterState, arg.UniterState)
	set(&u.State.RelationState, arg.RelationState)
	set(&u.State.StorageState, arg.StorageState)
	set(&u.State.SecretState, arg.SecretState)
	set(&u.State.MeterStatusState, arg.MeterStatusState)
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
