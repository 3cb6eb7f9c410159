package facade

import (
	"github.com/juju/errors"
	"github.com/juju/names/v5"

	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

// Who may read which databag.
func init() {
	uniter("ReadSettings", func(s *Session, args params.RelationUnits) params.SettingsResults {
		results := params.SettingsResults{}
		for _, arg := range args.RelationUnits {
			settings, err := s.readOwn(arg)
			results.Results = append(results.Results, params.SettingsResult{Settings: settings, Error: failure(err)})
		}
		return results
	})
	method("Uniter.ReadLocalApplicationSettings", func(s *Session, arg params.RelationUnit) (params.SettingsResult, error) {
		r, err := s.relationOf(arg.Relation, arg.Unit)
		if err != nil {
			return params.SettingsResult{}, err
		}
		if !r.Peer() && !s.leads() {
			return params.SettingsResult{}, errPerm
		}
		return params.SettingsResult{Settings: settingsOf(r.Apps[s.appName()])}, nil
	})
	uniter("ReadRemoteSettings", func(s *Session, args params.RelationUnitPairs) params.SettingsResults {
		results := params.SettingsResults{}
		for _, arg := range args.RelationUnitPairs {
			settings, err := s.readRemote(arg)
			results.Results = append(results.Results, params.SettingsResult{Settings: settings, Error: failure(err)})
		}
		return results
	})
}

func (s *Session) readOwn(arg params.RelationUnit) (params.Settings, error) {
	r, err := s.relationOf(arg.Relation, arg.Unit)
	if err != nil {
		return nil, err
	}
	bag := r.Units[s.unit]
	if bag == nil {
		return nil, errors.NotFoundf("unit %q: settings", s.unit)
	}
	return settingsOf(bag), nil
}

func (s *Session) readRemote(arg params.RelationUnitPair) (params.Settings, error) {
	r, err := s.relationOf(arg.Relation, arg.LocalUnit)
	if err != nil {
		return nil, err
	}
	kind, id, err := targetOf(arg.RemoteUnit)
	if err != nil {
		return nil, err
	}
	related := func(app string) bool { return r.Endpoint(app) != nil && (r.Peer() || app != s.appName()) }
	switch {
	case kind == names.ApplicationTagKind && related(id):
		return settingsOf(r.Apps[id]), nil
	case kind != names.UnitTagKind || id == s.unit || !related(model.AppOf(id)):
		return nil, errPerm
	}
	bag := r.Units[id]
	if bag == nil {
		return nil, errors.NotFoundf("cannot read settings for unit %q in relation %q: unit %q: settings", id, r.Key, id)
	}
	return settingsOf(bag), nil
}
