package unitagent

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"time"

	"charmarr/testenv/juju-agent/internal/wire"
)

// How long an agent that looks busy is looked at before it is called busy.
const (
	looks     = 40
	lookEvery = time.Millisecond
)

// calm says whether nothing goes on in this agent and nothing will without a message, a timer of ours or a Pebble.
//
// Juju's agent has no such notion: between a watcher's news and the hook that it owes, the news passes through several
// goroutines and channels. But a goroutine that has something to do is never parked. The dump of all goroutines is taken
// with the world stopped, so when every one of them is parked in it, nothing is on its way inside this process.
func (a *agent) calm(probe uint64) *wire.Calm {
	answer := &wire.Calm{ID: probe}
	for range looks {
		if answer.Busy = a.busy(); answer.Busy == "" {
			answer.Calm = true
			break
		}
		time.Sleep(lookEvery)
	}
	answer.Polled, answer.Noticing, answer.NoticeSeen = a.pebbles.seen()
	return answer
}

// busy says what goes on, or nothing. A goroutine that waits for a hook, for Pebble or for the socket is parked too, so these
// are counted; and what began after the counts were read and was parked in the dump shows in their sum.
func (a *agent) busy() string {
	before := a.begun()
	if busy := a.awaited(); busy != "" {
		return busy
	}
	if busy := busyGoroutine(a.allStacks()); busy != "" {
		return busy
	}
	if a.begun() != before {
		return "something began meanwhile"
	}
	return ""
}

// begun grows with everything that awaited looks at, after it can be seen there.
func (a *agent) begun() uint64 {
	return a.hooks.begun.Load() + a.pebbles.begun.Load() + a.conn.Begun()
}

// awaited is what the agent waits for outside this process.
func (a *agent) awaited() string {
	switch {
	case a.hooks.running() != "":
		return a.hooks.running()
	case a.conn.Writing():
		return "a message is on its way"
	case a.pebbles.polling():
		return "a Pebble is being asked"
	}
	return ""
}

// allStacks is the dump of all goroutines, the caller first.
func (a *agent) allStacks() string {
	a.dumping.Lock()
	defer a.dumping.Unlock()
	for {
		if n := runtime.Stack(a.dump, true); n < len(a.dump) {
			return string(a.dump[:n])
		}
		a.dump = make([]byte, 2*len(a.dump)+64<<10)
	}
}

// parked are the states in which a goroutine waits for another one or for input.
var parked = map[string]bool{
	"select": true, "select (no cases)": true, "chan receive": true, "chan receive (nil chan)": true, "chan send": true,
	"IO wait": true, "sync.Cond.Wait": true, "sync.WaitGroup.Wait": true, "semacquire": true,
	"sync.Mutex.Lock": true, "sync.RWMutex.RLock": true, "sync.RWMutex.Lock": true, "finalizer wait": true, "cleanup wait": true,
}

var header = regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^],]+)`)

// busyGoroutine finds one that is not parked, other than the first, which took the dump.
func busyGoroutine(dump string) string {
	stacks := strings.Split(dump, "\n\n")
	for _, stack := range stacks[1:] {
		found := header.FindStringSubmatch(stack)
		if found == nil || parked[strings.TrimSuffix(found[2], " (scan)")] {
			continue
		}
		// The receiver of signals waits in the kernel for ever.
		if strings.Contains(stack, "os/signal.signal_recv") {
			continue
		}
		lines := strings.SplitN(stack, "\n", 4)
		where := ""
		if len(lines) > 1 {
			where = lines[1]
		}
		return fmt.Sprintf("goroutine %s: %s in %s", found[1], found[2], where)
	}
	return ""
}
