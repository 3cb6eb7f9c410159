package facade

import (
	"slices"

	"github.com/juju/errors"

	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	uniter("CommitHookChanges", func(s *Session, args params.CommitHookChangesArgs) params.ErrorResults {
		return eachError(len(args.Args), func(i int) error { return s.commit(args.Args[i]) })
	})
}

// commit applies what a hook that exited with 0 left behind. It is one transaction: refused as a whole or made as a whole.
func (s *Session) commit(changes params.CommitHookChangesArg) error {
	u, err := s.own(changes.Tag)
	if err != nil {
		return err
	}
	relations := make([]*model.Relation, len(changes.RelationUnitSettings))
	for i, arg := range changes.RelationUnitSettings {
		if relations[i], err = s.relationOf(arg.Relation, arg.Unit); err != nil {
			return err
		}
		if len(arg.ApplicationSettings) > 0 && !s.leads() {
			return errors.Annotate(s.errNotLeader(), "checking leadership continuity")
		}
	}
	if err := s.commitSecrets(changes); err != nil {
		return err
	}
	if changes.UpdateNetworkInfo {
		for _, r := range s.m.Relations {
			if r.InScope[s.unit] {
				r.Units[s.unit].Merge(s.addresses())
			}
		}
	}
	for i, arg := range changes.RelationUnitSettings {
		if len(arg.Settings) > 0 {
			relations[i].Units[s.unit].Merge(arg.Settings)
		}
		relations[i].Apps[s.appName()].Merge(arg.ApplicationSettings)
	}
	for _, opened := range changes.OpenPorts {
		if open := u.Ports[opened.Endpoint]; !slices.Contains(open, portRange(opened)) {
			u.Ports[opened.Endpoint] = append(open, portRange(opened))
		}
	}
	for _, closed := range changes.ClosePorts {
		u.Ports[closed.Endpoint] = slices.DeleteFunc(u.Ports[closed.Endpoint], func(open params.PortRange) bool {
			return open == portRange(closed)
		})
	}
	if changes.SetUnitState != nil {
		setState(u, *changes.SetUnitState)
	}
	s.m.Changed()
	return nil
}

func portRange(p params.EntityPortRange) params.PortRange {
	return params.PortRange{FromPort: p.FromPort, ToPort: p.ToPort, Protocol: p.Protocol}
}
