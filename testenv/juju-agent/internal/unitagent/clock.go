package unitagent

import (
	"sync"
	"time"

	"github.com/juju/clock"
)

// handClock is a clock.Clock whose timers go off only by hand. Juju's agent uses three ways to wait, one for each of its
// purposes: functions (the back-off of failed hooks), timers (asking Pebbles, secrets) and channels (everything else).
type handClock struct {
	mu       sync.Mutex
	ahead    time.Duration
	waitings map[*waiting]struct{}
}

// how a caller waits.
type how int

const (
	byFunc how = iota
	byTimer
	byChannel
)

func newHandClock() *handClock { return &handClock{waitings: map[*waiting]struct{}{}} }

// Now is the real time plus what was jumped over.
func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// After implements clock.Clock.
func (c *handClock) After(d time.Duration) <-chan time.Time {
	return c.add(&waiting{how: byChannel, ch: make(chan time.Time, 1)}, d).ch
}

// AfterFunc implements clock.Clock.
func (c *handClock) AfterFunc(d time.Duration, f func()) clock.Timer {
	return c.add(&waiting{how: byFunc, f: f}, d)
}

// NewTimer implements clock.Clock.
func (c *handClock) NewTimer(d time.Duration) clock.Timer {
	return c.add(&waiting{how: byTimer, ch: make(chan time.Time, 1)}, d)
}

func (c *handClock) add(w *waiting, d time.Duration) *waiting {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.clock, w.delay = c, d
	if d <= 0 && w.how == byTimer { // it is due already
		select {
		case w.ch <- time.Now().Add(c.ahead):
		default:
		}
		return w
	}
	c.waitings[w] = struct{}{}
	return w
}

// fire lets all timers of one kind go off that run now. Time jumps to the latest of them when jump is set.
func (c *handClock) fire(kind how, jump bool) {
	c.mu.Lock()
	var due []*waiting
	var longest time.Duration
	for w := range c.waitings {
		if w.how == kind {
			due = append(due, w)
			longest = max(longest, w.delay)
			delete(c.waitings, w)
		}
	}
	if jump {
		c.ahead += longest
	}
	now := time.Now().Add(c.ahead)
	c.mu.Unlock()
	for _, w := range due {
		if w.f != nil {
			w.f()
			continue
		}
		select {
		case w.ch <- now:
		default:
		}
	}
}

// waiting is one timer.
type waiting struct {
	clock *handClock
	how   how
	delay time.Duration
	ch    chan time.Time
	f     func()
}

// Chan implements clock.Timer.
func (w *waiting) Chan() <-chan time.Time { return w.ch }

// Reset implements clock.Timer.
func (w *waiting) Reset(d time.Duration) bool {
	active := w.Stop()
	w.clock.add(w, d)
	return active
}

// Stop implements clock.Timer.
func (w *waiting) Stop() bool {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	_, active := w.clock.waitings[w]
	delete(w.clock.waitings, w)
	return active
}
