package harness

import (
	"slices"
	"strings"

	"github.com/juju/names/v5"

	"github.com/juju/juju/core/network"
	"github.com/juju/juju/core/status"

	"charmarr/testenv/juju-agent/internal/model"
)

// view is what `juju status` and the databags hold.
type view struct {
	Applications map[string]appView `json:"applications"`
	Relations    []relationView     `json:"relations"`
	Actions      []actionView       `json:"actions"`
	Secrets      []secretView       `json:"secrets"`
}

type statusView struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

type appView struct {
	Life   string              `json:"life"`
	Status statusView          `json:"status"`
	Leader *string             `json:"leader"`
	Units  map[string]unitView `json:"units"`
}

type unitView struct {
	Life         string            `json:"life"`
	Agent        string            `json:"agent"`
	AgentMessage string            `json:"agent-message"`
	Workload     statusView        `json:"workload"`
	Version      string            `json:"version"`
	Ports        []string          `json:"ports"`
	State        map[string]string `json:"state"`
	Address      string            `json:"address"`
}

type relationView struct {
	ID        int                          `json:"id"`
	Endpoints []string                     `json:"endpoints"`
	Life      string                       `json:"life"`
	Bags      map[string]map[string]string `json:"bags"`
}

type actionView struct {
	ID      string         `json:"id"`
	Unit    string         `json:"unit"`
	Name    string         `json:"name"`
	Status  string         `json:"status"`
	Message string         `json:"message"`
	Results map[string]any `json:"results"`
	Log     []string       `json:"log"`
}

type secretView struct {
	ID       string `json:"id"`
	Owner    string `json:"owner"`
	Label    string `json:"label"`
	Revision int    `json:"revision"`
}

func (h *Harness) show() view {
	h.model.Lock()
	defer h.model.Unlock()
	v := view{Applications: map[string]appView{}, Relations: []relationView{}, Actions: []actionView{}, Secrets: []secretView{}}
	for name, app := range h.model.Apps {
		v.Applications[name] = h.appView(app)
	}
	for _, id := range model.SortedKeys(h.model.Relations) {
		v.Relations = append(v.Relations, relationOf(h.model.Relations[id]))
	}
	for _, id := range actionIDs(h.model) {
		a := h.model.Actions[id]
		v.Actions = append(v.Actions, actionView{a.ID, a.Unit, a.Name, a.Status, a.Result.Message, a.Result.Results, a.Log})
	}
	for _, id := range model.SortedKeys(h.model.Secrets) {
		s := h.model.Secrets[id]
		owner := s.Owner
		if tag, err := names.ParseTag(owner); err == nil {
			owner = tag.Id()
		}
		v.Secrets = append(v.Secrets, secretView{s.ID, owner, s.Label, s.Latest().Number})
	}
	return v
}

func (h *Harness) appView(app *model.App) appView {
	v := appView{Life: string(app.Life), Status: h.appStatus(app), Units: map[string]unitView{}}
	if app.Leader != "" {
		v.Leader = &app.Leader
	}
	for _, u := range h.model.UnitsOf(app.Name) {
		v.Units[u.Name] = unitView{
			Life: string(u.Life), Agent: u.Agent.Status, AgentMessage: u.Agent.Info, Version: u.Version, Address: u.Address,
			Workload: statusView{u.Workload.Status, u.Workload.Info}, Ports: portsOf(u), State: stateOf(u),
		}
	}
	return v
}

// appStatus is what the leader said of the application, or the gravest status of its units.
func (h *Harness) appStatus(app *model.App) statusView {
	if app.Status.Status != string(status.Unset) {
		return statusView{app.Status.Status, app.Status.Info}
	}
	var units []status.StatusInfo
	for _, u := range h.model.UnitsOf(app.Name) {
		shown := status.StatusInfo{Status: status.Status(u.Workload.Status), Message: u.Workload.Info}
		if u.Agent.Status == string(status.Error) {
			shown = status.StatusInfo{Status: status.Error, Message: u.Agent.Info}
		}
		units = append(units, shown)
	}
	gravest := status.DeriveStatus(units)
	return statusView{string(gravest.Status), gravest.Message}
}

func stateOf(u *model.Unit) map[string]string {
	if u.State.CharmState == nil {
		return map[string]string{}
	}
	return u.State.CharmState
}

// portsOf are the open ports of all endpoints, in Juju's order.
func portsOf(u *model.Unit) []string {
	var open []network.PortRange
	for _, ranges := range u.Ports {
		for _, r := range ranges {
			open = append(open, network.PortRange{FromPort: r.FromPort, ToPort: r.ToPort, Protocol: r.Protocol})
		}
	}
	network.SortPortRanges(open)
	ports := []string{}
	for _, r := range slices.Compact(open) {
		ports = append(ports, r.String())
	}
	return ports
}

func relationOf(r *model.Relation) relationView {
	v := relationView{ID: r.ID, Life: string(r.Life), Bags: map[string]map[string]string{}}
	for _, end := range r.Endpoints {
		v.Endpoints = append(v.Endpoints, end.App+":"+end.Name)
	}
	slices.Sort(v.Endpoints)
	for name, bag := range r.Apps {
		v.Bags[name] = bag.Data
	}
	for name, bag := range r.Units {
		v.Bags[name] = bag.Data
	}
	return v
}

func actionIDs(m *model.Model) []string {
	ids := make([]string, 0, len(m.Actions))
	for id := range m.Actions {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return ids
}
