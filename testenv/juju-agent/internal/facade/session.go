// Package facade answers the calls of agents to Juju's API from a model: the server's half of the API, as far as a unit agent
// on Kubernetes uses it.
package facade

import (
	"encoding/json"
	"fmt"

	"github.com/juju/errors"
	"github.com/juju/names/v5"

	apiservererrors "github.com/juju/juju/apiserver/errors"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
	"charmarr/testenv/juju-agent/internal/wire"
)

// Session is one agent's login. All its fields are used under the model's lock.
type Session struct {
	m    *model.Model
	unit string

	closed      bool
	terminating bool // it asked whether its unit will come back: it got SIGTERM
	busy        int
	lastID      int
	watchers    map[string]*watcher
	blocked     map[*waiting]struct{}
}

// waiting is a call that is answered only when something holds.
type waiting struct{ ready func() bool }

// NewSession logs an agent in.
func NewSession(m *model.Model, unit string) *Session {
	return &Session{m: m, unit: unit, watchers: map[string]*watcher{}, blocked: map[*waiting]struct{}{}}
}

// Close ends the session: calls that wait are answered, calls to come are refused.
func (s *Session) Close() {
	s.m.Lock()
	defer s.m.Unlock()
	s.closed = true
	s.m.Changed()
}

// Terminating says whether the agent saw that it is to end.
func (s *Session) Terminating() bool {
	s.m.Lock()
	defer s.m.Unlock()
	return s.terminating
}

// Begin takes note of a call that arrived. Each one is followed by one Answer and one Done.
func (s *Session) Begin() {
	s.m.Lock()
	defer s.m.Unlock()
	s.busy++
}

// Done takes note that the answer was sent.
func (s *Session) Done() {
	s.m.Lock()
	defer s.m.Unlock()
	s.busy--
}

// Pending says whether the agent will be told something without anybody doing anything. The lock is held by the caller.
func (s *Session) Pending() bool {
	if s.closed {
		return false
	}
	for w := range s.blocked {
		if w.ready() {
			return true
		}
	}
	return s.busy > len(s.blocked)
}

// Answer answers a call. It returns when the answer is known, which for watchers may take for ever.
func (s *Session) Answer(call *wire.Call) *wire.Result {
	s.m.Lock()
	defer s.m.Unlock()
	result := &wire.Result{ID: call.ID}
	// What the double did not think of is an error of the call, not its end.
	defer func() {
		if problem := recover(); problem != nil {
			result.Error = failure(fmt.Errorf("the controller double cannot answer %s.%s: %v", call.Facade, call.Request, problem))
		}
	}()
	value, err := s.answer(call)
	if err == nil && value != nil {
		result.Value, err = json.Marshal(value)
	}
	if err != nil {
		result.Error = failure(err)
	}
	return result
}

func (s *Session) answer(call *wire.Call) (any, error) {
	if s.closed {
		return nil, errors.New("connection is shut down")
	}
	if call.Object != "" {
		return s.watch(call)
	}
	answer, ok := handlers[call.Facade+"."+call.Request]
	if !ok {
		return nil, errors.NotImplementedf("%s.%s in the controller double", call.Facade, call.Request)
	}
	return answer(s, call.Args)
}

// until waits for ready. The error is for agents whose session ends meanwhile.
func (s *Session) until(ready func() bool) error {
	w := &waiting{ready}
	s.blocked[w] = struct{}{}
	defer delete(s.blocked, w)
	for !ready() {
		if s.closed {
			return apiservererrors.ErrStoppedWatcher
		}
		s.m.Wait()
	}
	return nil
}

// handlers are the methods of all facades, by `Facade.Method`.
var handlers = map[string]func(*Session, json.RawMessage) (any, error){}

// method registers a method with its types of arguments and result.
func method[A, R any](name string, answer func(*Session, A) (R, error)) {
	handlers[name] = func(s *Session, raw json.RawMessage) (any, error) {
		var args A
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &args); err != nil {
				return nil, fmt.Errorf("cannot read the arguments of %s: %w", name, err)
			}
		}
		return answer(s, args)
	}
}

// uniter registers a method of the Uniter facade that cannot fail as a whole.
func uniter[A, R any](name string, answer func(*Session, A) R) {
	method("Uniter."+name, func(s *Session, args A) (R, error) { return answer(s, args), nil })
}

// none stands for no arguments.
type none struct{}

var errPerm = apiservererrors.ErrPerm

// failure is the error as a controller sends it, with its code.
func failure(err error) *params.Error {
	if err == nil {
		return nil
	}
	return apiservererrors.ServerError(err)
}

func (s *Session) self() *model.Unit { return s.m.Units[s.unit] }

func (s *Session) appName() string { return model.AppOf(s.unit) }

func (s *Session) app() *model.App { return s.m.Apps[s.appName()] }

func (s *Session) unitTag() string { return names.NewUnitTag(s.unit).String() }

func (s *Session) appTag() string { return names.NewApplicationTag(s.appName()).String() }

func (s *Session) leads() bool { return s.m.IsLeader(s.unit) }

func (s *Session) errNotLeader() error {
	return errors.Errorf("%q is not leader of %q", s.unit, s.appName())
}

// own finds the unit of a tag, which has to be the agent's.
func (s *Session) own(tag string) (*model.Unit, error) {
	parsed, err := names.ParseUnitTag(tag)
	if err != nil || parsed.Id() != s.unit {
		return nil, errPerm
	}
	if u := s.self(); u != nil {
		return u, nil
	}
	return nil, errors.NotFoundf("unit %q", s.unit)
}

// each answers for every entity, all of which have to be the agent's own unit.
func each[R any](s *Session, args params.Entities, answer func(*model.Unit) R, fail func(*params.Error) R) []R {
	results := make([]R, len(args.Entities))
	for i, entity := range args.Entities {
		if u, err := s.own(entity.Tag); err != nil {
			results[i] = fail(failure(err))
		} else {
			results[i] = answer(u)
		}
	}
	return results
}

// eachError runs an operation for each of n arguments.
func eachError(n int, run func(int) error) params.ErrorResults {
	results := params.ErrorResults{Results: make([]params.ErrorResult, n)}
	for i := range results.Results {
		results.Results[i].Error = failure(run(i))
	}
	return results
}
