package model

import (
	"fmt"
	"slices"

	"github.com/juju/charm/v12"
	"github.com/juju/errors"
	"github.com/juju/names/v5"

	"github.com/juju/juju/core/life"
	"github.com/juju/juju/core/status"
	"github.com/juju/juju/rpc/params"
)

// Deploy is `juju deploy`.
type Deploy struct {
	App       string            `json:"app"`
	Charm     string            `json:"charm"`
	Units     *int              `json:"units"`
	Trust     bool              `json:"trust"`
	Config    map[string]string `json:"config"`
	Resources map[string]string `json:"resources"` // file: its path; oci-image: the image's name
}

// Deploy adds an application and its units.
func (m *Model) Deploy(d Deploy) error {
	if !names.IsValidApplication(d.App) {
		return errors.NotValidf("application name %q", d.App)
	}
	if m.Apps[d.App] != nil {
		return errors.Annotatef(errors.AlreadyExistsf("application"), "cannot add application %q", d.App)
	}
	read, err := m.addCharm(d.Charm)
	if err != nil {
		return err
	}
	settings, err := read.Config().ParseSettingsStrings(d.Config)
	if err != nil {
		return err
	}
	m.services++
	app := &App{
		Name: d.App, Life: life.Alive, Charm: read, Config: settings, Trust: d.Trust, Legacy: map[string]string{}, past: map[string]charm.Settings{},
		Status: statusOf(status.Unset, ""), Address: fmt.Sprintf("10.152.183.%d", 20+m.services),
	}
	if app.Resources, err = resources(read, d.Resources); err != nil {
		return err
	}
	m.Apps[d.App] = app
	m.addNewPeers(app)
	units := 1
	if d.Units != nil {
		units = *d.Units
	}
	m.scaleTo(app, units)
	return nil
}

// Scale is `juju scale-application`.
func (m *Model) Scale(name string, units int) error {
	if m.Apps[name] == nil {
		return errors.Errorf("application %q does not exist", name)
	}
	app, err := m.alive(name)
	if err != nil {
		return err
	}
	if units < 0 {
		return errors.NotValidf("scale < 0")
	}
	m.scaleTo(app, units)
	return nil
}

// scaleTo adds units with the lowest free numbers below the scale, and lets those at or above it die.
func (m *Model) scaleTo(app *App, scale int) {
	app.Scale = scale
	for _, u := range m.UnitsOf(app.Name) {
		if Number(u.Name) >= scale {
			m.destroyUnit(u)
		}
	}
	for number := range scale {
		name := fmt.Sprintf("%s/%d", app.Name, number)
		if m.Units[name] == nil {
			m.addUnit(app, name)
		}
	}
	m.Changed()
}

// Wanted are the living units that should have a pod.
func (m *Model) Wanted() []string {
	var wanted []string
	for _, name := range SortedKeys(m.Units) {
		if m.Units[name].Life != life.Dead {
			wanted = append(wanted, name)
		}
	}
	slices.SortStableFunc(wanted, func(a, b string) int { return Number(a) - Number(b) })
	return wanted
}

func (m *Model) addUnit(app *App, name string) {
	u := &Unit{
		Name: name, App: app.Name, Life: life.Alive, Ports: map[string][]params.PortRange{},
		Agent:    statusOf(status.Allocating, ""),
		Workload: statusOf(status.Waiting, status.MessageInstallingAgent),
	}
	declared := app.Charm.Meta().Storage
	for _, storage := range SortedKeys(declared) {
		for range declared[storage].CountMin {
			u.Storage = append(u.Storage, m.newStorage(declared[storage]))
		}
	}
	m.Units[name] = u
	if app.Leader == "" {
		app.Leader = m.heir(app.Name)
	}
}

func (m *Model) newStorage(declared charm.Storage) *Storage {
	id := fmt.Sprintf("%s/%d", declared.Name, m.storage)
	m.storage++
	location := declared.Location
	if location == "" {
		location = "/var/lib/juju/storage/" + id
	}
	return &Storage{ID: id, Location: location, Life: life.Alive}
}

// PodStarted gives the unit's new pod an address.
func (m *Model) PodStarted(unit string) {
	m.pods++
	m.Units[unit].Address = fmt.Sprintf("10.1.%d.%d", m.pods/250, 1+m.pods%250)
	m.Changed()
}

// alive finds an application that is not being removed.
func (m *Model) alive(name string) (*App, error) {
	app := m.Apps[name]
	if app == nil {
		return nil, errors.NotFoundf("application %q", name)
	}
	if app.Life != life.Alive {
		return nil, errors.Errorf("application %q is not alive", name)
	}
	return app, nil
}

func statusOf(value status.Status, message string) params.StatusResult {
	return newStatus(string(value), message)
}
