// Package harness is the program: it reads operations, has the model and the agents carry them out, waits until all is quiet
// and writes what happened.
package harness

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"charmarr/testenv/juju-agent/internal/model"
)

// The one model of a harness.
const (
	modelName = "media"
	modelUUID = "6f1c1b8e-7d3e-4f6a-9c1d-0f0e8a7c5b21"
)

// Options are the flags of the program.
type Options struct {
	Dir      string        // the agents' folders are made below it
	Pebble   string        // a Pebble program; empty: a double of it
	Patience time.Duration // how long one line may take
}

// Harness is one model with its agents.
type Harness struct {
	options  Options
	model    *model.Model
	trace    *trace
	pods     map[string]*pod
	tools    string
	self     string
	activity atomic.Uint64
	restarts int // of agents that ended by themselves, in this line
}

// New prepares the folder.
func New(options Options, out io.Writer) (*Harness, error) {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	options.Dir = dir
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	tools := filepath.Join(filepath.Dir(self), "jujuc")
	if _, err := os.Stat(tools); err != nil {
		return nil, fmt.Errorf("cannot find Juju's hook commands beside this program: %w", err)
	}
	return &Harness{
		options: options, model: model.New(modelName, modelUUID), trace: newTrace(out),
		pods: map[string]*pod{}, tools: tools, self: self,
	}, nil
}

// Run carries out the lines of in until it ends.
func (h *Harness) Run(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 1 {
			h.trace.write(h.line(line))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Close ends all agents and Pebbles at once.
func (h *Harness) Close() {
	for _, p := range h.pods {
		p.kill()
		p.stopPebbles()
	}
}

// answer is the last line for an operation.
type answer struct {
	OK      bool          `json:"ok"`
	Refused string        `json:"refused,omitempty"`
	Action  *actionAnswer `json:"action,omitempty"`
}

// line carries out one line and gives what is written for it after the trace.
func (h *Harness) line(line []byte) any {
	var op operation
	if err := json.Unmarshal(line, &op); err != nil {
		return reply(answer{Refused: fmt.Sprintf("cannot read operation: %v", err)})
	}
	if _, ok := op["show"]; ok && len(op) == 1 {
		return map[string]any{"show": h.show()}
	}
	h.restarts = 0
	for _, p := range h.pods {
		clear(p.tried)
	}
	done, err := h.perform(op)
	if err == nil {
		err = h.settle()
	} else if later := h.settle(); later != nil {
		err = fmt.Errorf("%w; %w", err, later)
	}
	if err != nil {
		return reply(answer{Refused: err.Error()})
	}
	return reply(answer{OK: true, Action: h.actionAnswer(done.action)})
}

func reply(a answer) any { return map[string]answer{"answer": a} }
