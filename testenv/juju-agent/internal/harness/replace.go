package harness

import (
	"slices"
	"syscall"
)

// replace ends a unit's pod and starts a new one with empty folders. As a kubelet does, it asks the agent to end (which runs
// `stop`), and kills it when nothing comes of that.
func (h *Harness) replace(unit string) error {
	if p := h.pods[unit]; p != nil {
		if err := h.end(p); err != nil {
			return err
		}
	}
	h.model.Lock()
	wanted := h.model.Units[unit] != nil
	h.model.Unlock()
	if !wanted {
		return nil
	}
	_, err := h.newPod(unit)
	return err
}

func (h *Harness) end(p *pod) error {
	p.ending = true
	h.activity.Add(1)
	_ = syscall.Kill(p.process.Process.Pid, syscall.SIGTERM) // one that is gone needs none
	if err := h.settle(); err != nil {
		return err
	}
	if !p.isEnded() {
		p.kill() // the grace period is over
	}
	h.buried(p.unit)
	return h.forget(p)
}

// restart kills a unit's agent and starts it again on the same folders, as happens to a container that dies.
func (h *Harness) restart(unit string) error {
	p := h.pods[unit]
	if p == nil {
		return h.replace(unit)
	}
	p.kill()
	return p.start()
}

// replaceAll replaces the pods of an application one by one, highest number first, as a StatefulSet's update does. That takes a
// cluster seconds: agents hear before of what changed.
func (h *Harness) replaceAll(app string) error {
	if err := h.settle(); err != nil {
		return err
	}
	h.model.Lock()
	units := h.model.UnitsOf(app)
	h.model.Unlock()
	slices.Reverse(units)
	for _, u := range units {
		if err := h.replace(u.Name); err != nil {
			return err
		}
		if err := h.settle(); err != nil {
			return err
		}
	}
	return nil
}
