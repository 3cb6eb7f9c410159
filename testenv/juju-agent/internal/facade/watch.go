package facade

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"

	apiservererrors "github.com/juju/juju/apiserver/errors"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/wire"
)

// shot is what a watcher looks at: keys and their versions.
type shot map[string]string

// watcher tells the difference between what it last told and what is. So changes between two calls merge, as they do in
// a controller's watchers.
type watcher struct {
	told    shot
	look    func() shot
	news    func(old, now shot) (any, bool)
	stopped bool
}

// register adds a watcher and gives its id and its first news.
func (s *Session) register(look func() shot, news func(old, now shot) (any, bool)) (id string, first any) {
	s.lastID++
	id = fmt.Sprint(s.lastID)
	now := look()
	s.watchers[id] = &watcher{told: now, look: look, news: news}
	first, _ = news(nil, now)
	return id, first
}

// watch answers Next and Stop of a watcher.
func (s *Session) watch(call *wire.Call) (any, error) {
	w := s.watchers[call.Object]
	if w == nil {
		return nil, apiservererrors.ErrUnknownWatcher
	}
	if call.Request == "Stop" {
		w.stopped = true
		delete(s.watchers, call.Object)
		s.m.Changed()
		return nil, nil
	}
	var result any
	err := s.until(func() bool {
		if w.stopped {
			return true
		}
		var changed bool
		result, changed = w.news(w.told, w.look())
		return changed
	})
	if err == nil && w.stopped {
		err = apiservererrors.ErrStoppedWatcher
	}
	if err != nil {
		return nil, err
	}
	w.told = w.look()
	return result, nil
}

// changedKeys are those that came, went or have another version.
func changedKeys(old, now shot) []string {
	keys := []string{}
	for key, version := range now {
		if before, ok := old[key]; !ok || before != version {
			keys = append(keys, key)
		}
	}
	for key := range old {
		if _, ok := now[key]; !ok {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	return keys
}

// notify makes a NotifyWatcher of one value.
func (s *Session) notify(look func() string) params.NotifyWatchResult {
	id, _ := s.register(func() shot { return shot{"": look()} }, func(old, now shot) (any, bool) {
		return struct{}{}, old[""] != now[""]
	})
	return params.NotifyWatchResult{NotifyWatcherId: id}
}

// keys makes a StringsWatcher of keys and their versions.
func (s *Session) keys(look func() shot) params.StringsWatchResult {
	return s.keysIf(look, func(string, string, bool) bool { return true })
}

// keysIf is the same for changes that are told, by key, its version and whether it is there.
func (s *Session) keysIf(look func() shot, told func(key, version string, there bool) bool) params.StringsWatchResult {
	id, first := s.register(look, func(old, now shot) (any, bool) {
		changes := slices.DeleteFunc(changedKeys(old, now), func(key string) bool {
			version, there := now[key]
			return !told(key, version, there)
		})
		return params.StringsWatchResult{Changes: changes}, len(changes) > 0
	})
	return withID(id, first)
}

// hash makes a StringsWatcher that tells the hash of one value, always exactly one string.
func (s *Session) hash(look func() any) params.StringsWatchResult {
	hashed := func() shot { return shot{"": fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, look())))} }
	id, first := s.register(hashed, func(old, now shot) (any, bool) {
		return params.StringsWatchResult{Changes: []string{now[""]}}, old[""] != now[""]
	})
	return withID(id, first)
}

func withID(id string, first any) params.StringsWatchResult {
	result, _ := first.(params.StringsWatchResult)
	result.StringsWatcherId = id
	return result
}

func one(result params.StringsWatchResult) params.StringsWatchResults {
	return params.StringsWatchResults{Results: []params.StringsWatchResult{result}}
}
