package facade

import (
	"fmt"
	"strings"

	"github.com/juju/names/v5"

	"github.com/juju/juju/core/life"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	uniter("Relation", func(s *Session, args params.RelationUnits) params.RelationResults {
		results := params.RelationResults{}
		for _, arg := range args.RelationUnits {
			r, err := s.relationOf(arg.Relation, arg.Unit)
			results.Results = append(results.Results, s.relationResult(r, err))
		}
		return results
	})
	uniter("RelationById", func(s *Session, args params.RelationIds) params.RelationResults {
		results := params.RelationResults{}
		for _, id := range args.RelationIds {
			r := s.m.Relations[id]
			var err error
			if r == nil || r.Endpoint(s.appName()) == nil {
				err = errPerm
			}
			results.Results = append(results.Results, s.relationResult(r, err))
		}
		return results
	})
	uniter("RelationsStatus", func(s *Session, args params.Entities) params.RelationUnitStatusResults {
		return params.RelationUnitStatusResults{Results: each(s, args, func(*model.Unit) params.RelationUnitStatusResult {
			result := params.RelationUnitStatusResult{}
			for _, id := range model.SortedKeys(s.m.Relations) {
				if r := s.m.Relations[id]; r.Endpoint(s.appName()) != nil {
					result.RelationResults = append(result.RelationResults, params.RelationUnitStatus{RelationTag: r.Tag(), InScope: r.InScope[s.unit]})
				}
			}
			return result
		}, func(err *params.Error) params.RelationUnitStatusResult {
			return params.RelationUnitStatusResult{Error: err}
		})}
	})
	uniter("SetRelationStatus", func(s *Session, args params.RelationStatusArgs) params.ErrorResults {
		return eachError(len(args.Args), func(i int) error {
			r := s.m.Relations[args.Args[i].RelationId]
			if r == nil {
				return errPerm
			}
			r.Status = string(args.Args[i].Status)
			return nil
		})
	})
	uniter("EnterScope", func(s *Session, args params.RelationUnits) params.ErrorResults {
		return eachError(len(args.RelationUnits), func(i int) error {
			r, err := s.relationOf(args.RelationUnits[i].Relation, args.RelationUnits[i].Unit)
			if err != nil {
				return err
			}
			return s.enterScope(r)
		})
	})
	uniter("LeaveScope", func(s *Session, args params.RelationUnits) params.ErrorResults {
		return eachError(len(args.RelationUnits), func(i int) error {
			r, err := s.relationOf(args.RelationUnits[i].Relation, args.RelationUnits[i].Unit)
			if err != nil {
				return err
			}
			delete(r.InScope, s.unit)
			s.m.Changed()
			return nil
		})
	})
	uniter("WatchUnitRelations", func(s *Session, _ params.Entities) params.StringsWatchResults {
		return one(s.keys(func() shot {
			now := shot{}
			for _, r := range s.m.Relations {
				if r.Endpoint(s.appName()) != nil {
					now[r.Key] = fmt.Sprint(r.Life)
				}
			}
			return now
		}))
	})
	uniter("WatchRelationUnits", func(s *Session, args params.RelationUnits) params.RelationUnitsWatchResults {
		results := params.RelationUnitsWatchResults{}
		for _, arg := range args.RelationUnits {
			r, err := s.relationOf(arg.Relation, arg.Unit)
			if err != nil {
				results.Results = append(results.Results, params.RelationUnitsWatchResult{Error: failure(err)})
				continue
			}
			results.Results = append(results.Results, s.watchMembers(r))
		}
		return results
	})
}

// relationOf finds a relation of the agent's application by its tag; unit has to be the agent's.
func (s *Session) relationOf(relation, unit string) (*model.Relation, error) {
	for _, r := range s.m.Relations {
		if r.Tag() == relation && r.Endpoint(s.appName()) != nil {
			_, err := s.own(unit)
			return r, err
		}
	}
	return nil, errPerm
}

func (s *Session) relationResult(r *model.Relation, err error) params.RelationResult {
	if err != nil {
		return params.RelationResult{Error: failure(err)}
	}
	return params.RelationResult{
		Life: r.Life, Id: r.ID, Key: r.Key, OtherApplication: r.Other(s.appName()),
		Endpoint: params.Endpoint{ApplicationName: s.appName(), Relation: params.NewCharmRelation(r.Endpoint(s.appName()).Relation)},
	}
}

// enterScope makes the unit a member. Its bag begins with its addresses.
func (s *Session) enterScope(r *model.Relation) error {
	if r.InScope[s.unit] {
		return nil
	}
	if r.Life != life.Alive || s.self().Life != life.Alive {
		return &params.Error{Message: "cannot enter scope: unit or relation is not alive", Code: params.CodeCannotEnterScope}
	}
	bag := r.Units[s.unit]
	if bag == nil {
		bag = model.NewBag()
		r.Units[s.unit] = bag
	}
	bag.Merge(s.addresses())
	bag.Version = 0
	r.InScope[s.unit] = true
	s.m.Changed()
	return nil
}

// members are the units that the agent sees in a relation, and the application whose bag it reads. A dying unit is hidden
// at once, though it is still in scope: Juju's cleanup prepares its leaving.
func (s *Session) members(r *model.Relation) shot {
	now := shot{}
	for unit, in := range r.InScope {
		u := s.m.Units[unit]
		mine := unit == s.unit || !r.Peer() && model.AppOf(unit) == s.appName()
		if in && !mine && u != nil && u.Life == life.Alive {
			now[unit] = fmt.Sprint(r.Units[unit].Version)
		}
	}
	other := r.Other(s.appName())
	now[other] = fmt.Sprint(r.Apps[other].Version)
	return now
}

// watchMembers watches the scopes, which outlast a peer relation that a refresh takes away: of its members none departs.
func (s *Session) watchMembers(r *model.Relation) params.RelationUnitsWatchResult {
	look := func() shot { return s.members(r) }
	id, first := s.register(look, func(old, now shot) (any, bool) {
		change, any := memberChange(old, now)
		return params.RelationUnitsWatchResult{Changes: change}, any
	})
	result, _ := first.(params.RelationUnitsWatchResult)
	result.RelationUnitsWatcherId = id
	return result
}

// memberChange is what came, changed and went. The going of the application with its relation is no news.
func memberChange(old, now shot) (change params.RelationUnitsChange, any bool) {
	change = params.RelationUnitsChange{Changed: map[string]params.UnitSettings{}, AppChanged: map[string]int64{}}
	for _, name := range changedKeys(old, now) {
		text, there := now[name]
		var version int64
		_, _ = fmt.Sscan(text, &version)
		isUnit := strings.Contains(name, "/")
		switch {
		case isUnit && there:
			change.Changed[name] = params.UnitSettings{Version: version}
		case isUnit:
			change.Departed = append(change.Departed, name)
		case there:
			change.AppChanged[name] = version
		default:
			continue
		}
		any = true
	}
	return change, any
}

func settingsOf(bag *model.Bag) params.Settings {
	settings := params.Settings{}
	for key, value := range bag.Data {
		settings[key] = value
	}
	return settings
}

// targetOf takes the tag of a unit or application apart.
func targetOf(tag string) (kind, id string, err error) {
	parsed, err := names.ParseTag(tag)
	if err != nil {
		return "", "", errPerm
	}
	return parsed.Kind(), parsed.Id(), nil
}
