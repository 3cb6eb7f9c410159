package unitagent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/juju/errors"
	"github.com/juju/names/v5"
	"gopkg.in/httprequest.v1"

	"github.com/juju/juju/api/base"
	"github.com/juju/juju/rpc/params"

	"charmarr/testenv/juju-agent/internal/wire"
)

// facadeVersions are the versions of the facades that the double answers.
var facadeVersions = map[string]int{
	"Uniter": 19, "SecretsManager": 2, "LeadershipService": 2, "CAASApplication": 1,
	"ResourcesHookContext": 1, "PayloadsHookContext": 1,
	"NotifyWatcher": 1, "StringsWatcher": 1, "RelationUnitsWatcher": 1, "SecretsTriggerWatcher": 1,
}

// caller is the base.APICaller of one agent: its calls go to the double as JSON, as they would to a controller.
type caller struct {
	conn      *wire.Conn
	modelUUID string

	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan *wire.Result
}

var _ base.APICaller = (*caller)(nil)

func newCaller(conn *wire.Conn, modelUUID string) *caller {
	return &caller{conn: conn, modelUUID: modelUUID, waiting: map[uint64]chan *wire.Result{}}
}

// APICall implements base.APICaller.
func (c *caller) APICall(facade string, _ int, object, request string, args, response any) error {
	call := &wire.Call{Facade: facade, Object: object, Request: request}
	if args != nil {
		data, err := json.Marshal(args)
		if err != nil {
			return errors.Annotatef(err, "cannot encode arguments of %s.%s", facade, request)
		}
		call.Args = data
	}
	answer := make(chan *wire.Result, 1)
	c.mu.Lock()
	c.last++
	call.ID = c.last
	c.waiting[call.ID] = answer
	c.mu.Unlock()
	if err := c.conn.Write(wire.ToDouble{Call: call}); err != nil {
		return errors.Trace(err)
	}
	result := <-answer
	if result.Error != nil {
		return errors.Trace(result.Error) // keeps its code, as rpc.RequestError does
	}
	if response == nil || len(result.Value) == 0 {
		return nil
	}
	return errors.Trace(json.Unmarshal(result.Value, response))
}

// answered hands a result to the one who waits for it.
func (c *caller) answered(result *wire.Result) {
	c.mu.Lock()
	answer := c.waiting[result.ID]
	delete(c.waiting, result.ID)
	c.mu.Unlock()
	if answer != nil {
		answer <- result
	}
}

// BestFacadeVersion implements base.APICaller.
func (c *caller) BestFacadeVersion(facade string) int { return facadeVersions[facade] }

// ModelTag implements base.APICaller.
func (c *caller) ModelTag() (names.ModelTag, bool) { return names.NewModelTag(c.modelUUID), true }

// HTTPClient implements base.APICaller: resources are downloaded with it.
func (c *caller) HTTPClient() (*httprequest.Client, error) {
	base := fmt.Sprintf("https://%s/model/%s", wire.APIAddress, c.modelUUID)
	return &httprequest.Client{BaseURL: base, Doer: httpDoer{c}, UnmarshalError: errorOf}, nil
}

// errorOf reads Juju's error from an answer, as the client of its API does (api/httpclient.go).
func errorOf(response *http.Response) error {
	var result params.ErrorResult
	if err := httprequest.UnmarshalJSONResponse(response, &result); err != nil {
		return errors.Trace(err)
	}
	return result.Error
}

// httpDoer carries a download over the same connection as the calls.
type httpDoer struct{ *caller }

// Do answers with the content of the resource, or with 404 and Juju's error.
func (d httpDoer) Do(r *http.Request) (*http.Response, error) {
	var content []byte
	err := d.APICall("HTTP", 1, "", r.Method, r.URL.Path, &content)
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, ContentLength: int64(len(content))}
	if err != nil {
		apiError, ok := errors.Cause(err).(*params.Error)
		if !ok {
			return nil, err
		}
		if content, err = json.Marshal(params.ErrorResult{Error: apiError}); err != nil {
			return nil, err
		}
		response.StatusCode = http.StatusNotFound
		response.Header.Set("Content-Type", "application/json")
	}
	response.Status = fmt.Sprintf("%d %s", response.StatusCode, http.StatusText(response.StatusCode))
	response.Body = io.NopCloser(bytes.NewReader(content))
	return response, nil
}

// RootHTTPClient implements base.APICaller; no part of the agent uses it.
func (c *caller) RootHTTPClient() (*httprequest.Client, error) {
	return nil, errors.NotSupportedf("HTTP client of the API's root")
}

// BakeryClient implements base.APICaller; no part of the agent uses it.
func (c *caller) BakeryClient() base.MacaroonDischarger { return nil }

// Context implements base.APICaller.
func (c *caller) Context() context.Context { return context.Background() }

// ConnectStream implements base.APICaller; no part of the agent uses it.
func (c *caller) ConnectStream(string, url.Values) (base.Stream, error) {
	return nil, errors.NotSupportedf("stream")
}

// ConnectControllerStream implements base.APICaller; no part of the agent uses it.
func (c *caller) ConnectControllerStream(string, url.Values, http.Header) (base.Stream, error) {
	return nil, errors.NotSupportedf("stream")
}

// Close implements base.APICallCloser. The connection lasts as long as the process.
func (c *caller) Close() error { return nil }
