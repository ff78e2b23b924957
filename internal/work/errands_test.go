package work

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/script"
)

// A scriptbook is one script that hears of each group that is made. What it does is up to the test.
type scriptbook struct {
	run  func(context.Context) error
	ran  int
	gone bool
	due  []script.Due
}

func (b *scriptbook) Scripts() []script.Script {
	if b.gone {
		return nil
	}
	return []script.Script{{Name: "/s", Triggers: []script.Trigger{
		{EventTypes: []string{"afterCreate"}, ResourceTypes: []string{"system:role"}}, {EventTypes: []string{"onInterval"}, ResourceTypes: []string{"system"}},
	}}}
}

func (b *scriptbook) Bundle(string) ([]byte, string, bool) { return nil, "", false }

func (b *scriptbook) Due(after, until time.Time) (due []script.Due) {
	for _, d := range b.due {
		if d.At.After(after) && !d.At.After(until) {
			due = append(due, d)
		}
	}
	return due
}

func (b *scriptbook) Run(ctx context.Context, _ *core.Core, _ core.ScriptRun) error {
	b.ran++
	return b.run(ctx)
}

// errands is a house with a scriptbook and an errander that the test has work.
func errands(t *testing.T) (*house, *scriptbook, *Errander) {
	b := &scriptbook{run: func(context.Context) error { return nil }}
	h := newHouse(t, func(o *core.Options) { o.Scripts = b })
	return h, b, &Errander{Core: h.core, Now: h.clock.now, Log: slog.New(slog.NewJSONHandler(h.log, nil))}
}

func (h *house) makeGroup(name string) {
	h.t.Helper()
	if _, err := h.core.CreateGroup(h.system(), core.GroupForm{Name: name}); err != nil {
		h.t.Fatal(err)
	}
}

// rounds has the errander work until nothing is due, and wants so many runs and so many errands left.
func (h *house) rounds(e *Errander, b *scriptbook, runs, left int) {
	h.t.Helper()
	b.ran = 0
	for e.round(h.t.Context(), h.clock.now) {
	}
	n, err := h.core.Errands.Waiting(h.t.Context())
	if err != nil || b.ran != runs || n != left {
		h.t.Errorf("%d runs, %d left, %v; want %d and %d", b.ran, n, err, runs, left)
	}
}

// TestErrandsAreTriedThrice: a script that fails is tried again, later each time, and given up at last: nobody is harmed.
func TestErrandsAreTriedThrice(t *testing.T) {
	h, b, e := errands(t)
	b.run = func(context.Context) error { return &script.Aborted{Message: "a secret of ann@example.org"} }
	h.makeGroup("Red")
	h.rounds(e, b, 1, 1)
	h.rounds(e, b, 0, 1)
	h.clock.pass(errandDelay)
	h.rounds(e, b, 1, 1)
	h.clock.pass(errandDelay)
	h.rounds(e, b, 0, 1)
	h.clock.pass(4 * errandDelay)
	h.rounds(e, b, 1, 0)
	if got := e.Results(); got["failed"] != 1 || got["postponed"] != 2 || got["done"] != 0 {
		t.Errorf("counted %v", got)
	}
	if log := h.log.String(); !strings.Contains(log, "is given up") || strings.Contains(log, "ann@example.org") {
		t.Errorf("logged %s", log)
	}
	events, err := h.core.ListEvents(h.system(), muster.EventFilter{Actions: []string{muster.ActionFollowScript.Name}})
	if err != nil || len(events) != 1 || events[0].Code != muster.ErrAborted.Code {
		t.Errorf("%d events, %v", len(events), err)
	}
	b.run = func(context.Context) error { return nil }
	h.makeGroup("Blue")
	h.makeGroup("Green")
	h.rounds(e, b, 2, 0)
	h.makeGroup("White")
	b.gone = true
	h.rounds(e, b, 0, 0)
}

// TestErrandsComeBack: what is not done when the house stops, or because too much is going on, is due as before; what a crash
// leaves is due when its lease has run out.
func TestErrandsComeBack(t *testing.T) {
	h, b, e := errands(t)
	ctx, stop := context.WithCancel(t.Context())
	b.run = func(ctx context.Context) error { stop(); return ctx.Err() }
	h.makeGroup("Red")
	h.makeGroup("Blue")
	e.round(ctx, h.clock.now)
	b.run = func(context.Context) error { return script.ErrBusy }
	h.rounds(e, b, 1, 2)
	b.run = func(context.Context) error { return nil }
	h.rounds(e, b, 2, 0)

	h.makeGroup("Green")
	if list, err := h.core.Errands.Lease(t.Context(), errandLease); err != nil || len(list) != 1 || list[0].Attempts != 1 {
		t.Fatalf("leased %v, %v", list, err)
	}
	h.rounds(e, b, 0, 1)
	h.clock.pass(errandLease + time.Second)
	h.rounds(e, b, 1, 0)
}

// TestErrandsKeepTheirLease: a script that takes long leaves the others to somebody else in time.
func TestErrandsKeepTheirLease(t *testing.T) {
	h, b, e := errands(t)
	b.run = func(context.Context) error { h.clock.pass(script.DefaultLimits().Time); return nil }
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		h.makeGroup(name)
	}
	e.round(t.Context(), h.clock.now)
	if b.ran != 3 { // at 0, 30 and 60 s; at 90 s there would not be enough left
		t.Errorf("%d ran", b.ran)
	}
	h.rounds(e, b, 3, 0)
}

// TestErranderLooksAtTheClock: scripts that are due are run while nothing happens.
func TestErranderLooksAtTheClock(t *testing.T) {
	h, b, e := errands(t)
	idle, tick := make(chan struct{}), make(chan time.Time)
	e.After = func(time.Duration) <-chan time.Time {
		select {
		case idle <- struct{}{}:
		case <-t.Context().Done():
		}
		return tick
	}
	b.due = []script.Due{{Script: b.Scripts()[0], EventType: "onInterval", ResourceType: "system", At: h.clock.now().Add(time.Minute)}}
	ended := make(chan struct{})
	go func() { defer close(ended); e.Run(t.Context()) }()
	t.Cleanup(func() { <-ended })
	<-idle
	h.clock.pass(time.Minute)
	tick <- h.clock.now()
	<-idle
	select { // what is sent out wakes it once more
	case <-idle:
	case tick <- h.clock.now():
		<-idle
	}
	if b.ran != 1 || e.Results()["done"] != 1 {
		t.Errorf("ran %d times, %v", b.ran, e.Results())
	}
}

func TestFailuresHaveAWord(t *testing.T) {
	for err, want := range map[error]string{muster.Aborted("anything"): "aborted", muster.ErrScriptFailed: "script-failed", errors.New("x"): "internal"} {
		if got := failureOf(err); got != want {
			t.Errorf("%v: %q", err, got)
		}
	}
}
