// Package wire is what the controller double and a unit's agent say to each other: JSON values over one socket, in order.
//
// The agent calls (Call), tells what happens (Event) and answers probes (Calm). The double answers calls (Result) and gives
// orders (Order). Because both directions are ordered, whoever has read an answer has read all that was said before it.
package wire

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/juju/juju/rpc/params"
)

// APIAddress is the address of the controller, as agents and charms are told.
const APIAddress = "10.152.183.5:17070"

// ToAgent is one message of the double. Exactly one member is set.
type ToAgent struct {
	Start  *Start  `json:"start,omitempty"`
	Result *Result `json:"result,omitempty"`
	Order  *Order  `json:"order,omitempty"`
}

// ToDouble is one message of an agent. Exactly one member is set.
type ToDouble struct {
	Call  *Call  `json:"call,omitempty"`
	Event *Event `json:"event,omitempty"`
	Calm  *Calm  `json:"calm,omitempty"`
}

// Start is the first message: which unit the agent is, and where it lives.
type Start struct {
	Unit         string   `json:"unit"`
	ModelUUID    string   `json:"model-uuid"`
	Root         string   `json:"root"` // stands for `/` of the charm container
	Tools        string   `json:"tools"`
	Containers   []string `json:"containers"`
	CharmVersion int      `json:"charm-version"`
}

// Call is one call of Juju's API.
type Call struct {
	ID      uint64          `json:"id"`
	Facade  string          `json:"facade"`
	Object  string          `json:"object,omitempty"` // of watchers
	Request string          `json:"request"`
	Args    json.RawMessage `json:"args,omitempty"`
}

// Result answers the call of the same id.
type Result struct {
	ID    uint64          `json:"id"`
	Value json.RawMessage `json:"value,omitempty"`
	Error *params.Error   `json:"error,omitempty"`
}

// Order is something the agent is to do now.
type Order struct {
	ID   uint64 `json:"id"`
	What string `json:"what"`
}

// The orders. Probe is answered by a Calm with the order's id, the others by nothing.
const (
	Probe         = "probe"          // say whether anything is going on
	FireRetry     = "fire-retry"     // the back-off timer of a failed hook
	FirePoll      = "fire-poll"      // the timer of asking Pebbles for their boot ids
	FireReconnect = "fire-reconnect" // the delay before a Pebble is asked for notices again
	FireUpdate    = "fire-update"    // the timer of update-status
	FireLease     = "fire-lease"     // the timer of renewing leadership
	FireSecrets   = "fire-secrets"   // the timers of secrets that rotate or expire
	KillInHook    = "kill-in-hook"   // die when the next hook calls its first command, or ends
)

// Calm says whether anything is going on in an agent.
type Calm struct {
	ID         uint64               `json:"id"`
	Calm       bool                 `json:"calm"`
	Busy       string               `json:"busy,omitempty"`        // what is going on
	Polled     map[string]string    `json:"polled,omitempty"`      // container: the boot id that was last answered
	Noticing   []string             `json:"noticing,omitempty"`    // containers whose Pebble is being asked for notices
	NoticeSeen map[string]time.Time `json:"notice-seen,omitempty"` // container: when the last notice that was answered occurred
}

// Event is something that happened in an agent.
type Event struct {
	Kind    string   `json:"kind"`
	Hook    string   `json:"hook,omitempty"`
	Outcome string   `json:"outcome,omitempty"`
	Text    string   `json:"text,omitempty"`
	Level   string   `json:"level,omitempty"`
	Args    []string `json:"args,omitempty"`
	Millis  int64    `json:"millis,omitempty"`
}

// The kinds of events.
const (
	HookStart   = "hook-start"
	HookEnd     = "hook-end"
	HookCommand = "hook-command"
	Log         = "log"
	Ended       = "ended"
)

// Conn carries messages of both directions over one stream.
type Conn struct {
	stream  io.ReadWriteCloser
	reader  *bufio.Reader
	mu      sync.Mutex
	pending atomic.Int32
	begun   atomic.Uint64
}

// NewConn makes a Conn of a stream.
func NewConn(stream io.ReadWriteCloser) *Conn {
	return &Conn{stream: stream, reader: bufio.NewReaderSize(stream, 64<<10)}
}

// Write sends one message. It may be called by many at once.
func (c *Conn) Write(message any) error {
	c.pending.Add(1)
	c.begun.Add(1)
	defer c.pending.Add(-1)
	data, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("cannot encode message: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = c.stream.Write(append(data, '\n'))
	return err
}

// Writing says whether a message is on its way out.
func (c *Conn) Writing() bool { return c.pending.Load() > 0 }

// Begun counts the messages that were given to Write.
func (c *Conn) Begun() uint64 { return c.begun.Load() }

// Read receives one message; only one may read.
func (c *Conn) Read(message any) error {
	line, err := c.reader.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, message)
}

// Close ends both directions.
func (c *Conn) Close() error { return c.stream.Close() }
