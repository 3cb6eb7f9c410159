package harness

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"

	"charmarr/testenv/juju-agent/internal/wire"
)

// trace writes what happens as JSON lines, in the format of the sandbox's trace.
type trace struct {
	mu      sync.Mutex
	out     io.Writer
	last    uint64
	running map[string]running
}

// running is the hook of a unit that runs now.
type running struct {
	dispatch uint64
	hook     string
}

func newTrace(out io.Writer) *trace { return &trace{out: out, running: map[string]running{}} }

// write writes one line.
func (t *trace) write(value any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(value)
}

func (t *trace) put(value any) {
	data, err := json.Marshal(value)
	if err != nil {
		fmt.Fprintf(os.Stderr, "cannot write %T: %v\n", value, err)
		return
	}
	if _, err := t.out.Write(append(data, '\n')); err != nil {
		fmt.Fprintf(os.Stderr, "cannot write output: %v\n", err)
	}
}

// entry is one line of the trace.
type entry struct {
	Kind     string   `json:"kind"`
	Dispatch *uint64  `json:"dispatch"`
	Unit     string   `json:"unit"`
	Hook     string   `json:"hook,omitempty"`
	Outcome  any      `json:"outcome,omitempty"`
	Millis   *int64   `json:"millis,omitempty"`
	Command  string   `json:"command,omitempty"`
	Args     []string `json:"args,omitempty"`
	Level    string   `json:"level,omitempty"`
	Message  *string  `json:"message,omitempty"`
}

// happened writes an event of a unit's agent.
func (t *trace) happened(unit string, event *wire.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := entry{Kind: event.Kind, Unit: unit, Hook: event.Hook}
	switch event.Kind {
	case wire.HookStart:
		t.last++
		t.running[unit] = running{t.last, event.Hook}
	case wire.HookEnd:
		line.Outcome, line.Millis = event.Outcome, &event.Millis
		if event.Outcome == "failed" {
			line.Outcome = map[string]string{"failed": event.Text}
		}
		defer delete(t.running, unit)
	case wire.HookCommand:
		line.Command, line.Args = event.Args[0], event.Args[1:]
	case wire.Log:
		line.Level, line.Message = event.Level, &event.Text
	}
	if now, ok := t.running[unit]; ok {
		line.Dispatch = &now.dispatch
	}
	t.put(line)
}

// died writes the end of the hook that ran when a unit's agent was killed.
func (t *trace) died(unit string) {
	t.mu.Lock()
	now, ok := t.running[unit]
	t.mu.Unlock()
	if ok {
		t.happened(unit, &wire.Event{Kind: wire.HookEnd, Hook: now.hook, Outcome: "killed"})
	}
}
