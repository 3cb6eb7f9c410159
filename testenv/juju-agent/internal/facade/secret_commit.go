package facade

import (
	"slices"
	"strings"
	"time"

	"github.com/juju/errors"
	"github.com/juju/names/v5"

	coresecrets "github.com/juju/juju/core/secrets"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

// commitSecrets applies what a hook did with secrets, in Juju's order. Who may do it is checked before anything is changed.
func (s *Session) commitSecrets(changes params.CommitHookChangesArg) error {
	if err := s.checkSecrets(changes); err != nil {
		return err
	}
	now := time.Now()
	for _, arg := range changes.SecretCreates {
		uri, err := coresecrets.ParseURI(*arg.URI)
		if err != nil {
			return errors.Annotate(err, "creating secrets")
		}
		secret := &model.Secret{
			ID: uri.ID, Owner: arg.OwnerTag, Rotate: coresecrets.RotateNever, Consumers: map[string]*model.Consumer{},
			Access: map[string]params.AccessInfo{arg.OwnerTag: {TargetTag: arg.OwnerTag, ScopeTag: arg.OwnerTag, Role: coresecrets.RoleManage}},
		}
		s.m.Secrets[uri.ID] = secret
		write(secret, arg.UpsertSecretArg, now)
	}
	for _, arg := range changes.SecretUpdates {
		if secret, err := s.secret(arg.URI); err == nil {
			write(secret, arg.UpsertSecretArg, now)
		}
	}
	for _, uri := range changes.TrackLatest {
		if secret, err := s.secret(uri); err == nil && secret.Consumers[s.unit] != nil {
			secret.Consumers[s.unit].Current = secret.Latest().Number
		}
	}
	for _, arg := range changes.SecretGrants {
		if secret, err := s.secret(arg.URI); err == nil {
			for _, subject := range arg.SubjectTags {
				secret.Access[subject] = params.AccessInfo{TargetTag: subject, ScopeTag: arg.ScopeTag, Role: coresecrets.SecretRole(arg.Role)}
			}
		}
	}
	for _, arg := range changes.SecretRevokes {
		if secret, err := s.secret(arg.URI); err == nil {
			for _, subject := range arg.SubjectTags {
				delete(secret.Access, subject)
			}
		}
	}
	for _, arg := range changes.SecretDeletes {
		if secret, err := s.secret(arg.URI); err == nil {
			s.deleteSecret(secret, arg.Revisions)
		}
	}
	return nil
}

func (s *Session) checkSecrets(changes params.CommitHookChangesArg) error {
	created := map[string]bool{}
	for _, arg := range changes.SecretCreates {
		if strings.HasPrefix(arg.OwnerTag, "application-") && !s.leads() {
			return errors.Annotate(errPerm, "creating secrets")
		}
		if s.labelTaken(arg.OwnerTag, arg.Label, *arg.URI) {
			return errors.Annotate(errors.AlreadyExistsf("secret with label %q", *arg.Label), "creating secrets")
		}
		created[*arg.URI] = true
	}
	check := func(uri, doing string) error {
		if created[uri] {
			return nil
		}
		secret, err := s.secret(uri)
		if err == nil && !s.mayManage(secret) {
			err = errPerm
		}
		return errors.Annotate(err, doing)
	}
	for _, arg := range changes.SecretUpdates {
		if err := check(arg.URI, "updating secrets"); err != nil {
			return err
		}
		if secret, err := s.secret(arg.URI); err == nil && s.labelTaken(secret.Owner, arg.Label, arg.URI) {
			return errors.Annotate(errors.AlreadyExistsf("secret with label %q", *arg.Label), "updating secrets")
		}
	}
	for _, arg := range changes.SecretGrants {
		if err := check(arg.URI, "granting secrets access"); err != nil {
			return err
		}
	}
	for _, arg := range changes.SecretRevokes {
		if err := check(arg.URI, "revoking secrets access"); err != nil {
			return err
		}
	}
	for _, arg := range changes.SecretDeletes {
		if err := check(arg.URI, "removing secrets"); err != nil {
			return err
		}
	}
	return nil
}

// labelTaken says whether another secret has the label: one of the same owner, or of the application where the owner is a
// unit of it, or the other way round.
func (s *Session) labelTaken(owner string, label *string, uri string) bool {
	if label == nil || *label == "" {
		return false
	}
	for _, secret := range s.m.Secrets {
		together := secret.Owner == owner || secret.Owner == s.appTag() || owner == s.appTag() && s.ownedByOurs(secret)
		if together && secret.Label == *label && !strings.HasSuffix(uri, secret.ID) {
			return true
		}
	}
	return false
}

// ownedByOurs: by a unit of this application.
func (s *Session) ownedByOurs(secret *model.Secret) bool {
	tag, err := names.ParseUnitTag(secret.Owner)
	return err == nil && model.AppOf(tag.Id()) == s.appName()
}

// write follows Juju's facade and its state of secrets: a rotation begins with a policy that rotates more often than the present
// one; new content has only the end that is said with it, and an end alone is that of the latest content.
func write(secret *model.Secret, arg params.UpsertSecretArg, now time.Time) {
	set(&secret.Label, arg.Label)
	set(&secret.Description, arg.Description)
	if arg.RotatePolicy != nil {
		setRotation(secret, *arg.RotatePolicy, now)
	}
	switch {
	case len(arg.Content.Data) > 0:
		number := 1
		if len(secret.Revisions) > 0 {
			number = secret.Latest().Number + 1
		}
		secret.Revisions = append(secret.Revisions, &model.Revision{Number: number, Data: arg.Content.Data, Created: now, Expires: arg.ExpireTime})
	case arg.ExpireTime != nil:
		secret.Latest().Expires = arg.ExpireTime
	}
}

// setRotation keeps the time of the next rotation unless the new policy rotates more often, as Juju 3.6 does. (3.5-beta1 refuses
// to change one policy that rotates to another.)
func setRotation(secret *model.Secret, policy coresecrets.RotatePolicy, now time.Time) {
	next, present := policy.NextRotateTime(now), secret.Rotate.NextRotateTime(now)
	if next == nil || present == nil || next.Before(*present) {
		secret.NextRotate = next
	}
	secret.Rotate = policy
}

// deleteSecret takes revisions away, all of them if none is named. A secret without revisions is gone.
func (s *Session) deleteSecret(secret *model.Secret, revisions []int) {
	secret.Revisions = slices.DeleteFunc(secret.Revisions, func(revision *model.Revision) bool {
		return len(revisions) == 0 || slices.Contains(revisions, revision.Number)
	})
	if len(secret.Revisions) == 0 {
		delete(s.m.Secrets, secret.ID)
	}
}
