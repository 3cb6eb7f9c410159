package unitagent

import (
	"context"
	"path/filepath"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/canonical/pebble/client"

	"github.com/juju/juju/worker/uniter"
)

// pebbles makes Juju's clients of the workloads' Pebbles, below the agent's root, and remembers what they were answered.
type pebbles struct {
	root  string
	begun atomic.Uint64

	mu         sync.Mutex
	asking     int
	polled     map[string]string
	noticing   map[string]bool
	noticeSeen map[string]time.Time
}

func newPebbles(root string) *pebbles {
	return &pebbles{root: root, polled: map[string]string{}, noticing: map[string]bool{}, noticeSeen: map[string]time.Time{}}
}

// newClient is Juju's NewPebbleClientFunc. Juju names the socket `/charm/containers/<container>/pebble.socket`.
func (p *pebbles) newClient(config *client.Config) (uniter.PebbleClient, error) {
	container := filepath.Base(filepath.Dir(config.Socket))
	config.Socket = filepath.Join(p.root, config.Socket)
	real, err := client.New(config)
	if err != nil {
		return nil, err
	}
	return remembered{real, container, p}, nil
}

// polling says whether a Pebble is being asked for its boot id.
func (p *pebbles) polling() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asking > 0
}

func (p *pebbles) seen() (polled map[string]string, noticing []string, noticeSeen map[string]time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	polled, noticeSeen = map[string]string{}, map[string]time.Time{}
	for container, boot := range p.polled {
		polled[container] = boot
	}
	for container, now := range p.noticing {
		if now {
			noticing = append(noticing, container)
		}
	}
	for container, notice := range p.noticeSeen {
		noticeSeen[container] = notice
	}
	sort.Strings(noticing)
	return polled, noticing, noticeSeen
}

// remembered is Juju's client of one Pebble.
type remembered struct {
	*client.Client
	container string
	pebbles   *pebbles
}

// SysInfo implements uniter.PebbleClient.
func (r remembered) SysInfo() (*client.SysInfo, error) {
	r.pebbles.change(func() { r.pebbles.asking++ })
	info, err := r.Client.SysInfo()
	r.pebbles.change(func() {
		r.pebbles.asking--
		if err == nil {
			r.pebbles.polled[r.container] = info.BootID
		}
	})
	return info, err
}

// WaitNotices implements uniter.PebbleClient.
func (r remembered) WaitNotices(ctx context.Context, timeout time.Duration, options *client.NoticesOptions) ([]*client.Notice, error) {
	r.pebbles.change(func() { r.pebbles.noticing[r.container] = true })
	notices, err := r.Client.WaitNotices(ctx, timeout, options)
	r.pebbles.change(func() {
		r.pebbles.noticing[r.container] = false
		for _, notice := range notices {
			r.pebbles.noticeSeen[r.container] = notice.LastRepeated
		}
	})
	return notices, err
}

func (p *pebbles) change(f func()) {
	p.mu.Lock()
	f()
	p.mu.Unlock()
	p.begun.Add(1)
}
