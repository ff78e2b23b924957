package agora

import (
	"net/http"
	"net/url"
	"strings"

	"muster"
	"muster/internal/httpx"
)

// attributesOf puts a value into the form of these endpoints: no envelope, but the times.
func attributesOf(r *http.Request, data any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	timestamp, duration := callOf(r).times()
	return plain{timed{Timestamp: timestamp, Data: data, Duration: duration}}, nil
}

// setAttributes takes a form, as all clients send it.
func (f *facade) setAttributes(r *http.Request) (any, error) {
	more, err := form(r)
	if err != nil {
		return nil, err
	}
	u, err := f.user(r)
	if err != nil {
		return nil, err
	}
	set, err := f.core.SetAttributes(r.Context(), u.ID, more)
	return attributesOf(r, set, err)
}

// form reads a body of form-encoded pairs.
func form(r *http.Request) (map[string]string, error) {
	body, err := httpx.ReadBody(r)
	if err != nil {
		return nil, err
	}
	media, err := httpx.MediaType(r)
	if err != nil || media != "application/x-www-form-urlencoded" {
		return nil, httpx.ErrUnsupported
	}
	if strings.Count(string(body), "&") >= httpx.QueryLimit {
		return nil, errShape
	}
	values, err := url.ParseQuery(string(body))
	if err != nil || len(values) == 0 {
		return nil, errShape
	}
	set := map[string]string{}
	for name, list := range values {
		if name == "" || len(list) > 1 {
			return nil, errShape
		}
		set[name] = list[0]
	}
	return set, nil
}

func (f *facade) readAttributes(r *http.Request) (any, error) {
	set, err := f.core.ReadAttributes(r.Context(), r.PathValue("username"))
	if set == nil {
		set = map[string]string{}
	}
	return attributesOf(r, set, err)
}

type attributesRequest struct {
	Targets    []string `json:"targets"`
	Properties []string `json:"properties"`
}

// collectAttributes answers attributes of up to a hundred users: those that were asked for, or all.
func (f *facade) collectAttributes(r *http.Request) (any, error) {
	const most = 100
	var p attributesRequest
	if err := decodeObject(r, &p); err != nil {
		return nil, err
	}
	switch {
	case len(p.Targets) == 0:
		return nil, errShape
	case len(p.Targets) > most:
		return nil, errManyTargets
	}
	all, err := f.core.CollectAttributes(r.Context(), p.Targets)
	if len(p.Properties) > 0 {
		for name, set := range all {
			all[name] = wanted(set, p.Properties)
		}
	}
	return attributesOf(r, all, err)
}

func wanted(set map[string]string, properties []string) map[string]string {
	some := map[string]string{}
	for _, p := range properties {
		if value, ok := set[p]; ok {
			some[p] = value
		}
	}
	return some
}

func (f *facade) removeAttributes(r *http.Request) (any, error) {
	if err := noBody(r); err != nil {
		return nil, err
	}
	u, err := f.user(r)
	if err == nil {
		err = f.core.RemoveAttributes(r.Context(), u.ID)
	}
	return attributesOf(r, true, err)
}

func (f *facade) measureAttributes(r *http.Request) (any, error) {
	n, err := f.core.MeasureAttributes(r.Context())
	return attributesOf(r, n, err)
}

var errManyTargets = muster.Errorf(muster.Invalid, "many-targets", "request body exceeds maximum limit, maximum limit is 100")
