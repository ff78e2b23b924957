package corteza

import (
	"net/http"
	"time"

	"muster"
	"muster/internal/httpx"
)

// contentType has no charset on this wire.
const contentType = "application/json"

type envelope struct {
	Response any `json:"response"`
}

type message struct {
	Message string `json:"message"`
}

// all gives each its shape. The list is never null.
func all[T, W any](items []T, shape func(T) W) []W {
	list := make([]W, len(items))
	for i, v := range items {
		list[i] = shape(v)
	}
	return list
}

// filtered is the shape of lists that have a filter.
func filtered[F, S any](filter F, set []S) any {
	return struct {
		Filter F   `json:"filter"`
		Set    []S `json:"set"`
	}{filter, set}
}

// writeError answers a failure of the action, which may be none.
func writeError(w http.ResponseWriter, a muster.Action, err error) {
	e, _ := muster.AsError(err)
	if e.Kind == muster.Busy {
		w.Header().Set("Retry-After", httpx.RetryAfter)
	}
	// The answer is text of ours: it can be encoded, and if it can't be sent nobody is there to be told.
	_ = httpx.JSON(w, http.StatusOK, contentType, map[string]message{"error": {errorText(a.Name, e.Code, e.Field, e.Message)}})
}

// fresh is an instant as the answer to a create shows it.
func fresh(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// instant is an instant as all other answers show it: cut to the second, nothing for the zero time.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// decimals spells ids. The list is never null.
func decimals(ids []muster.ID) []string { return all(ids, muster.ID.String) }
