package facade

import (
	"time"

	"github.com/juju/juju/core/life"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/model"
)

func init() {
	uniter("GoalStates", func(s *Session, _ params.Entities) params.GoalStateResults {
		return params.GoalStateResults{Results: []params.GoalStateResult{{Result: s.goalState()}}}
	})
}

func (s *Session) goalState() *params.GoalState {
	goal := &params.GoalState{Units: params.UnitsGoalState{}, Relations: map[string]params.UnitsGoalState{}}
	for _, u := range s.m.UnitsOf(s.appName()) {
		goal.Units[u.Name] = goalOf(u)
	}
	for _, id := range model.SortedKeys(s.m.Relations) {
		r := s.m.Relations[id]
		end := r.Endpoint(s.appName())
		if end == nil || r.Peer() {
			continue
		}
		if goal.Relations[end.Name] == nil {
			goal.Relations[end.Name] = params.UnitsGoalState{}
		}
		other := r.Other(s.appName())
		// Juju 3.5 panics without a time.
		now := time.Now()
		goal.Relations[end.Name][other] = params.GoalStateStatus{Status: r.Status, Since: &now}
		for _, u := range s.m.UnitsOf(other) {
			goal.Relations[end.Name][u.Name] = goalOf(u)
		}
	}
	return goal
}

func goalOf(u *model.Unit) params.GoalStateStatus {
	if u.Life == life.Dying {
		return params.GoalStateStatus{Status: string(life.Dying), Since: u.Workload.Since}
	}
	return params.GoalStateStatus{Status: u.Workload.Status, Since: u.Workload.Since}
}
