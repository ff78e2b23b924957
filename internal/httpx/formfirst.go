package httpx

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
)

// DecodeFormFirst is [DecodeParams] for wires where a form body wins over the query, which wins over a JSON body. Besides, a
// multipart form is a form like any other (of at most [PartLimit] parts, whose files count for nothing), lists may be called
// name[] in forms too, and GET has no body: what comes with one is not looked at.
func DecodeFormFirst(r *http.Request, into any) error {
	fields, err := paramFields(into)
	if err != nil {
		return err
	}
	form, err := decodeFormBody(r, into)
	if err != nil {
		return err
	}
	query, err := parseParams(r.URL.RawQuery)
	if err != nil {
		return err
	}
	if err := fields.setQuery(query); err != nil {
		return err
	}
	for name, values := range form {
		if plain := trimBrackets(name); plain != name && form[plain] == nil {
			form[plain] = values
		}
	}
	return fields.setForm(form)
}

// decodeFormBody fills into from a JSON body, or answers the values of a form.
func decodeFormBody(r *http.Request, into any) (url.Values, error) {
	if r.Method == http.MethodGet {
		return nil, nil
	}
	body, err := ReadBody(r)
	if err != nil || len(body) == 0 {
		return nil, err
	}
	mediaType, err := MediaType(r)
	if err != nil {
		return nil, err
	}
	switch mediaType {
	case mediaJSON:
		return nil, flat(DecodeJSON(body, into))
	case mediaForm:
		return parseParams(string(body))
	case mediaMultipart:
		return parseMultipart(body, r.Header.Get("Content-Type"))
	}
	return nil, ErrUnsupported
}

func trimBrackets(name string) string {
	if n := len(name) - 2; n > 0 && name[n:] == "[]" {
		return name[:n]
	}
	return name
}

// parseMultipart reads the values of a multipart form.
func parseMultipart(body []byte, contentType string) (url.Values, error) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["boundary"] == "" {
		return nil, malformed("", "the form has no boundary")
	}
	reader := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	form := url.Values{}
	for parts := 1; ; parts++ {
		part, err := reader.NextRawPart()
		switch {
		case err == io.EOF: // and no other that wraps it: that is a form that ends early
			return form, nil
		case err != nil:
			return nil, malformed("", "the form can't be read")
		case parts > PartLimit:
			return nil, malformed("", "the form has too many parts")
		}
		value, err := io.ReadAll(io.LimitReader(part, PartValueLimit+1))
		switch name := part.FormName(); {
		case err != nil:
			return nil, malformed("", "the form can't be read")
		case part.FileName() != "":
		case len(value) > PartValueLimit:
			return nil, ErrTooLarge
		case !legalText(name) || !legalText(string(value)):
			return nil, malformed("", "a value is not legal text")
		default:
			form.Add(name, string(value))
		}
	}
}
