package httpx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// JSON answers with v, without HTML escaping and without a line break at the end. It encodes first and writes then, so
// that a value which can't be encoded still becomes an error of the wire; that is the only error. A client that has left
// is none: nobody can be told.
func JSON(w http.ResponseWriter, status int, contentType string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encoding %T: %w", v, err)
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}
