package model

import (
	"maps"
	"slices"

	"github.com/juju/charm/v12"
	"github.com/juju/errors"
)

// Refresh is `juju refresh` to another revision of the charm: its pods have to be replaced. What is refused, and what becomes of
// relations and storage, is as in Juju's state package (Application.SetCharm).
func (m *Model) Refresh(name, folder string, given map[string]string) error {
	app, err := m.alive(name)
	if err != nil {
		return err
	}
	read, err := m.addCharm(folder)
	if err != nil {
		return err
	}
	if read.Meta().Name != app.Charm.Meta().Name {
		return errors.Errorf("cannot refresh %q to %q", app.Charm.Meta().Name, read.Meta().Name)
	}
	resources, err := app.newResources(read, given)
	if err != nil {
		return err
	}
	if err := m.checkRefresh(app, read); err != nil {
		return errors.Annotatef(err, "cannot upgrade application %q to charm %q", name, read.URL)
	}
	app.CharmVersion++
	app.past[app.Charm.URL] = app.Config
	app.Charm = read
	app.Config = read.Config().FilterSettings(app.Config)
	maps.Copy(app.Resources, resources)
	m.removeStalePeers(app)
	m.addNewPeers(app)
	m.Changed()
	return nil
}

// checkRefresh is preUpgradeRelationLimitCheck, checkStorageUpgrade and checkRelationsOps.
func (m *Model) checkRefresh(app *App, read *Charm) error {
	endpoints := read.Meta().CombinedRelations()
	for _, name := range SortedKeys(endpoints) {
		established := m.countOf(Endpoint{app.Name, endpoints[name]})
		if limit := endpoints[name].Limit; limit > 0 && established > limit {
			return errors.QuotaLimitExceededf("new charm version imposes a maximum relation limit of %d for %s:%s which cannot be satisfied by the number of already established relations (%d)",
				limit, app.Name, name, established)
		}
	}
	if err := checkStorage(app.Charm.Meta().Storage, read.Meta().Storage); err != nil {
		return err
	}
	for _, r := range m.relationsOf(app.Name, false) {
		if !r.Endpoint(app.Name).ImplementedBy(read) {
			return errors.Errorf("would break relation %q", r.Key)
		}
	}
	return nil
}

func checkStorage(had, has map[string]charm.Storage) error {
	for _, name := range SortedKeys(had) {
		after, ok := has[name]
		if !ok {
			return errors.Errorf("required storage %q removed", name)
		}
		if before := had[name].Location; before != after.Location {
			return errors.Errorf("existing storage %q location changed from %q to %q", name, before, after.Location)
		}
	}
	return nil
}

// removeStalePeers takes away the peer relations for which the charm has no endpoint any more (removeStalePeerRelationsOps).
func (m *Model) removeStalePeers(app *App) {
	for _, r := range m.relationsOf(app.Name, true) {
		if _, ok := app.Charm.Meta().Peers[r.Endpoint(app.Name).Name]; !ok {
			delete(m.Relations, r.ID)
		}
	}
}

func (m *Model) addNewPeers(app *App) {
	peers := app.Charm.Meta().Peers
	for _, name := range SortedKeys(peers) {
		key := app.Name + ":" + name
		known := slices.ContainsFunc(m.relationsOf(app.Name, true), func(r *Relation) bool { return r.Key == key })
		if !known {
			m.addRelation(key, Endpoint{app.Name, peers[name]})
		}
	}
}
