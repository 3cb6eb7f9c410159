package harness

import (
	"fmt"
	"os"
	"slices"
	"time"

	"charmarr/testenv/juju-agent/internal/model"
	"charmarr/testenv/juju-agent/internal/wire"
)

// How settling waits.
const (
	lookEvery   = 3 * time.Millisecond
	probeAnswer = 20 * time.Second
	// What goes on after so many restarts goes on for ever.
	maxRestarts = 3
	maxTries    = 3
)

// settle waits until the model is quiet: no hook runs, and none is owed but those that wait for a timer.
func (h *Harness) settle() error {
	end := time.Now().Add(h.options.Patience)
	for {
		if err := h.tend(); err != nil {
			return err
		}
		calms, why := h.look()
		if why == "" && !h.nudge(calms) {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("not quiet after %v: %s", h.options.Patience, why)
		}
		if why != "" {
			time.Sleep(lookEvery)
		}
	}
}

// look asks every agent whether anything goes on in it, and gives their answers, or what goes on.
//
// Nothing goes on if all agents are parked, the double has no news for any of them, and from before the first was asked until
// after the last answered, nothing was said between them and the double: then nothing was on its way either.
func (h *Harness) look() (calms map[string]*wire.Calm, why string) {
	before := h.activity.Load()
	answers := map[string]<-chan *wire.Calm{}
	for unit, p := range h.pods {
		if !p.isEnded() {
			answers[unit] = p.probe()
		} else if !p.ending {
			return nil, unit + ": its agent ended"
		}
	}
	calms = map[string]*wire.Calm{}
	for unit, answer := range answers {
		select {
		case calm := <-answer:
			calms[unit] = calm
			if !calm.Calm {
				why = fmt.Sprintf("%s: %s", unit, calm.Busy)
			}
			if late := h.pods[unit].late(calm); late != "" {
				why = fmt.Sprintf("%s: %s", unit, late)
			}
		case <-h.pods[unit].ended:
			why = unit + ": its agent ended"
		case <-time.After(probeAnswer):
			why = unit + ": its agent does not answer"
		}
	}
	if why == "" {
		why = h.pending()
	}
	if why == "" && h.activity.Load() != before {
		why = "something was said meanwhile"
	}
	return calms, why
}

// probe asks an agent whether it is calm.
func (p *pod) probe() <-chan *wire.Calm {
	answer := make(chan *wire.Calm, 1)
	p.mu.Lock()
	p.lastID++
	id := p.lastID
	p.probes[id] = answer
	p.mu.Unlock()
	_ = p.conn.Write(wire.ToAgent{Order: &wire.Order{ID: id, What: wire.Probe}}) // an agent that is gone is seen by `ended`
	return answer
}

// late is what was sent to the agent by other ways than the socket, and did not reach it yet.
func (p *pod) late(calm *wire.Calm) string {
	if p.ending && !p.session.Terminating() {
		return "SIGTERM is on its way"
	}
	for container, occurred := range p.noticed {
		// An agent that does not ask for notices is made to, by nudge, as soon as all else is quiet.
		asks := slices.Contains(calm.Noticing, container) || p.givenUp(container, "notices")
		if asks && calm.NoticeSeen[container].Before(occurred) {
			return "a notice of " + container + " is on its way"
		}
	}
	return ""
}

// pending is an agent for which the double has news.
func (h *Harness) pending() string {
	h.model.Lock()
	defer h.model.Unlock()
	for unit, p := range h.pods {
		if !p.isEnded() && p.session.Pending() {
			return unit + ": news is on its way"
		}
	}
	return ""
}

// tend does what Kubernetes does by itself: pods for new units, no pods for dead ones, agents started again.
func (h *Harness) tend() error {
	for unit, p := range h.pods {
		if !p.isEnded() || p.ending {
			continue
		}
		if h.buried(unit) {
			if err := h.forget(p); err != nil {
				return err
			}
			continue
		}
		h.restarts++
		if h.restarts > maxRestarts {
			return fmt.Errorf("the agent of `%s` ends again and again: %s", unit, p.reason)
		}
		p.tellEnd()
		if err := p.start(); err != nil {
			return err
		}
	}
	h.model.Lock()
	wanted := h.model.Wanted()
	h.model.Unlock()
	for _, unit := range wanted {
		if h.pods[unit] == nil {
			if _, err := h.newPod(unit); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget takes away what is left of a pod whose agent ended.
func (h *Harness) forget(p *pod) error {
	p.stopPebbles()
	delete(h.pods, p.unit)
	return os.RemoveAll(p.root)
}

// buried removes a unit that is dead, and says whether it is gone.
func (h *Harness) buried(unit string) bool {
	h.model.Lock()
	defer h.model.Unlock()
	u := h.model.Units[unit]
	if u == nil {
		return true
	}
	if u.Life != "dead" {
		return false
	}
	h.model.Remove(unit)
	return true
}

// nudge lets agents look at Pebbles that they did not see since these came up. Juju's agents do so by a timer of seconds;
// here it goes off when all else is done. It says whether it did anything.
func (h *Harness) nudge(calms map[string]*wire.Calm) (did bool) {
	for unit, calm := range calms {
		p := h.pods[unit]
		for _, container := range model.SortedKeys(p.pebbles) {
			for _, order := range p.ordersFor(container, calm) {
				did = h.order(unit, order) == nil || did
			}
		}
	}
	return did
}

func (p *pod) ordersFor(container string, calm *wire.Calm) []string {
	if !slices.Contains(calm.Noticing, container) && p.try(container, "notices") {
		return []string{wire.FireReconnect} // the shorter of the two timers
	}
	if calm.Polled[container] != p.pebbles[container].BootID() && p.try(container, "poll") {
		return []string{wire.FirePoll}
	}
	return nil
}

// try counts attempts of one kind with one Pebble in one line, so that one that does not answer is not asked for ever.
func (p *pod) try(container, what string) bool {
	p.tried[container+" "+what]++
	return !p.givenUp(container, what)
}

func (p *pod) givenUp(container, what string) bool { return p.tried[container+" "+what] > maxTries }
