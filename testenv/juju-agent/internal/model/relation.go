package model

import (
	"github.com/juju/charm/v12"
	"github.com/juju/names/v5"

	"github.com/juju/juju/core/life"
)

// Endpoint is one end of a relation.
type Endpoint struct {
	App string
	charm.Relation
}

// Relation is a relation; a peer relation has one endpoint.
type Relation struct {
	ID        int
	Key       string
	Endpoints []Endpoint
	Life      life.Value
	Status    string
	InScope   map[string]bool // units that entered and did not leave
	Units     map[string]*Bag
	Apps      map[string]*Bag
}

// Bag is a databag. Its version grows with every change of its data.
type Bag struct {
	Data    map[string]string
	Version int64
}

func (r *Relation) held() bool {
	for _, in := range r.InScope {
		if in {
			return true
		}
	}
	return false
}

func (m *Model) relationsOf(app string, peers bool) []*Relation {
	var found []*Relation
	for _, id := range SortedKeys(m.Relations) {
		if r := m.Relations[id]; r.Endpoint(app) != nil && r.Peer() == peers {
			found = append(found, r)
		}
	}
	return found
}

// Endpoint is the application's end, or nil.
func (r *Relation) Endpoint(app string) *Endpoint {
	for i := range r.Endpoints {
		if r.Endpoints[i].App == app {
			return &r.Endpoints[i]
		}
	}
	return nil
}

// Peer says whether it is a peer relation.
func (r *Relation) Peer() bool { return len(r.Endpoints) == 1 }

// Other is the application at the other end; of a peer relation the same one.
func (r *Relation) Other(app string) string {
	for _, e := range r.Endpoints {
		if e.App != app {
			return e.App
		}
	}
	return app
}

// Tag is Juju's tag of it.
func (r *Relation) Tag() string { return names.NewRelationTag(r.Key).String() }

// NewBag is an empty databag.
func NewBag() *Bag { return &Bag{Data: map[string]string{}} }

// Merge writes settings; an empty value takes the key away.
func (b *Bag) Merge(settings map[string]string) {
	changed := false
	for key, value := range settings {
		old, had := b.Data[key]
		switch {
		case value == "" && had:
			delete(b.Data, key)
			changed = true
		case value != "" && old != value:
			b.Data[key] = value
			changed = true
		}
	}
	if changed {
		b.Version++
	}
}
