// Package unitagent is the agent of one unit: Juju's own uniter and the workers around it, as `containeragent unit` puts
// them together, in a process of its own. In place of a controller it talks to the double, over a socket it is born with.
package unitagent

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/juju/worker/v3"

	jujuos "github.com/juju/juju/core/os"
	"github.com/juju/juju/worker/uniter"

	"charmarr/testenv/juju-agent/internal/wire"
)

// ticks is how often a tick is offered.
const ticks = 500

// Command is the first argument with which the program is an agent.
const Command = "agent"

// connection is the descriptor of the socket to the double.
const connection = 3

// Main runs the agent until its unit ends, and returns the exit code of the process.
func Main() int {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "agent: %v\n", err)
		return 1
	}
	return 0
}

func run() error {
	conn, err := connect()
	if err != nil {
		return err
	}
	var first wire.ToAgent
	if err := conn.Read(&first); err != nil {
		return fmt.Errorf("cannot read what to be: %w", err)
	}
	if first.Start == nil {
		return fmt.Errorf("the first message does not say what to be")
	}
	// The base of a charm container is Ubuntu, whatever this machine is.
	jujuos.HostOS = func() jujuos.OSType { return jujuos.Ubuntu }
	a := newAgent(conn, *first.Start)
	if err := setUpLog(logWriter{unit: a.start.Unit, tell: a.tell, tools: a.hooks.dieIfTold}); err != nil {
		return err
	}
	go a.listen()
	err = a.work()
	a.tell(&wire.Event{Kind: wire.Ended, Text: fmt.Sprint(err)})
	return nil
}

// connect takes the socket to the double over. No hook inherits it.
func connect() (*wire.Conn, error) {
	syscall.CloseOnExec(connection)
	file := os.NewFile(connection, "double")
	defer file.Close()
	stream, err := net.FileConn(file)
	if err != nil {
		return nil, fmt.Errorf("cannot use the socket to the double: %w", err)
	}
	return wire.NewConn(stream), nil
}

// agent is the process.
type agent struct {
	start   wire.Start
	conn    *wire.Conn
	caller  *caller
	hooks   *hooks
	pebbles *pebbles
	tick    chan time.Time

	uniterClock, leaseClock, secretsClock *handClock

	dumping sync.Mutex
	dump    []byte // of goroutines, kept for the next one
}

func newAgent(conn *wire.Conn, start wire.Start) *agent {
	a := &agent{
		start: start, conn: conn, caller: newCaller(conn, start.ModelUUID), pebbles: newPebbles(start.Root),
		tick: make(chan time.Time), uniterClock: newHandClock(), leaseClock: newHandClock(), secretsClock: newHandClock(),
	}
	a.hooks = &hooks{tell: a.tell}
	return a
}

// tell sends an event. When the double is gone, listen ends the process.
func (a *agent) tell(event *wire.Event) { _ = a.conn.Write(wire.ToDouble{Event: event}) }

// listen takes the double's messages. When there is no double any more, the agent and its hook end at once.
func (a *agent) listen() {
	for {
		var message wire.ToAgent
		if err := a.conn.Read(&message); err != nil {
			_ = syscall.Kill(-os.Getpid(), syscall.SIGKILL)
			os.Exit(1)
		}
		switch {
		case message.Result != nil:
			a.caller.answered(message.Result)
		case message.Order != nil:
			go a.obey(message.Order)
		}
	}
}

func (a *agent) obey(order *wire.Order) {
	switch order.What {
	case wire.Probe:
		_ = a.conn.Write(wire.ToDouble{Calm: a.calm(order.ID)})
	case wire.FireRetry:
		a.uniterClock.fire(byFunc, true)
	case wire.FirePoll:
		a.uniterClock.fire(byTimer, true)
	case wire.FireReconnect:
		a.uniterClock.fire(byChannel, true)
	case wire.FireLease:
		a.leaseClock.fire(byChannel, true)
	case wire.FireSecrets:
		a.secretsClock.fire(byTimer, true)
	case wire.FireUpdate:
		a.tickOnce()
	case wire.KillInHook:
		a.hooks.kill()
	}
}

// After implements remotestate.Waiter: the timer of update-status goes off by order only.
func (a *agent) After() <-chan time.Time { return a.tick }

// tickOnce lets the timer of update-status go off, if the uniter listens to it.
func (a *agent) tickOnce() {
	for range ticks {
		select {
		case a.tick <- time.Now():
			return
		default:
			time.Sleep(lookEvery) // in this state the agent is not calm
		}
	}
}

// work runs the uniter to its end.
func (a *agent) work() error {
	if err := a.installTools(); err != nil {
		return err
	}
	params, err := a.uniterParams()
	if err != nil {
		return err
	}
	u, err := uniter.NewUniter(params)
	if err != nil {
		return err
	}
	terminator := a.terminator(u)
	defer func() { _ = worker.Stop(terminator) }()
	return u.Wait()
}

// dataDir is Juju's data folder.
func (a *agent) dataDir() string { return filepath.Join(a.start.Root, "var/lib/juju") }

// installTools puts `jujuc` where Juju makes its links of the hook commands to.
func (a *agent) installTools() error {
	tools := uniter.NewPaths(a.dataDir(), a.tag(), nil).GetToolsDir()
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return err
	}
	err := os.Symlink(a.start.Tools, filepath.Join(tools, "jujuc"))
	if os.IsExist(err) {
		return nil
	}
	return err
}
