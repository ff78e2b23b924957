package store

import "time"

// A Commit is a transaction of the group writer that is on the disk, for who counts them.
type Commit struct {
	Closures int           // that shared it
	Took     time.Duration // from COMMIT to its answer, the sync included
}

// Stats are how the group writer fares. The numbers only grow, but for Waiting.
type Stats struct {
	Waiting int   // closures in the queue
	Retried int64 // transactions that ran again because of other nodes, or whose closures ran again one by one
	Failed  int64 // transactions that could not be begun, and those of which nobody knows whether they were committed
}

// Stats may be asked at any time.
func (s *Store) Stats() Stats {
	return Stats{Waiting: len(s.writer.queue), Retried: s.writer.retried.Load(), Failed: s.writer.failed.Load()}
}

// committed tells of a commit, and that the database is back if it was away.
func (w *writer) committed(closures int, took time.Duration) {
	if w.s.observe != nil {
		w.s.observe(Commit{closures, took})
	}
	if w.away {
		w.away = false
		w.s.log.Info("the database takes changes again")
	}
}
