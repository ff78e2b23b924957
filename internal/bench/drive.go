package bench

import (
	"context"
	"sync"
	"time"
)

// A load is what connections do: each has its number and asks for its next request, which is appended to b.
type load func(b []byte, connection int) []byte

// drive sends requests in a closed loop over so many connections for so long, and counts how long the answers took. The
// first that fails ends it.
func drive(ctx context.Context, address string, connections int, long time.Duration, next load) (*histogram, time.Duration, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	counted := make([]histogram, connections)
	begun := time.Now()
	var wg sync.WaitGroup
	for c := range connections {
		wg.Go(func() {
			if err := loop(ctx, address, begun.Add(long), c, next, &counted[c]); err != nil {
				fail(err)
			}
		})
	}
	wg.Wait()
	took := time.Since(begun)
	total := &histogram{}
	for c := range counted {
		total.add(&counted[c])
	}
	return total, took, context.Cause(ctx)
}

// loop is one connection.
func loop(ctx context.Context, address string, end time.Time, c int, next load, counted *histogram) error {
	w, hangUp, err := dial(ctx, address)
	if err != nil {
		return err
	}
	defer hangUp()
	if err := w.conn.SetDeadline(end.Add(answerTime)); err != nil {
		return err
	}
	var request []byte
	for now := time.Now(); now.Before(end); {
		request = next(request[:0], c)
		sent := time.Now()
		if _, err := w.exchange(request); err != nil {
			return err
		}
		now = time.Now()
		counted.record(now.Sub(sent))
	}
	return nil
}

// ask sends one request and returns a copy of its answer.
func ask(ctx context.Context, address string, request []byte) ([]byte, error) {
	w, hangUp, err := dial(ctx, address)
	if err != nil {
		return nil, err
	}
	defer hangUp()
	if err := w.conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return nil, err
	}
	return w.exchange(request)
}
