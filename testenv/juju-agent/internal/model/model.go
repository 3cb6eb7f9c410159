// Package model is one Juju model as the controller double keeps it: plain data under one lock, and what Juju's verbs and
// agents do to it. What a real controller would write into its database stands here as fields.
package model

import (
	"fmt"
	"maps"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/juju/charm/v12"
	"github.com/juju/names/v5"

	"github.com/juju/juju/core/life"
	"github.com/juju/juju/rpc/params"
)

// Model is the whole of it. All fields are read and changed under the lock.
type Model struct {
	mu   sync.Mutex
	cond *sync.Cond

	Name, UUID string
	Apps       map[string]*App
	Units      map[string]*Unit
	Relations  map[int]*Relation
	Actions    map[string]*Action
	Secrets    map[string]*Secret
	Charms     map[string]*Charm // all that were ever deployed, by URL

	// Version grows with every change.
	Version                                     uint64
	relations, actions, services, pods, storage int
}

// App is an application.
type App struct {
	Name    string
	Life    life.Value
	Charm   *Charm
	Config  charm.Settings // what was set
	Trust   bool
	Scale   int
	Leader  string // a unit, or empty
	Status  params.StatusResult
	Address string            // of its Service
	Legacy  map[string]string // leader-set
	// CharmVersion is the CharmModifiedVersion: it grows with every refresh, and pods of an older one are replaced.
	CharmVersion int
	Resources    map[string]*Resource
	past         map[string]charm.Settings // what was set when another charm was refreshed, by its URL
}

// Unit is a unit.
type Unit struct {
	Name, App string
	Life      life.Value
	Resolved  params.ResolvedMode
	CharmURL  string // what its agent said it runs
	Agent     params.StatusResult
	Workload  params.StatusResult
	State     params.UnitStateResult
	Ports     map[string][]params.PortRange
	Version   string // of the workload
	Address   string // of its pod; empty while it has none
	Storage   []*Storage
}

// Storage is a filesystem attached to a unit.
type Storage struct {
	ID, Location string
	Life         life.Value
}

// Action is an action that was queued by `juju run`.
type Action struct {
	ID, Unit, Name string
	Params         map[string]any
	Status         string
	Result         params.ActionExecutionResult
	Log            []string
}

// New is an empty model.
func New(name, uuid string) *Model {
	m := &Model{
		Name: name, UUID: uuid, Apps: map[string]*App{}, Units: map[string]*Unit{}, Relations: map[int]*Relation{},
		Actions: map[string]*Action{}, Secrets: map[string]*Secret{}, Charms: map[string]*Charm{},
	}
	m.cond = sync.NewCond(&m.mu)
	return m
}

// Lock takes the model.
func (m *Model) Lock() { m.mu.Lock() }

// Unlock gives it back.
func (m *Model) Unlock() { m.mu.Unlock() }

// Changed wakes all who wait for a change. Call it with the lock held, after every change.
func (m *Model) Changed() {
	m.reap()
	m.Version++
	m.cond.Broadcast()
}

// Wait gives the lock back until something changed.
func (m *Model) Wait() { m.cond.Wait() }

// revokeWith takes the rights to read secrets that hang on a relation.
func (m *Model) revokeWith(r *Relation) {
	scope := names.NewRelationTag(r.Key).String()
	for _, secret := range m.Secrets {
		maps.DeleteFunc(secret.Access, func(_ string, access params.AccessInfo) bool { return access.ScopeTag == scope })
	}
}

// reap takes away what is dying and held by nothing any more.
func (m *Model) reap() {
	for id, r := range m.Relations {
		if r.Life != life.Alive && !r.held() {
			delete(m.Relations, id)
			m.revokeWith(r)
		}
	}
	for name, app := range m.Apps {
		if app.Life == life.Alive || len(m.UnitsOf(name)) > 0 || len(m.relationsOf(name, false)) > 0 {
			continue
		}
		for _, r := range m.relationsOf(name, true) {
			delete(m.Relations, r.ID)
		}
		delete(m.Apps, name)
	}
}

// UnitsOf are the units of an application, lowest number first.
func (m *Model) UnitsOf(app string) []*Unit {
	var units []*Unit
	for _, u := range m.Units {
		if u.App == app {
			units = append(units, u)
		}
	}
	sort.Slice(units, func(i, j int) bool { return Number(units[i].Name) < Number(units[j].Name) })
	return units
}

// IsLeader says whether the unit holds its application's lease.
func (m *Model) IsLeader(unit string) bool {
	app := m.Apps[AppOf(unit)]
	return app != nil && app.Leader == unit
}

// Claim gives the lease to unit if nobody holds it and no unit with a lower number could take it. A controller gives it to
// the first who asks; the double has an order, so that runs repeat.
func (m *Model) Claim(unit string) bool {
	app := m.Apps[AppOf(unit)]
	if app == nil || m.Units[unit] == nil || m.Units[unit].Life == life.Dead {
		return false
	}
	if app.Leader == "" && m.heir(app.Name) == unit {
		app.Leader = unit
		m.Changed()
	}
	return app.Leader == unit
}

// heir is the unit that gets a vacant lease: the lowest living one, or the lowest that is not dead.
func (m *Model) heir(app string) string {
	for _, wanted := range []life.Value{life.Alive, life.Dying} {
		for _, u := range m.UnitsOf(app) {
			if u.Life == wanted {
				return u.Name
			}
		}
	}
	return ""
}

// Died makes the unit dead, as EnsureDead does, and frees its lease.
func (m *Model) Died(unit string) {
	if u := m.Units[unit]; u != nil {
		u.Life = life.Dead
	}
	if app := m.Apps[AppOf(unit)]; app != nil && app.Leader == unit {
		app.Leader = ""
	}
	m.Changed()
}

// Remove takes away a dead unit, and with it the scopes that it still holds (those of peer relations).
func (m *Model) Remove(unit string) {
	for _, r := range m.Relations {
		delete(r.InScope, unit)
	}
	delete(m.Units, unit)
	if app := m.Apps[AppOf(unit)]; app != nil && app.Life == life.Alive {
		m.scaleTo(app, app.Scale) // it may have been wanted again meanwhile
	}
	m.Changed()
}

// AppOf is the application of a unit's name.
func AppOf(unit string) string { return strings.SplitN(unit, "/", 2)[0] }

// Number is the number of a unit's name.
func Number(unit string) int {
	number := 0
	if _, after, ok := strings.Cut(unit, "/"); ok {
		_, _ = fmt.Sscan(after, &number)
	}
	return number
}

// SortedKeys are the keys of a map in order.
func SortedKeys[K ~string | ~int, V any](of map[K]V) []K {
	keys := make([]K, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}

// newStatus is a status set now.
func newStatus(value, message string) params.StatusResult {
	now := time.Now()
	return params.StatusResult{Status: value, Info: message, Since: &now}
}
