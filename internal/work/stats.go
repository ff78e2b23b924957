package work

import "sync/atomic"

// Stats count what became of letters since the runner was made.
type Stats struct {
	Sent      int64
	Postponed int64 // attempts that failed and are made again
	Failed    int64 // given up
}

// Stats may be asked at any time.
func (r *Runner) Stats() Stats {
	return Stats{r.tally.sent.Load(), r.tally.postponed.Load(), r.tally.failed.Load()}
}

type tally struct{ sent, postponed, failed atomic.Int64 }

// count counts an outcome. A letter that was given back unsent is none.
func (t *tally) count(o outcome) {
	switch {
	case o.finished && o.failure == "":
		t.sent.Add(1)
	case o.finished:
		t.failed.Add(1)
	case o.failure != "":
		t.postponed.Add(1)
	}
}
