package model

import (
	"fmt"
	"strings"

	"github.com/juju/charm/v12"
	"github.com/juju/errors"
	"github.com/juju/names/v5"

	"github.com/juju/juju/core/life"
	"github.com/juju/juju/core/status"
	"github.com/juju/juju/rpc/params"
)

// Configure is `juju config`.
func (m *Model) Configure(name string, values map[string]string, reset []string) error {
	app, err := m.alive(name)
	if err != nil {
		return err
	}
	settings, err := app.Charm.Config().ParseSettingsStrings(values)
	if err != nil {
		return errors.Annotate(err, "parsing settings for application")
	}
	for _, option := range reset {
		if _, ok := app.Charm.Config().Options[option]; !ok {
			return errors.Errorf("updating application charm settings: unknown option %q", option)
		}
	}
	for _, option := range reset {
		delete(app.Config, option)
	}
	for option, value := range settings {
		app.Config[option] = value
	}
	m.Changed()
	return nil
}

// IsSet is what was set for the charm that a unit runs. One that was refreshed but not replaced yet sees what it saw before.
func (m *Model) IsSet(u *Unit) charm.Settings {
	app := m.Apps[u.App]
	if past, ok := app.past[u.CharmURL]; ok && u.CharmURL != app.Charm.URL {
		return past
	}
	return app.Config
}

// Settings are the options as `config-get` gives them to a unit: what was set, else the default of the charm that it runs.
func (m *Model) Settings(u *Unit) charm.Settings {
	runs := m.Charms[u.CharmURL]
	if runs == nil {
		runs = m.Apps[u.App].Charm
	}
	settings := runs.Config().DefaultSettings()
	for option, value := range m.IsSet(u) {
		settings[option] = value
	}
	return settings
}

// SetTrust is `juju trust`.
func (m *Model) SetTrust(name string, trust bool) error {
	app, err := m.alive(name)
	if err != nil {
		return err
	}
	app.Trust = trust
	m.Changed()
	return nil
}

// RemoveApp is `juju remove-application`: its relations and units die with it.
func (m *Model) RemoveApp(name string) error {
	app := m.Apps[name]
	if app == nil {
		return errors.Annotatef(errors.NotFoundf("application %q", name), "removing application %s failed", name)
	}
	app.Life = life.Dying
	for _, r := range m.relationsOf(name, false) {
		r.Life = life.Dying
	}
	for _, u := range m.UnitsOf(name) {
		m.destroyUnit(u)
	}
	m.Changed()
	return nil
}

func (m *Model) destroyUnit(u *Unit) {
	if u.Life != life.Alive {
		return
	}
	u.Life = life.Dying
	for _, storage := range u.Storage {
		storage.Life = life.Dying
	}
}

// Run is `juju run`; it gives the new action's id.
func (m *Model) Run(unit, name string, parameters map[string]any) (string, error) {
	u := m.Units[unit]
	if u == nil {
		return "", errors.NotFoundf("%q", names.NewUnitTag(unit)) // as apiserver/common finds the receiver of an action
	}
	actions := m.Apps[u.App].Charm.Actions()
	if actions == nil || len(actions.ActionSpecs) == 0 {
		return "", errors.Errorf("no actions defined on charm %q", m.Apps[u.App].Charm.URL)
	}
	spec, ok := actions.ActionSpecs[name]
	if !ok {
		return "", errors.Errorf("action %q not defined on unit %q", name, unit)
	}
	if err := spec.ValidateParams(parameters); err != nil {
		return "", err
	}
	complete, err := spec.InsertDefaults(parameters)
	if err != nil {
		return "", err
	}
	m.actions++
	id := fmt.Sprint(m.actions)
	m.Actions[id] = &Action{ID: id, Unit: unit, Name: name, Params: complete, Status: params.ActionPending}
	m.Changed()
	return id, nil
}

// Resolve is `juju resolve`.
func (m *Model) Resolve(unit string, retry bool) error {
	u := m.Units[unit]
	if u == nil {
		return errors.NotFoundf("unit %q", unit)
	}
	if u.Agent.Status != string(status.Error) {
		return errors.Errorf("unit %q is not in an error state", unit)
	}
	u.Resolved = params.ResolvedNoHooks
	if retry {
		u.Resolved = params.ResolvedRetryHooks
	}
	m.Changed()
	return nil
}

// MoveLeadership lets the lease of the present leader run out and gives it to another unit. It returns who had it.
func (m *Model) MoveLeadership(to string) (from string, err error) {
	u := m.Units[to]
	if u == nil {
		return "", errors.NotFoundf("unit %q", to)
	}
	app, err := m.alive(AppOf(to))
	if err != nil {
		return "", err
	}
	from = app.Leader
	app.Leader = to
	m.Changed()
	return from, nil
}

// PodName is the name of a unit's pod.
func PodName(unit string) string { return strings.ReplaceAll(unit, "/", "-") }
