package agora

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

const contentType = "application/json;charset=UTF-8"

// An answer is what an endpoint says besides what all say. Fields that are zero are left out, as their rows of the contract want
// it; an empty list is not nil.
type answer struct {
	action   string // the method in lower case if it is ""
	path     string
	entities []entity
	data     any
	count    *int
	cursor   string
	address  bool // uri and params
}

// envelope is the answer of nearly all endpoints (contract, 3).
type envelope struct {
	Action          string     `json:"action"`
	Application     string     `json:"application"`
	ApplicationName string     `json:"applicationName"`
	Organization    string     `json:"organization"`
	Path            string     `json:"path,omitempty"`
	URI             string     `json:"uri,omitempty"`
	Params          url.Values `json:"params,omitempty"`
	Entities        *[]entity  `json:"entities,omitempty"`
	Data            any        `json:"data,omitempty"`
	Count           *int       `json:"count,omitempty"`
	Cursor          string     `json:"cursor,omitempty"`
	Timestamp       int64      `json:"timestamp"` // Unix milliseconds
	Duration        int64      `json:"duration"`  // milliseconds
}

// An entity is a user. The order of its members is that of the vendor.
type entity struct {
	UUID      string `json:"uuid"`
	Type      string `json:"type"`
	Created   int64  `json:"created"`
	Modified  int64  `json:"modified"`
	Username  string `json:"username"`
	Activated bool   `json:"activated"`
	Nickname  string `json:"nickname,omitempty"`
}

func entityOf(u *muster.User) entity {
	return entity{
		UUID: u.ID.UUID(), Type: "user", Created: u.CreatedAt.UnixMilli(), Modified: u.ChangedAt.UnixMilli(),
		Username: muster.Fold(u.Username), Activated: !u.Suspended(), Nickname: u.Name,
	}
}

func entitiesOf(users ...*muster.User) []entity { return dialect.All(users, entityOf) }

// plain is an answer that has no envelope.
type plain struct{ value any }

// answer is the handler of all routes: it asks f, and puts what f answers into the envelope.
func (f *facade) answer(ask func(*http.Request) (any, error)) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := ask(r)
		if err != nil {
			return err
		}
		if a, ok := v.(answer); ok {
			return httpx.JSON(w, http.StatusOK, contentType, f.envelope(r, a))
		}
		return httpx.JSON(w, http.StatusOK, contentType, v.(plain).value)
	}
}

func (f *facade) envelope(r *http.Request, a answer) envelope {
	c := callOf(r)
	e := envelope{
		Action: cmp.Or(a.action, strings.ToLower(r.Method)), Application: c.app.ID.UUID(), ApplicationName: c.app.Name, Organization: c.app.Org,
		Path: a.path, Data: a.data, Count: a.count, Cursor: a.cursor,
	}
	if a.entities != nil {
		e.Entities = &a.entities
	}
	if a.address {
		e.URI = f.address(r)
		e.Params = r.URL.Query()
	}
	e.Timestamp, e.Duration = c.times()
	return e
}

// address is the address that the client has used, without its query.
func (f *facade) address(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if i := strings.Index(path, "://"); i >= 0 { // a proxy may ask so
		if u, err := url.Parse(path); err == nil {
			path = u.EscapedPath()
		}
	}
	return f.scheme + "://" + r.Host + path
}

// times are the present, and how long the call has taken.
func (c *call) times() (timestamp, duration int64) {
	return time.Now().UnixMilli(), time.Since(c.begun).Milliseconds()
}

// timed is an answer that has a value and the times, and nothing else.
type timed struct {
	Timestamp int64 `json:"timestamp"`
	Data      any   `json:"data"`
	Duration  int64 `json:"duration"`
}

func counted(n int) *int { return &n }
