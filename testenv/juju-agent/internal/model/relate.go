package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/juju/charm/v12"
	"github.com/juju/errors"

	"github.com/juju/juju/core/life"
)

// Integrate is `juju integrate`; an end is `app` or `app:endpoint`. The refusals are those of Juju's state package.
func (m *Model) Integrate(a, b string) error {
	pairs, err := m.pairs(a, b)
	if err != nil {
		return err
	}
	explicit := slices.DeleteFunc(slices.Clone(pairs), func(pair [2]Endpoint) bool {
		return implicit(pair[0]) || implicit(pair[1])
	})
	switch {
	case len(pairs) == 0:
		return errors.New("no relations found")
	case len(pairs) > 1 && len(explicit) != 1:
		return ambiguous(a+" "+b, keysOf(pairs))
	case len(pairs) > 1:
		pairs = explicit
	}
	return m.relate(pairs[0])
}

func (m *Model) relate(pair [2]Endpoint) error {
	key := keyOf(pair)
	for _, end := range pair {
		if m.Apps[end.App].Life != life.Alive {
			return errors.Errorf("cannot add relation %q: application %q is not alive", key, end.App)
		}
	}
	for _, r := range m.Relations {
		if r.Key != key {
			continue
		}
		if r.Life != life.Alive {
			return errors.Errorf("cannot add relation %q: relation %s is dying, but not yet removed", key, key)
		}
		return errors.Errorf("cannot add relation %q: relation %s already exists", key, key)
	}
	for _, end := range pair {
		if limit := end.Limit; limit > 0 && m.countOf(end) >= limit {
			return errors.Errorf("cannot add relation %q: establishing a new relation for %s:%s would exceed its maximum relation limit of %d",
				key, end.App, end.Name, limit)
		}
	}
	m.addRelation(key, pair[0], pair[1])
	m.Changed()
	return nil
}

func (m *Model) countOf(end Endpoint) (count int) {
	for _, r := range m.Relations {
		if mine := r.Endpoint(end.App); mine != nil && mine.Name == end.Name {
			count++
		}
	}
	return count
}

func (m *Model) addRelation(key string, ends ...Endpoint) {
	r := &Relation{
		ID: m.relations, Key: key, Endpoints: ends, Life: life.Alive, Status: "joining",
		InScope: map[string]bool{}, Units: map[string]*Bag{}, Apps: map[string]*Bag{},
	}
	m.relations++
	for _, end := range ends {
		r.Apps[end.App] = NewBag()
	}
	m.Relations[r.ID] = r
}

// RemoveRelation is `juju remove-relation`.
func (m *Model) RemoveRelation(a, b string) error {
	for _, end := range []string{a, b} {
		if app := appOfEnd(end); m.Apps[app] == nil {
			return errors.NotFoundf("application %q", app)
		}
	}
	var found []*Relation
	for _, id := range SortedKeys(m.Relations) {
		if r := m.Relations[id]; !r.Peer() && r.has(a) && r.has(b) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return errors.NotFoundf("relation matching %q", a+" "+b)
	case 1:
		found[0].Life = life.Dying
		m.Changed()
		return nil
	}
	var keys []string
	for _, r := range found {
		keys = append(keys, r.Key)
	}
	return ambiguous(a+" "+b, keys)
}

// has says whether `app` or `app:endpoint` is an end of it.
func (r *Relation) has(end string) bool {
	app, name, named := strings.Cut(end, ":")
	mine := r.Endpoint(app)
	return mine != nil && (!named || mine.Name == name)
}

// pairs are all pairs of endpoints that fit, requirer first, as in Juju's relation keys.
func (m *Model) pairs(a, b string) (pairs [][2]Endpoint, err error) {
	left, err := m.endpoints(a)
	if err != nil {
		return nil, err
	}
	right, err := m.endpoints(b)
	if err != nil {
		return nil, err
	}
	for _, l := range left {
		for _, r := range right {
			if !fit(l, r) {
				continue
			}
			if l.Role == charm.RoleProvider {
				pairs = append(pairs, [2]Endpoint{r, l})
			} else {
				pairs = append(pairs, [2]Endpoint{l, r})
			}
		}
	}
	return pairs, nil
}

// endpoints are those that `app` or `app:endpoint` may mean, peers left out.
func (m *Model) endpoints(end string) ([]Endpoint, error) {
	name, wanted, named := strings.Cut(end, ":")
	app := m.Apps[name]
	if app == nil {
		return nil, errors.NotFoundf("application %q", name)
	}
	var found []Endpoint
	for endpoint, relation := range app.Charm.Meta().CombinedRelations() {
		if named && endpoint != wanted {
			continue
		}
		if relation.Role != charm.RolePeer {
			found = append(found, Endpoint{name, relation})
		} else if named {
			return nil, nil
		}
	}
	info := charm.Relation{Name: "juju-info", Role: charm.RoleProvider, Interface: "juju-info", Scope: charm.ScopeGlobal}
	if !named || wanted == info.Name {
		found = append(found, Endpoint{name, info})
	}
	if len(found) == 0 {
		return nil, errors.Errorf("application %q has no %q relation", name, wanted)
	}
	return found, nil
}

func fit(a, b Endpoint) bool {
	roles := a.Role == charm.RoleProvider && b.Role == charm.RoleRequirer || a.Role == charm.RoleRequirer && b.Role == charm.RoleProvider
	return roles && a.App != b.App && a.Interface == b.Interface
}

func implicit(end Endpoint) bool { return end.Interface == "juju-info" && end.Name == "juju-info" }

func keyOf(pair [2]Endpoint) string {
	return fmt.Sprintf("%s:%s %s:%s", pair[0].App, pair[0].Name, pair[1].App, pair[1].Name)
}

func keysOf(pairs [][2]Endpoint) (keys []string) {
	for _, pair := range pairs {
		keys = append(keys, keyOf(pair))
	}
	return keys
}

func ambiguous(query string, keys []string) error {
	slices.Sort(keys)
	for i, key := range keys {
		keys[i] = fmt.Sprintf("%q", key)
	}
	return errors.Errorf("ambiguous relation: %q could refer to %s", query, strings.Join(keys, "; "))
}

func appOfEnd(end string) string {
	app, _, _ := strings.Cut(end, ":")
	return app
}
