// Package pebble starts the Pebble of a workload container: the real program, or a double of as much of it as the uniter asks.
package pebble

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Pebble is one that runs.
type Pebble interface {
	// BootID tells this run from all others.
	BootID() string
	// Notice makes a custom notice occur, and says when it did.
	Notice(key string, data map[string]string) (time.Time, error)
	// Stop ends it and takes its socket away.
	Stop()
}

// remote is what is asked over the socket, of the real program and of the double alike.
type remote struct {
	client *http.Client
	bootID string
}

// newRemote connects and asks for the boot id.
func newRemote(socket string) (*remote, error) {
	r := &remote{client: &http.Client{
		Timeout: 10 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}},
	}}
	var info struct {
		BootID string `json:"boot-id"`
	}
	if err := r.ask(http.MethodGet, "/v1/system-info", nil, &info); err != nil {
		return nil, err
	}
	r.bootID = info.BootID
	return r, nil
}

// BootID implements Pebble.
func (r *remote) BootID() string { return r.bootID }

// Notice implements Pebble.
func (r *remote) Notice(key string, data map[string]string) (time.Time, error) {
	var added struct{ ID string }
	body := map[string]any{"action": "add", "type": "custom", "key": key, "data": data}
	if err := r.ask(http.MethodPost, "/v1/notices", body, &added); err != nil {
		return time.Time{}, err
	}
	var notice struct {
		LastRepeated time.Time `json:"last-repeated"`
	}
	err := r.ask(http.MethodGet, "/v1/notices/"+added.ID, nil, &notice)
	return notice.LastRepeated, err
}

// ask makes one request and reads the result.
func (r *remote) ask(method, path string, body, result any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, "http://pebble"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return fmt.Errorf("cannot ask Pebble: %w", err)
	}
	defer response.Body.Close()
	var answer struct {
		Result json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("cannot read the answer of Pebble: %w", err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		var problem struct{ Message string }
		_ = json.Unmarshal(answer.Result, &problem)
		return fmt.Errorf("pebble: %s", problem.Message)
	}
	return json.Unmarshal(answer.Result, result)
}
