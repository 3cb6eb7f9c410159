package facade

import (
	"bytes"

	"github.com/juju/charm/v12/resource"
	"github.com/juju/errors"

	"github.com/juju/juju/rpc/params"
)

// resourceInfo says what resource-get may download.
func resourceInfo(s *Session, args params.ListUnitResourcesArgs) (params.UnitResourcesResult, error) {
	results := params.UnitResourcesResult{}
	for _, name := range args.ResourceNames {
		result := params.UnitResourceResult{}
		found, err := s.resource(name)
		if err != nil {
			result.Error = failure(err)
		} else {
			result.Resource = found
		}
		results.Resources = append(results.Resources, result)
	}
	return results, nil
}

func (s *Session) resource(name string) (params.Resource, error) {
	known := s.app().Resources[name]
	if known == nil {
		return params.Resource{}, errors.NotFoundf("resource %q", name)
	}
	fingerprint, err := resource.GenerateFingerprint(bytes.NewReader(known.Content))
	if err != nil {
		return params.Resource{}, err
	}
	return params.Resource{
		CharmResource: params.CharmResource{
			Name: name, Type: known.Type.String(), Path: known.Path, Description: known.Description,
			Origin: resource.OriginUpload.String(), Fingerprint: fingerprint.Bytes(), Size: int64(len(known.Content)),
		},
		ID: s.appName() + "/" + name, ApplicationID: s.appName(),
	}, nil
}
