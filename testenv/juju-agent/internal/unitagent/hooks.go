package unitagent

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/juju/juju/worker/common/charmrunner"
	"github.com/juju/juju/worker/uniter/runner"
	"github.com/juju/juju/worker/uniter/runner/context"

	"charmarr/testenv/juju-agent/internal/wire"
)

// hooks tells the double of every hook and action that begins and ends.
type hooks struct {
	tell  func(*wire.Event)
	begun atomic.Uint64

	mu       sync.Mutex
	now      string
	killNext bool
}

// running is the hook that runs now, or nothing.
func (h *hooks) running() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// kill lets the agent die in the next hook.
func (h *hooks) kill() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.killNext = true
}

// dieIfTold ends the whole process group, hook included, as the death of a container does.
func (h *hooks) dieIfTold() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.killNext && h.now != "" {
		_ = syscall.Kill(-os.Getpid(), syscall.SIGKILL)
	}
}

// newRunner wraps Juju's own runner.
func (h *hooks) newRunner(ctx context.Context, paths context.Paths, remote runner.ExecFunc) runner.Runner {
	return told{runner.NewRunner(ctx, paths, remote), h}
}

type told struct {
	runner.Runner
	hooks *hooks
}

// RunHook implements runner.Runner.
func (t told) RunHook(name string) (runner.HookHandlerType, error) {
	return t.hooks.run(name, t.Runner.RunHook)
}

// RunAction implements runner.Runner.
func (t told) RunAction(name string) (runner.HookHandlerType, error) {
	return t.hooks.run(name, t.Runner.RunAction)
}

func (h *hooks) run(name string, run func(string) (runner.HookHandlerType, error)) (runner.HookHandlerType, error) {
	h.tell(&wire.Event{Kind: wire.HookStart, Hook: name})
	h.set(name)
	began := time.Now()
	handler, err := run(name)
	h.dieIfTold()
	outcome, text := outcomeOf(err)
	h.tell(&wire.Event{Kind: wire.HookEnd, Hook: name, Outcome: outcome, Text: text, Millis: time.Since(began).Milliseconds()})
	h.set("")
	return handler, err
}

func (h *hooks) set(name string) {
	h.mu.Lock()
	h.now = name
	h.mu.Unlock()
	h.begun.Add(1)
}

// outcomeOf gives the words of the trace.
func outcomeOf(err error) (outcome, text string) {
	switch {
	case err == nil:
		return "committed", ""
	case charmrunner.IsMissingHookError(err):
		return "skipped", ""
	case errors.Is(err, runner.ErrTerminated):
		return "killed", ""
	}
	return "failed", err.Error()
}
