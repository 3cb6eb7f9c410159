package model

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/juju/charm/v12/resource"
	"github.com/juju/errors"
)

// Resource is a resource of an application.
type Resource struct {
	resource.Meta
	// Content is what agents download: of a file its content, of an image the description that Juju makes of its name. Without
	// it nobody gave the resource yet.
	Content []byte
}

// resources are those of an application that is deployed, with their contents where they were given. The refusals are those of
// Juju's command line (cmd/juju/resource) and of its API server (apiserver/resources.go).
func resources(of *Charm, given map[string]string) (map[string]*Resource, error) {
	declared := of.Meta().Resources
	var unknown []string
	for _, name := range SortedKeys(given) {
		if _, ok := declared[name]; !ok {
			unknown = append(unknown, name)
		}
	}
	switch len(unknown) {
	case 0:
	case 1:
		return nil, errors.Errorf("unrecognized resource %q", unknown[0])
	default:
		return nil, errors.Errorf("unrecognized resources: %s", strings.Join(unknown, ", "))
	}
	found := map[string]*Resource{}
	for _, name := range SortedKeys(declared) {
		found[name] = &Resource{Meta: declared[name]}
		if value, ok := given[name]; ok {
			content, err := upload(declared[name], value)
			if err != nil {
				return nil, errors.Annotatef(err, "resource %q", name)
			}
			found[name].Content = content
		}
	}
	return found, nil
}

// upload is the content of what was given for a resource.
func upload(meta resource.Meta, given string) ([]byte, error) {
	if meta.Type == resource.TypeContainerImage {
		return fmt.Appendf(nil, "registrypath: %s\nusername: \"\"\npassword: \"\"\n", given), nil
	}
	if expected := path.Ext(meta.Path); path.Ext(given) != expected {
		return nil, errors.Errorf("incorrect extension on resource upload %q, expected %q", given, expected)
	}
	return os.ReadFile(given)
}

// newResources are those that a refresh to a local charm uploads: the ones that were given. One that is new has to be given
// (shouldUpgradeResourceLocalCharm in cmd/juju/application/utils).
func (app *App) newResources(of *Charm, given map[string]string) (map[string]*Resource, error) {
	for _, name := range SortedKeys(of.Meta().Resources) {
		value, isGiven := given[name]
		switch has := app.Resources[name] != nil; {
		case !has && !isGiven:
			return nil, errors.Errorf("new resource %q was missing, please provide it via --resource", name)
		case has && isGiven:
			if _, err := strconv.Atoi(value); err == nil {
				return nil, errors.Errorf("resource %q revision not found, provide via --resource", name)
			}
		}
	}
	found, err := resources(of, given)
	for name, resource := range found {
		if resource.Content == nil {
			delete(found, name)
		}
	}
	return found, err
}

// AttachResource is `juju attach-resource`. It says whether the content is another: pods are then replaced.
func (m *Model) AttachResource(name, resource, given string) (changed bool, err error) {
	app, err := m.alive(name)
	if err != nil {
		return false, err
	}
	known := app.Resources[resource]
	if known == nil {
		err = errors.NotFoundf("resource#%s/%s", name, resource)
		return false, errors.Annotatef(err, "failed to upload resource %q", resource)
	}
	content, err := upload(known.Meta, given)
	if err != nil {
		return false, errors.Annotatef(err, "failed to upload resource %q", resource)
	}
	if changed = known.Content == nil || !bytes.Equal(known.Content, content); changed {
		known.Content = content
		app.CharmVersion++
		m.Changed()
	}
	return changed, nil
}

// Download is the content of a resource as a controller gives it to an agent (apiserver/resources_unit.go). A local charm has
// nothing in Charmhub.
func (app *App) Download(name string) ([]byte, error) {
	known := app.Resources[name]
	if known == nil {
		return nil, errors.NotFoundf("resource#%s/%s", app.Name, name)
	}
	if known.Content == nil {
		return nil, errors.Annotate(errors.NotFoundf("resource %q", name), "while getting resource from charmhub")
	}
	return known.Content, nil
}
