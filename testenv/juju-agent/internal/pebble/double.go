package pebble

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// version is that of the Pebble which Juju 3.6 ships.
const version = "v1.26.0"

// notice is one record of Pebble's notices.
type notice struct {
	ID            string            `json:"id"`
	UserID        int               `json:"user-id"`
	Type          string            `json:"type"`
	Key           string            `json:"key"`
	FirstOccurred time.Time         `json:"first-occurred"`
	LastOccurred  time.Time         `json:"last-occurred"`
	LastRepeated  time.Time         `json:"last-repeated"`
	Occurrences   int               `json:"occurrences"`
	LastData      map[string]string `json:"last-data,omitempty"`
	ExpireAfter   string            `json:"expire-after"`
}

// double answers what the uniter asks: the boot id and the notices.
type double struct {
	*remote
	server *http.Server
	boot   string

	mu      sync.Mutex
	changed chan struct{} // closed and made anew with every notice
	notices []*notice
}

// StartDouble listens on the socket.
func StartDouble(socket string) (Pebble, error) {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	d := &double{boot: uuid.NewString(), changed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/system-info", d.systemInfo)
	mux.HandleFunc("GET /v1/notices", d.list)
	mux.HandleFunc("GET /v1/notices/{id}", d.get)
	mux.HandleFunc("POST /v1/notices", d.add)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("invalid API endpoint requested: %s is not in the double of Pebble", r.URL.Path))
	})
	d.server = &http.Server{Handler: mux}
	go func() { _ = d.server.Serve(listener) }()
	d.remote, err = newRemote(socket)
	return d, err
}

// Stop implements Pebble.
func (d *double) Stop() { _ = d.server.Close() }

func (d *double) systemInfo(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{"version": version, "boot-id": d.boot})
}

// list gives the notices that occurred after a time, and waits for one if told how long.
func (d *double) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	var after time.Time
	if text := query.Get("after"); text != "" {
		var err error
		if after, err = time.Parse(time.RFC3339Nano, text); err != nil {
			refuse(w, http.StatusBadRequest, `invalid "after" timestamp: `+err.Error())
			return
		}
	}
	timeout, _ := time.ParseDuration(query.Get("timeout")) // none: do not wait
	expired := time.After(timeout)
	for {
		found, changed := d.after(after)
		if len(found) > 0 || timeout == 0 {
			reply(w, http.StatusOK, found)
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-expired:
			timeout = 0
		}
	}
}

func (d *double) after(after time.Time) (found []notice, changed <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found = []notice{}
	for _, n := range d.notices {
		if n.LastRepeated.After(after) {
			found = append(found, *n)
		}
	}
	return found, d.changed
}

func (d *double) get(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.notices {
		if n.ID == r.PathValue("id") {
			reply(w, http.StatusOK, *n)
			return
		}
	}
	refuse(w, http.StatusNotFound, fmt.Sprintf("cannot find notice with ID %q", r.PathValue("id")))
}

func (d *double) add(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Action, Type, Key string
		Data              map[string]string
	}
	if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
		refuse(w, http.StatusBadRequest, "cannot decode request body: "+err.Error())
		return
	}
	if given.Type != "custom" {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("invalid type %q (can only add \"custom\" notices)", given.Type))
		return
	}
	if domain, path, ok := strings.Cut(given.Key, "/"); !ok || !strings.Contains(domain, ".") || path == "" {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("invalid key %q (must be in \"example.com/path\" format)", given.Key))
		return
	}
	reply(w, http.StatusOK, map[string]string{"id": d.occur(given.Key, given.Data)})
}

// occur adds a notice or repeats the one of the same key. The records stay in the order of their last repetition.
func (d *double) occur(key string, data map[string]string) (id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now().UTC()
	n := &notice{ID: fmt.Sprint(len(d.notices) + 1), Type: "custom", Key: key, FirstOccurred: now, ExpireAfter: "168h0m0s"}
	for i, known := range d.notices {
		if known.Key == key {
			n = known
			d.notices = append(d.notices[:i], d.notices[i+1:]...)
			break
		}
	}
	n.Occurrences++
	n.LastOccurred, n.LastRepeated, n.LastData = now, now, data
	d.notices = append(d.notices, n)
	close(d.changed)
	d.changed = make(chan struct{})
	return n.ID
}

func reply(w http.ResponseWriter, code int, result any) {
	kind := "sync"
	if code >= http.StatusBadRequest {
		kind = "error"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": kind, "status-code": code, "status": http.StatusText(code), "result": result})
}

func refuse(w http.ResponseWriter, code int, message string) {
	reply(w, code, map[string]string{"message": message})
}
