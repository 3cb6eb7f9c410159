package facade

import (
	"fmt"
	"strings"

	"github.com/juju/errors"
	"github.com/juju/names/v5"

	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	uniter("CharmURL", func(s *Session, args params.Entities) params.StringBoolResults {
		results := params.StringBoolResults{}
		for _, entity := range args.Entities {
			result := params.StringBoolResult{}
			switch {
			case !strings.HasPrefix(entity.Tag, names.UnitTagKind+"-"):
				result.Result = s.app().Charm.URL
			case s.self() == nil:
				result.Error = failure(errors.NotFoundf("unit %q", s.unit))
			default:
				result.Result, result.Ok = s.self().CharmURL, s.self().CharmURL != ""
			}
			results.Results = append(results.Results, result)
		}
		return results
	})
	uniter("SetCharmURL", func(s *Session, args params.EntitiesCharmURL) params.ErrorResults {
		return eachError(len(args.Entities), func(i int) error {
			s.self().CharmURL = args.Entities[i].CharmURL
			s.m.Changed()
			return nil
		})
	})
	uniter("CharmArchiveSha256", func(s *Session, args params.CharmURLs) params.StringResults {
		results := params.StringResults{}
		for _, url := range args.URLs {
			result := params.StringResult{Error: failure(errPerm)}
			if known := s.m.Charms[url.URL]; known != nil {
				result = params.StringResult{Result: known.Sha256}
			}
			results.Results = append(results.Results, result)
		}
		return results
	})
	uniter("CharmModifiedVersion", func(s *Session, args params.Entities) params.IntResults {
		results := params.IntResults{Results: make([]params.IntResult, len(args.Entities))}
		for i := range results.Results {
			results.Results[i].Result = s.app().CharmVersion
		}
		return results
	})
	uniter("ConfigSettings", func(s *Session, args params.Entities) params.ConfigSettingsResults {
		return params.ConfigSettingsResults{Results: each(s, args, func(u *model.Unit) params.ConfigSettingsResult {
			return params.ConfigSettingsResult{Settings: params.ConfigSettings(s.m.Settings(u))}
		}, func(err *params.Error) params.ConfigSettingsResult { return params.ConfigSettingsResult{Error: err} })}
	})
	uniter("WatchConfigSettingsHash", func(s *Session, _ params.Entities) params.StringsWatchResults {
		// Juju hashes what was set, not the defaults, together with the charm's URL.
		return one(s.hash(func() any {
			u := s.self()
			if u == nil || s.app() == nil {
				return nil
			}
			return fmt.Sprint(u.CharmURL, s.m.IsSet(u))
		}))
	})
	uniter("WatchTrustConfigSettingsHash", func(s *Session, _ params.Entities) params.StringsWatchResults {
		return one(s.hash(s.ofApp(func(app *model.App) any { return app.Trust })))
	})
	uniter("CloudSpec", func(s *Session, _ none) params.CloudSpecResult {
		if !s.app().Trust {
			return params.CloudSpecResult{Error: failure(errPerm)}
		}
		return params.CloudSpecResult{Result: &params.CloudSpec{Type: "kubernetes", Name: "kubernetes"}}
	})
}

// ofApp looks at the agent's application, if it is still there.
func (s *Session) ofApp(look func(*model.App) any) func() any {
	return func() any {
		if app := s.app(); app != nil {
			return look(app)
		}
		return nil
	}
}
