package agora

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"muster"
	"muster/internal/httpx"
)

// errShape is what is wrong with a body that is legal JSON of a wrong form, and with bad arguments in the query.
var errShape = muster.Errorf(muster.Invalid, "shape", "This is an invalid request.")

// errNoBody stands for a body that is not there although one is needed.
var errNoBody = muster.Errorf(muster.Invalid, "malformed", "the body is empty")

// readJSON reads a body as JSON: one without a type is, because a client sends none, and so is a form that is JSON all the same,
// as curl -d sends it. It answers nothing for an empty body, and the first byte of the value.
func readJSON(r *http.Request) (body []byte, begins byte, err error) {
	if body, err = httpx.ReadBody(r); err != nil {
		return nil, 0, err
	}
	media, err := mediaType(r)
	if err != nil {
		return nil, 0, err
	}
	if media != "" && media != jsonMedia && media != "application/x-www-form-urlencoded" && len(body) > 0 {
		return nil, 0, httpx.ErrUnsupported
	}
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil, 0, nil
	}
	var any json.RawMessage
	if err := httpx.DecodeJSON(body, &any); err != nil {
		if media == "application/x-www-form-urlencoded" {
			err = httpx.ErrUnsupported
		}
		return nil, 0, err
	}
	return body, body[0], nil
}

const jsonMedia = "application/json"

// mediaType is the type of a body that should be JSON. JSON is JSON whatever charset is named (contract, 2): it is read as UTF-8,
// and what is not UTF-8 is not legal JSON. Only the charsets that have other bytes for ASCII are not read.
func mediaType(r *http.Request) (string, error) {
	if types := r.Header["Content-Type"]; len(types) == 1 {
		media, params, _ := strings.Cut(strings.ToLower(types[0]), ";")
		if strings.TrimSpace(media) == jsonMedia && !strings.Contains(params, "utf-16") && !strings.Contains(params, "utf-32") {
			return jsonMedia, nil
		}
	}
	return httpx.MediaType(r)
}

// decodeObject reads a body that has to be an object.
func decodeObject(r *http.Request, into any) error {
	body, begins, err := readJSON(r)
	switch {
	case err != nil:
		return err
	case body == nil:
		return errNoBody
	case begins != '{':
		return errShape
	}
	if httpx.DecodeJSON(body, into) != nil {
		return errShape // it is legal JSON, so some member is of another type
	}
	return nil
}

// noBody reads a body that nobody needs: it may be missing, but if it is there it has to be an object.
func noBody(r *http.Request) error {
	body, begins, err := readJSON(r)
	if err == nil && body != nil && begins != '{' {
		err = errShape
	}
	return err
}

// text is a member that has to be text. What is not, is not there.
type text string

// UnmarshalJSON never fails.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
	}
	return nil
}

// seconds is a member that is a number or a decimal text.
type seconds struct {
	said bool
	n    int64
	bad  bool
}

// UnmarshalJSON never fails; what is neither is bad.
func (s *seconds) UnmarshalJSON(b []byte) error {
	var written string
	if json.Unmarshal(b, &written) != nil {
		written = string(b)
	}
	if written == "null" || written == "" {
		return nil
	}
	n, err := strconv.ParseInt(written, 10, 64)
	s.said, s.n, s.bad = true, n, n < 0 || notDecimal(err)
	return nil
}

// notDecimal reports whether a number could not be read for another reason than its size: then it is the largest that fits.
func notDecimal(err error) bool {
	return err != nil && !errors.Is(err, strconv.ErrRange)
}

// page reads limit and cursor of a query. Above a hundred there are a hundred.
func page(query url.Values) (cursor string, limit int, err error) {
	const usual, most = 10, 100
	limit = usual
	if query.Has("limit") {
		n, err := strconv.ParseUint(query.Get("limit"), 10, 31)
		if n == 0 || notDecimal(err) {
			return "", 0, errShape
		}
		limit = int(min(n, most))
	}
	return query.Get("cursor"), limit, nil
}
