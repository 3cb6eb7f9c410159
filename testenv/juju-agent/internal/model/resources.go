package model

import (
	"fmt"
	"os"

	"github.com/juju/charm/v12/resource"
	"github.com/juju/errors"
)

// resources are what agents download: of a file its content, of an image the description that Juju makes of its name.
func resources(of *Charm, given map[string]string) (map[string][]byte, error) {
	declared := of.Meta().Resources
	content := map[string][]byte{}
	for _, name := range SortedKeys(given) {
		meta, ok := declared[name]
		if !ok {
			return nil, errors.NotFoundf("resource %q", name)
		}
		if meta.Type == resource.TypeContainerImage {
			content[name] = fmt.Appendf(nil, "registrypath: %s\nusername: \"\"\npassword: \"\"\n", given[name])
			continue
		}
		read, err := os.ReadFile(given[name])
		if err != nil {
			return nil, fmt.Errorf("cannot read resource `%s`: %w", name, err)
		}
		content[name] = read
	}
	return content, nil
}
