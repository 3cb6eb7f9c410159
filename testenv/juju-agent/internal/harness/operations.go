package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/juju/errors"

	"charmarr/testenv/juju-agent/internal/model"
	"charmarr/testenv/juju-agent/internal/wire"
)

// operation is one key, the operation's name, with its arguments.
type operation map[string]json.RawMessage

// outcome is what an operation leaves to be done when the model is free again, and the action it queued.
type outcome struct {
	after  []func() error
	action string
}

// unitArg and its like are the arguments of operations.
type (
	unitArg      struct{ Unit string }
	containerArg struct{ Unit, Container string }
	noticeArg    struct {
		Unit, Container, Key string
		Data                 map[string]string
	}
	pairArg   struct{ A, B string }
	configArg struct {
		App    string
		Values map[string]string
		Reset  []string
	}
	trustArg struct {
		App    string
		Remove bool
	}
	scaleArg struct {
		App   string
		Units int
	}
	appArg struct{ App string }
	runArg struct {
		Unit, Action string
		Params       map[string]any
	}
	resolveArg struct {
		Unit  string
		Retry bool
	}
	moveArg    struct{ To string }
	refreshArg struct {
		App, Charm string
		Resources  map[string]string
	}
	attachArg struct{ App, Name, Given string }
)

// operations are all of them. Each is called with the model locked.
var operations map[string]func(*Harness, json.RawMessage, *outcome) error

func init() {
	operations = map[string]func(*Harness, json.RawMessage, *outcome) error{
		"deploy":             verb(func(h *Harness, d model.Deploy, _ *outcome) error { return h.model.Deploy(d) }),
		"integrate":          verb(func(h *Harness, a pairArg, _ *outcome) error { return h.model.Integrate(a.A, a.B) }),
		"remove-relation":    verb(func(h *Harness, a pairArg, _ *outcome) error { return h.model.RemoveRelation(a.A, a.B) }),
		"config":             verb(func(h *Harness, a configArg, _ *outcome) error { return h.model.Configure(a.App, a.Values, a.Reset) }),
		"trust":              verb(func(h *Harness, a trustArg, _ *outcome) error { return h.model.SetTrust(a.App, !a.Remove) }),
		"scale-application":  verb(func(h *Harness, a scaleArg, _ *outcome) error { return h.model.Scale(a.App, a.Units) }),
		"remove-application": verb(func(h *Harness, a appArg, _ *outcome) error { return h.model.RemoveApp(a.App) }),
		"resolve":            verb(func(h *Harness, a resolveArg, _ *outcome) error { return h.model.Resolve(a.Unit, a.Retry) }),
		"run": verb(func(h *Harness, a runArg, done *outcome) (err error) {
			done.action, err = h.model.Run(a.Unit, a.Action, a.Params)
			return err
		}),
		"refresh": verb(func(h *Harness, a refreshArg, done *outcome) error {
			done.after = append(done.after, func() error { return h.replaceAll(a.App) })
			return h.model.Refresh(a.App, a.Charm, a.Resources)
		}),
		"attach-resource": verb(func(h *Harness, a attachArg, done *outcome) error {
			changed, err := h.model.AttachResource(a.App, a.Name, a.Given)
			if changed {
				done.after = append(done.after, func() error { return h.replaceAll(a.App) })
			}
			return err
		}),
		"move-leadership": verb(func(h *Harness, a moveArg, done *outcome) error {
			from, err := h.model.MoveLeadership(a.To)
			if from != "" && from != a.To {
				done.after = append(done.after, func() error { return h.order(from, wire.FireLease) })
			}
			return err
		}),
		"update-status":             ordering(wire.FireUpdate),
		"retry":                     ordering(wire.FireRetry, wire.FirePoll),
		"secrets-due":               ordering(wire.FireSecrets),
		"hook-killed-next":          ordering(wire.KillInHook),
		"pod-replaced":              onPod((*Harness).replace),
		"charm-container-restarted": onPod((*Harness).restart),
		"pebble-up": verb(func(h *Harness, a containerArg, done *outcome) error {
			return h.onContainer(a, done, func(p *pod) error { return p.startPebble(a.Container) })
		}),
		"pebble-notice": verb(func(h *Harness, a noticeArg, done *outcome) error {
			return h.onContainer(containerArg{a.Unit, a.Container}, done, func(p *pod) error { return p.notice(a) })
		}),
	}
}

