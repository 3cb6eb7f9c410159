package facade

import (
	"fmt"
	"slices"
	"strings"
	"time"

	coresecrets "github.com/juju/juju/core/secrets"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	// Whoever read a secret, its owner too, is told of its revisions but the first, and of its end.
	secrets("WatchConsumedSecretsChanges", func(s *Session, _ params.Entities) params.StringsWatchResults {
		look := func() shot {
			now := shot{}
			for _, secret := range s.m.Secrets {
				if secret.Consumers[s.unit] != nil {
					now[secret.URI()] = fmt.Sprint(secret.Latest().Number)
				}
			}
			return now
		}
		return one(s.keysIf(look, func(_, latest string, there bool) bool { return !there || latest != "1" }))
	})
	// The owner is told of revisions that nobody tracks any more, and of the end of a secret.
	secrets("WatchObsolete", func(s *Session, args params.Entities) params.StringsWatchResult {
		look := func() shot {
			now := shot{}
			for _, secret := range s.m.Secrets {
				if ownedBy(secret, args) {
					now[secret.URI()] = ""
					addObsolete(now, secret)
				}
			}
			return now
		}
		return s.keysIf(look, func(key, _ string, there bool) bool { return there == strings.Contains(key, "/") })
	})
	secrets("WatchSecretsRotationChanges", func(s *Session, args params.Entities) params.SecretTriggerWatchResult {
		return s.triggers(func() triggers {
			due := triggers{}
			for _, secret := range s.m.Secrets {
				if secret.NextRotate != nil && ownedBy(secret, args) {
					due[secret.ID] = params.SecretTriggerChange{URI: secret.URI(), NextTriggerTime: *secret.NextRotate}
				}
			}
			return due
		})
	})
	secrets("WatchSecretRevisionsExpiryChanges", func(s *Session, args params.Entities) params.SecretTriggerWatchResult {
		return s.triggers(func() triggers {
			due := triggers{}
			for _, secret := range s.m.Secrets {
				for _, revision := range secret.Revisions {
					if revision.Expires != nil && ownedBy(secret, args) {
						change := params.SecretTriggerChange{URI: secret.URI(), Revision: revision.Number, NextTriggerTime: *revision.Expires}
						due[fmt.Sprintf("%s/%d", secret.ID, revision.Number)] = change
					}
				}
			}
			return due
		})
	})
	secrets("SecretsRotated", func(s *Session, args params.SecretRotatedArgs) params.ErrorResults {
		return eachError(len(args.Args), func(i int) error { return s.rotated(args.Args[i]) })
	})
}

// rotated says when a secret that was to rotate does so again: when its policy says, or soon if it was not changed or would
// expire before. (Juju's facade `SecretsManager`, `SecretsRotated`.)
func (s *Session) rotated(arg params.SecretRotatedArg) error {
	secret, err := s.secret(arg.URI)
	if err != nil {
		return err
	}
	if !secret.Rotate.WillRotate() {
		return nil
	}
	last := time.Now()
	if secret.NextRotate != nil {
		last = *secret.NextRotate
	}
	next, soon, latest := secret.Rotate.NextRotateTime(last), last.Add(coresecrets.RotateRetryDelay), secret.Latest()
	expires := latest.Expires != nil && latest.Expires.Before(*next)
	if expires && soon.Before(*latest.Expires) || !arg.Skip && latest.Number == arg.OriginalRevision {
		next = &soon
	}
	secret.NextRotate = next
	s.m.Changed()
	return nil
}

func ownedBy(secret *model.Secret, owners params.Entities) bool {
	return slices.ContainsFunc(owners.Entities, func(owner params.Entity) bool { return owner.Tag == secret.Owner })
}

func addObsolete(now shot, secret *model.Secret) {
	tracked := map[int]bool{secret.Latest().Number: true}
	for _, consumer := range secret.Consumers {
		tracked[consumer.Current] = true
	}
	for _, revision := range secret.Revisions {
		if !tracked[revision.Number] {
			now[fmt.Sprintf("%s/%d", secret.URI(), revision.Number)] = "obsolete"
		}
	}
}

// triggers are the times at which something is due.
type triggers map[string]params.SecretTriggerChange

func (s *Session) triggers(look func() triggers) params.SecretTriggerWatchResult {
	flat := func() shot {
		now := shot{}
		for key, change := range look() {
			now[key] = fmt.Sprint(change.Revision, change.NextTriggerTime.UnixNano())
		}
		return now
	}
	id, first := s.register(flat, func(old, now shot) (any, bool) {
		due, result := look(), params.SecretTriggerWatchResult{}
		for _, key := range changedKeys(old, now) {
			change, there := due[key]
			if !there { // a zero time says that nothing is due any more
				secret, revision, _ := strings.Cut(key, "/")
				change.URI = "secret:" + secret
				_, _ = fmt.Sscan(revision, &change.Revision)
			}
			result.Changes = append(result.Changes, change)
		}
		return result, len(result.Changes) > 0
	})
	result, _ := first.(params.SecretTriggerWatchResult)
	result.WatcherId = id
	return result
}
