package harness

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/juju/errors"

	"charmarr/testenv/juju-agent/internal/facade"
	"charmarr/testenv/juju-agent/internal/model"
	"charmarr/testenv/juju-agent/internal/pebble"
	"charmarr/testenv/juju-agent/internal/unitagent"
	"charmarr/testenv/juju-agent/internal/wire"
)

// pod is a unit's pod: its agent's process and the Pebbles of its workloads.
type pod struct {
	h       *Harness
	unit    string
	root    string
	pebbles map[string]pebble.Pebble
	tried   map[string]int       // how often the agent was made to look at a Pebble in this line, by container
	noticed map[string]time.Time // the last notice that the agent has to see, by container

	process *exec.Cmd
	conn    *wire.Conn
	session *facade.Session
	ended   chan struct{} // closed when the process is gone
	ending  bool          // it was told to end

	mu     sync.Mutex
	lastID uint64
	probes map[uint64]chan *wire.Calm
	reason string
}

// newPod makes the folders of a pod.
func (h *Harness) newPod(unit string) (*pod, error) {
	root := filepath.Join(h.options.Dir, model.PodName(unit))
	if socket := "@" + agentSocket(root, unit); len(socket) > longestSocket {
		return nil, fmt.Errorf("cannot run `%s`: its agent's socket would have a name of %d bytes, and %d are allowed: `%s`", unit, len(socket), longestSocket, socket)
	}
	if err := os.RemoveAll(root); err != nil {
		return nil, err
	}
	p := &pod{h: h, unit: unit, root: root, pebbles: map[string]pebble.Pebble{}, tried: map[string]int{}, noticed: map[string]time.Time{}}
	h.pods[unit] = p
	h.model.Lock()
	h.model.PodStarted(unit)
	containers := p.containers()
	h.model.Unlock()
	for _, container := range containers {
		if err := os.MkdirAll(p.containerDir(container), 0o755); err != nil {
			return nil, err
		}
	}
	return p, p.start()
}

// longestSocket is how long the name of a unix socket may be on Linux.
const longestSocket = 107

// agentSocket is where hook commands reach the agent of a unit.
func agentSocket(root, unit string) string {
	return filepath.Join(root, "var/lib/juju/agents", "unit-"+model.PodName(unit), "agent.socket")
}

// containers are the workload containers of the charm; call it with the model locked.
func (p *pod) containers() []string {
	return model.SortedKeys(p.h.model.Apps[model.AppOf(p.unit)].Charm.Meta().Containers)
}

func (p *pod) containerDir(container string) string {
	return filepath.Join(p.root, "charm/containers", container)
}

// start starts the agent on the pod's folders.
func (p *pod) start() error {
	p.h.activity.Add(1)
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("cannot make a socket for the agent of `%s`: %w", p.unit, err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "agent"), os.NewFile(uintptr(pair[1]), "double")
	defer ours.Close()
	defer theirs.Close()
	stream, err := net.FileConn(ours)
	if err != nil {
		return fmt.Errorf("cannot use the socket of the agent of `%s`: %w", p.unit, err)
	}
	process := exec.Command(p.h.self, unitagent.Command)
	process.Env = environment()
	process.Stderr = os.Stderr
	process.ExtraFiles = []*os.File{theirs}
	process.Dir = p.root
	// A group of its own: its hooks die with it.
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := os.MkdirAll(p.root, 0o755); err != nil {
		return err
	}
	if err := process.Start(); err != nil {
		return fmt.Errorf("cannot start the agent of `%s`: %w", p.unit, err)
	}
	p.process, p.conn, p.ended, p.ending = process, wire.NewConn(stream), make(chan struct{}), false
	p.session = facade.NewSession(p.h.model, p.unit)
	p.probes, p.reason = map[uint64]chan *wire.Calm{}, ""
	clear(p.tried)
	go p.listen(p.conn, p.session, process, p.ended)
	return p.conn.Write(wire.ToAgent{Start: p.startMessage()})
}

func (p *pod) startMessage() *wire.Start {
	p.h.model.Lock()
	defer p.h.model.Unlock()
	return &wire.Start{
		Unit: p.unit, ModelUUID: p.h.model.UUID, Root: p.root, Tools: p.h.tools,
		Containers: p.containers(), CharmVersion: p.h.model.Apps[model.AppOf(p.unit)].CharmVersion,
	}
}

// environment is the agent's: hooks get their PATH and the address of Kubernetes from it.
func environment() []string {
	environment := []string{"PATH=" + os.Getenv("PATH") + ":/charm/bin"}
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "KUBERNETES_") || strings.HasPrefix(variable, "JUJU_AGENT_LOG=") {
			environment = append(environment, variable)
		}
	}
	return environment
}

// listen takes the agent's messages until it is gone.
func (p *pod) listen(conn *wire.Conn, session *facade.Session, process *exec.Cmd, ended chan struct{}) {
	for {
		var message wire.ToDouble
		if err := conn.Read(&message); err != nil {
			break
		}
		switch {
		case message.Call != nil:
			p.h.activity.Add(1)
			session.Begin()
			go p.answer(conn, session, message.Call)
		case message.Calm != nil:
			p.calm(message.Calm)
		case message.Event != nil && message.Event.Kind == wire.Ended:
			p.mu.Lock()
			p.reason = message.Event.Text
			p.mu.Unlock()
		case message.Event != nil:
			p.h.activity.Add(1)
			p.h.trace.happened(p.unit, message.Event)
		}
	}
	_ = process.Wait()
	session.Close()
	_ = conn.Close()
	p.h.trace.died(p.unit)
	p.h.activity.Add(1)
	close(ended)
}

func (p *pod) answer(conn *wire.Conn, session *facade.Session, call *wire.Call) {
	result := session.Answer(call)
	_ = conn.Write(wire.ToAgent{Result: result}) // an agent that is gone needs none
	// In this order: whoever does not see a pending answer any more sees that it was given.
	p.h.activity.Add(1)
	session.Done()
}

func (p *pod) calm(calm *wire.Calm) {
	p.mu.Lock()
	waiting := p.probes[calm.ID]
	delete(p.probes, calm.ID)
	p.mu.Unlock()
	if waiting != nil {
		waiting <- calm
	}
}

// order sends an order to a unit's agent.
func (h *Harness) order(unit, what string) error {
	p := h.pods[unit]
	if p == nil || p.isEnded() {
		return errors.NotFoundf("agent of unit %q", unit)
	}
	h.activity.Add(1)
	return p.conn.Write(wire.ToAgent{Order: &wire.Order{What: what}})
}

// tellEnd writes why the agent ended by itself, unless it was killed. On a cluster this is a bug of Juju or, here, of the double.
func (p *pod) tellEnd() {
	if status, ok := p.process.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return
	}
	p.mu.Lock()
	text := fmt.Sprintf("the agent ended by itself, and is started again: %s; %s", p.reason, p.process.ProcessState)
	p.mu.Unlock()
	p.h.trace.happened(p.unit, &wire.Event{Kind: wire.Log, Level: "CRITICAL", Text: text})
}

func (p *pod) isEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// kill ends the agent and its hook at once.
func (p *pod) kill() {
	p.ending = true
	_ = syscall.Kill(-p.process.Process.Pid, syscall.SIGKILL)
	<-p.ended
}