// verb makes an operation of a function with its type of arguments.
func verb[A any](run func(*Harness, A, *outcome) error) func(*Harness, json.RawMessage, *outcome) error {
	return func(h *Harness, raw json.RawMessage, done *outcome) error {
		var args A
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&args); err != nil {
			return fmt.Errorf("cannot read its arguments: %w", err)
		}
		return run(h, args, done)
	}
}

// ordering sends orders to a unit's agent.
func ordering(orders ...string) func(*Harness, json.RawMessage, *outcome) error {
	return verb(func(h *Harness, a unitArg, done *outcome) error {
		if err := h.hasUnit(a.Unit); err != nil {
			return err
		}
		for _, order := range orders {
			done.after = append(done.after, func() error { return h.order(a.Unit, order) })
		}
		return nil
	})
}

// onPod does something to the pod of a unit.
func onPod(run func(*Harness, string) error) func(*Harness, json.RawMessage, *outcome) error {
	return verb(func(h *Harness, a unitArg, done *outcome) error {
		done.after = append(done.after, func() error { return run(h, a.Unit) })
		return h.hasUnit(a.Unit)
	})
}

func (h *Harness) onContainer(a containerArg, done *outcome, run func(*pod) error) error {
	if err := h.hasUnit(a.Unit); err != nil {
		return err
	}
	if _, ok := h.model.Apps[model.AppOf(a.Unit)].Charm.Meta().Containers[a.Container]; !ok {
		return errors.NotFoundf("container %q of unit %q", a.Container, a.Unit)
	}
	done.after = append(done.after, func() error {
		p := h.pods[a.Unit]
		if p == nil {
			return errors.NotFoundf("pod of unit %q", a.Unit)
		}
		return run(p)
	})
	return nil
}

func (h *Harness) hasUnit(unit string) error {
	if h.model.Units[unit] == nil {
		return errors.NotFoundf("unit %q", unit)
	}
	return nil
}

// perform carries out an operation, or several at once: agents see nothing before all are done.
func (h *Harness) perform(op operation) (outcome, error) {
	done := outcome{}
	several := []operation{op}
	if list, ok := op["together"]; ok && len(op) == 1 {
		several = nil
		if err := json.Unmarshal(list, &several); err != nil {
			return done, fmt.Errorf("cannot read `together`: %w", err)
		}
	}
	if err := h.mutate(several, &done); err != nil {
		return done, err
	}
	for _, after := range done.after {
		if err := after(); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (h *Harness) mutate(several []operation, done *outcome) error {
	h.model.Lock()
	defer h.model.Unlock()
	for _, op := range several {
		if len(op) != 1 {
			return fmt.Errorf("an operation has one key, not %d", len(op))
		}
		for name, args := range op {
			run, ok := operations[name]
			if !ok {
				return fmt.Errorf("unknown operation `%s`: there are %s", name, strings.Join(known(), ", "))
			}
			if err := run(h, args, done); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func known() []string {
	names := []string{"show", "together"}
	for name := range operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// actionAnswer is what came of an action.
type actionAnswer struct {
	ID      string         `json:"id"`
	Status  string         `json:"status"`
	Message string         `json:"message"`
	Results map[string]any `json:"results"`
}

func (h *Harness) actionAnswer(id string) *actionAnswer {
	h.model.Lock()
	defer h.model.Unlock()
	action := h.model.Actions[id]
	if action == nil {
		return nil
	}
	results := action.Result.Results
	if results == nil {
		results = map[string]any{}
	}
	return &actionAnswer{ID: action.ID, Status: action.Status, Message: action.Result.Message, Results: results}
}
