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

// respond answers a value.
func respond(w http.ResponseWriter, v any) error {
	return httpx.JSON(w, http.StatusOK, contentType, envelope{v})
}

// succeed answers an action that has no value.
func succeed(w http.ResponseWriter) error {
	return httpx.JSON(w, http.StatusOK, contentType, map[string]message{"success": {"OK"}})
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
func decimals(ids []muster.ID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return list
}
