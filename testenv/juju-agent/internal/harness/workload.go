package harness

import (
	"path/filepath"

	"github.com/juju/errors"

	"charmarr/testenv/juju-agent/internal/pebble"
)

// startPebble starts the Pebble of a workload container, or starts it anew.
func (p *pod) startPebble(container string) (err error) {
	if running := p.pebbles[container]; running != nil {
		running.Stop()
		delete(p.pebbles, container)
	}
	delete(p.noticed, container)
	socket := filepath.Join(p.containerDir(container), "pebble.socket")
	var started pebble.Pebble
	if program := p.h.options.Pebble; program != "" {
		started, err = pebble.Start(program, filepath.Join(p.root, "workloads", container), socket)
	} else {
		started, err = pebble.StartDouble(socket)
	}
	if err == nil {
		p.pebbles[container] = started
	}
	return err
}

// notice makes a custom notice occur in a workload.
func (p *pod) notice(a noticeArg) error {
	running := p.pebbles[a.Container]
	if running == nil {
		return errors.Errorf("the Pebble of %q of unit %q is not up", a.Container, a.Unit)
	}
	occurred, err := running.Notice(a.Key, a.Data)
	if err == nil {
		p.noticed[a.Container] = occurred
	}
	return err
}

func (p *pod) stopPebbles() {
	for _, running := range p.pebbles {
		running.Stop()
	}
	clear(p.pebbles)
}
