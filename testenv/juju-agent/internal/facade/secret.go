package facade

import (
	"github.com/juju/errors"

	coresecrets "github.com/juju/juju/core/secrets"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	secrets("CreateSecretURIs", func(_ *Session, args params.CreateSecretURIsArg) params.StringResults {
		results := params.StringResults{}
		for range args.Count {
			results.Results = append(results.Results, params.StringResult{Result: coresecrets.NewURI().String()})
		}
		return results
	})
	// No backends: the agent keeps the content in Juju.
	secrets("GetSecretBackendConfigs", func(*Session, params.SecretBackendArgs) params.SecretBackendConfigResults {
		return params.SecretBackendConfigResults{}
	})
	secrets("GetSecretMetadata", func(s *Session, _ none) params.ListSecretResults {
		results := params.ListSecretResults{}
		for _, id := range model.SortedKeys(s.m.Secrets) {
			if secret := s.m.Secrets[id]; s.mayManage(secret) {
				results.Results = append(results.Results, metadata(secret))
			}
		}
		return results
	})
	secrets("GetSecretContentInfo", func(s *Session, args params.GetSecretContentArgs) params.SecretContentResults {
		results := params.SecretContentResults{}
		for _, arg := range args.Args {
			content, err := s.secretContent(arg)
			results.Results = append(results.Results, params.SecretContentResult{Content: content, Error: failure(err)})
		}
		return results
	})
	secrets("GetSecretRevisionContentInfo", func(s *Session, args params.SecretRevisionArg) params.SecretContentResults {
		results := params.SecretContentResults{}
		secret, err := s.secret(args.URI)
		for _, number := range args.Revisions {
			result := params.SecretContentResult{Error: failure(err)}
			if err == nil {
				content, err := contentOf(secret, number)
				result = params.SecretContentResult{Content: content, Error: failure(err)}
			}
			results.Results = append(results.Results, result)
		}
		return results
	})
	secrets("GetConsumerSecretsRevisionInfo", func(s *Session, args params.GetSecretConsumerInfoArgs) params.SecretConsumerInfoResults {
		results := params.SecretConsumerInfoResults{}
		for _, uri := range args.URIs {
			results.Results = append(results.Results, s.consumerInfo(uri))
		}
		return results
	})
}

// secrets registers a method of the SecretsManager facade that cannot fail as a whole.
func secrets[A, R any](name string, answer func(*Session, A) R) {
	method("SecretsManager."+name, func(s *Session, args A) (R, error) { return answer(s, args), nil })
}

// mayManage: the owner; of an application's secret its leader.
func (s *Session) mayManage(secret *model.Secret) bool {
	return secret.Owner == s.unitTag() || secret.Owner == s.appTag() && s.leads()
}

// owns: the unit, or all units of the application.
func (s *Session) owns(secret *model.Secret) bool {
	return secret.Owner == s.unitTag() || secret.Owner == s.appTag()
}

func (s *Session) mayRead(secret *model.Secret) bool {
	if s.owns(secret) {
		return true
	}
	_, unit := secret.Access[s.unitTag()]
	_, app := secret.Access[s.appTag()]
	return unit || app
}

func (s *Session) secret(uri string) (*model.Secret, error) {
	parsed, err := coresecrets.ParseURI(uri)
	if err != nil {
		return nil, err
	}
	if secret := s.m.Secrets[parsed.ID]; secret != nil {
		return secret, nil
	}
	return nil, errors.NotFoundf("secret %q", parsed.ID)
}

func metadata(secret *model.Secret) params.ListSecretResult {
	latest := secret.Latest()
	result := params.ListSecretResult{
		URI: secret.URI(), OwnerTag: secret.Owner, Label: secret.Label, Description: secret.Description,
		RotatePolicy: string(secret.Rotate), NextRotateTime: secret.NextRotate,
		LatestRevision: latest.Number, LatestExpireTime: latest.Expires,
	}
	for _, revision := range secret.Revisions {
		result.Revisions = append(result.Revisions, params.SecretRevision{Revision: revision.Number})
	}
	for _, subject := range model.SortedKeys(secret.Access) {
		if access := secret.Access[subject]; access.Role == coresecrets.RoleView {
			result.Access = append(result.Access, access)
		}
	}
	return result
}

// secretContent is what secret-get reads: the revision that the reader tracks, the latest, or the latest from now on.
func (s *Session) secretContent(arg params.GetSecretContentArg) (params.SecretContentParams, error) {
	secret, err := s.readable(arg)
	if err != nil {
		return params.SecretContentParams{}, err
	}
	latest := secret.Latest().Number
	consumer := secret.Consumers[s.unit]
	if consumer == nil { // even one that only peeks tracks the latest from then on
		consumer = &model.Consumer{Current: latest}
		secret.Consumers[s.unit] = consumer
	}
	if arg.Refresh {
		consumer.Current = latest
	}
	if arg.Label != "" && arg.URI != "" {
		s.label(secret, consumer, arg.Label)
	}
	s.m.Changed()
	if arg.Peek {
		return contentOf(secret, latest)
	}
	return contentOf(secret, consumer.Current)
}

// label names a secret: for all of its owner if the reader may, else for the reader alone.
func (s *Session) label(secret *model.Secret, consumer *model.Consumer, label string) {
	switch {
	case s.owns(secret) && secret.Label == label:
	case s.mayManage(secret):
		secret.Label = label
	default:
		consumer.Label = label
	}
}

// readable finds a secret by its id or by a label of the reader or, for the owner, of the secret itself.
func (s *Session) readable(arg params.GetSecretContentArg) (*model.Secret, error) {
	var found *model.Secret
	if arg.URI != "" {
		secret, err := s.secret(arg.URI)
		if err != nil {
			return nil, err
		}
		found = secret
	} else {
		for _, id := range model.SortedKeys(s.m.Secrets) {
			secret := s.m.Secrets[id]
			consumer := secret.Consumers[s.unit]
			if consumer != nil && consumer.Label == arg.Label || s.owns(secret) && secret.Label == arg.Label {
				found = secret
			}
		}
	}
	if found == nil {
		return nil, errors.NotFoundf("consumer label %q", arg.Label)
	}
	if !s.mayRead(found) {
		return nil, errPerm
	}
	return found, nil
}

func contentOf(secret *model.Secret, number int) (params.SecretContentParams, error) {
	for _, revision := range secret.Revisions {
		if revision.Number == number {
			return params.SecretContentParams{Data: revision.Data}, nil
		}
	}
	return params.SecretContentParams{}, errors.NotFoundf("secret revision %s/%d", secret.ID, number)
}

func (s *Session) consumerInfo(uri string) params.SecretConsumerInfoResult {
	secret, err := s.secret(uri)
	if err == nil && !s.mayRead(secret) {
		err = errPerm
	}
	if err == nil && secret.Consumers[s.unit] == nil {
		err = errors.NotFoundf("secret consumer")
	}
	if err != nil {
		return params.SecretConsumerInfoResult{Error: failure(err)}
	}
	label := secret.Consumers[s.unit].Label
	if label == "" && s.owns(secret) {
		label = secret.Label
	}
	return params.SecretConsumerInfoResult{Revision: secret.Latest().Number, Label: label}
}
