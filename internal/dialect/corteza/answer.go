package corteza

import (
	"net/http"
	"time"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

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
	_ = dialect.Say(w, http.StatusOK, "error", errorText(a.Name, e.Code, e.Field, e.Message))
}

// fresh is an instant as the answer to a create shows it; all other answers cut it to the second.
func fresh(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// decimals spells ids. The list is never null.
func decimals(ids []muster.ID) []string { return dialect.All(ids, muster.ID.String) }
