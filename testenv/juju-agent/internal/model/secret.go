package model

import (
	"time"

	coresecrets "github.com/juju/juju/core/secrets"
	"github.com/juju/juju/rpc/params"
)

// Secret is a secret whose content is kept in the model.
type Secret struct {
	ID, Owner, Label, Description string // the owner is a tag
	Rotate                        coresecrets.RotatePolicy
	NextRotate                    *time.Time
	Revisions                     []*Revision
	Access                        map[string]params.AccessInfo // by the tag of who may read
	Consumers                     map[string]*Consumer         // by unit
}

// Revision is one content of a secret.
type Revision struct {
	Number  int
	Data    map[string]string
	Created time.Time
	Expires *time.Time
}

// Consumer is a unit that has read a secret it does not own, or a revision of its own.
type Consumer struct {
	Label   string
	Current int
}

// URI is how charms name it.
func (s *Secret) URI() string { return "secret:" + s.ID }

// Latest is the newest revision.
func (s *Secret) Latest() *Revision { return s.Revisions[len(s.Revisions)-1] }
