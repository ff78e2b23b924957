package password

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// tiny are the cheapest parameters there are.
func tiny() Params { return Params{MemoryKiB: 8, Time: 1, Threads: 1} }

func TestHashIsVerifiedByItsPasswordAlone(t *testing.T) {
	h := New(Options{Params: tiny()})
	rapid.Check(t, func(rt *rapid.T) {
		password := rapid.String().Draw(rt, "password")
		other := rapid.String().Filter(func(s string) bool { return s != password }).Draw(rt, "other")
		phc, err := h.Hash(t.Context(), "here", password)
		if err != nil {
			rt.Fatal(err)
		}
		if ok, stale, err := h.Verify(t.Context(), "here", phc, password); !ok || stale || err != nil {
			rt.Errorf("right password: %v %v %v", ok, stale, err)
		}
		if ok, stale, err := h.Verify(t.Context(), "here", phc, other); ok || stale || err != nil {
			rt.Errorf("wrong password: %v %v %v", ok, stale, err)
		}
	})
}

func TestEachHashHasItsOwnSalt(t *testing.T) {
	h := New(Options{Params: tiny()})
	a, _ := h.Hash(t.Context(), "here", "secret")
	b, _ := h.Hash(t.Context(), "here", "secret")
	if a == b {
		t.Errorf("twice the same: %s", a)
	}
}

func TestDefaultForm(t *testing.T) {
	phc, err := New(Options{}).Hash(t.Context(), "here", "secret")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("form is %s", phc)
	}
	p, err := parse(phc)
	if err != nil || len(p.salt) != 16 || len(p.tag) != 32 {
		t.Errorf("salt %d, tag %d, %v", len(p.salt), len(p.tag), err)
	}
}

// Two vectors made by the reference implementation ("password", salt "somesalt"), as its own tests have them.
func TestHashesOfOthersAreVerified(t *testing.T) {
	h := New(Options{Params: tiny()})
	tests := map[string]string{
		"small memory": "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"two threads":  "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
	}
	for name, phc := range tests {
		t.Run(name, func(t *testing.T) {
			if ok, stale, err := h.Verify(t.Context(), "here", phc, "password"); !ok || !stale || err != nil {
				t.Errorf("right password: %v %v %v", ok, stale, err)
			}
			if ok, stale, err := h.Verify(t.Context(), "here", phc, "passwore"); ok || stale || err != nil {
				t.Errorf("wrong password: %v %v %v", ok, stale, err)
			}
		})
	}
}

func TestNoHashIsNeverRight(t *testing.T) {
	h := New(Options{Params: tiny()})
	for _, password := range []string{"", "secret"} {
		if ok, stale, err := h.Verify(t.Context(), "here", "", password); ok || stale || err != nil {
			t.Errorf("%q: %v %v %v", password, ok, stale, err)
		}
	}
}

func TestNoHashCostsAHash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := func(time.Duration) <-chan time.Time { return nil }
		h := New(Options{Params: tiny(), Workers: 1, After: never})
		w := h.line.join("other", 1)
		answered := false
		go func() {
			h.Verify(t.Context(), "here", "", "secret")
			answered = true
		}()
		synctest.Wait()
		if answered {
			t.Error("answered without a worker")
		}
		h.line.done(w.weight)
		synctest.Wait()
		if !answered {
			t.Error("no answer with a free worker")
		}
	})
}

func TestStaleIsWhatNewHashesAreNot(t *testing.T) {
	present := New(Options{Params: Params{MemoryKiB: 16, Time: 1, Threads: 1}})
	for _, p := range []Params{{8, 1, 1}, {32, 1, 1}, {16, 2, 1}, {16, 1, 2}} {
		phc, err := New(Options{Params: p}).Hash(t.Context(), "here", "secret")
		if err != nil {
			t.Fatal(err)
		}
		if ok, stale, err := present.Verify(t.Context(), "here", phc, "secret"); !ok || !stale || err != nil {
			t.Errorf("%+v: %v %v %v", p, ok, stale, err)
		}
	}
}

func TestWorkersAreWhatMemoryAllows(t *testing.T) {
	tests := []struct {
		memoryKiB uint32
		most      int
	}{{19456, 6}, {maxMemoryKiB, 1}, {8, 1 << 20}}
	for _, tt := range tests {
		want := min(runtime.GOMAXPROCS(0), tt.most)
		if got := affordable(Params{MemoryKiB: tt.memoryKiB}); got != want {
			t.Errorf("%d KiB: %d workers, want %d", tt.memoryKiB, got, want)
		}
	}
}

func TestHeavyHashesCountForSeveral(t *testing.T) {
	h := New(Options{Workers: 4})
	for memory, want := range map[uint32]int{8: 1, 19456: 1, 19457: 2, 3 * 19456: 3, maxMemoryKiB: 4} {
		if got := h.weight(Params{MemoryKiB: memory}); got != want {
			t.Errorf("%d KiB weigh %d, want %d", memory, got, want)
		}
	}
}

func TestParametersOutOfBoundsDoNotMakeAHasher(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New(Options{Params: Params{MemoryKiB: 1 << 20, Time: 1, Threads: 1}})
}

// blocked is a hasher whose only worker is taken and whose waiting ends when the channel says so.
func blocked(queue int) (h *Hasher, late chan time.Time) {
	late = make(chan time.Time)
	h = New(Options{Params: tiny(), Workers: 1, Queue: queue, Wait: 3 * time.Second, After: func(d time.Duration) <-chan time.Time {
		if d != 3*time.Second {
			panic("waits for " + d.String())
		}
		return late
	}})
	h.line.join("worker", 1)
	return h, late
}

func TestWaitingTooLongIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, late := blocked(4)
		answer := make(chan error)
		go func() {
			_, err := h.Hash(t.Context(), "here", "secret")
			answer <- err
		}()
		synctest.Wait()
		if got := h.Stats(); got != (Stats{Waiting: 1}) {
			t.Errorf("while it waits: %+v", got)
		}
		late <- time.Time{}
		if err := <-answer; !errors.Is(err, ErrBusy) {
			t.Errorf("answer is %v", err)
		}
		if got := h.Stats(); got != (Stats{Refused: 1}) {
			t.Errorf("afterwards: %+v", got)
		}
		wantEmpty(t, h)
	})
}

func TestACancelledCallerLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := blocked(4)
		ctx, cancel := context.WithCancel(t.Context())
		answer := make(chan error)
		go func() {
			_, _, err := h.Verify(ctx, "here", "", "secret")
			answer <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("answer is %v", err)
		}
		wantEmpty(t, h)
	})
}

func TestACancelledCallerDoesNotStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(Options{Params: tiny()}).Hash(ctx, "here", "secret"); !errors.Is(err, context.Canceled) {
		t.Errorf("answer is %v", err)
	}
}

// wantEmpty: nobody waits, and after the worker is done everything is free.
func wantEmpty(t *testing.T, h *Hasher) {
	t.Helper()
	h.line.done(1)
	if l := h.line; len(l.waiting) != 0 || len(l.count) != 0 || l.free != h.workers {
		t.Errorf("left over: %d waiting, %v, %d free", len(l.waiting), l.count, l.free)
	}
}

func TestATurnThatNobodyTakesIsPassedOn(t *testing.T) {
	h := New(Options{Params: tiny(), Workers: 1})
	w := h.line.join("gone", 1) // has the worker already
	if err := h.quit(w, ErrBusy); !errors.Is(err, ErrBusy) {
		t.Errorf("answer is %v", err)
	}
	if h.line.free != 1 {
		t.Error("the worker is lost")
	}
}

func TestAFloodFromOneAddressLeavesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := blocked(4)
		answers := map[string]chan error{"flood": make(chan error, 8), "quiet": make(chan error, 8)}
		ask := func(from string) {
			go func() {
				_, err := h.Hash(t.Context(), from, "secret")
				answers[from] <- err
			}()
			synctest.Wait()
		}
		for range 6 {
			ask("flood")
		}
		ask("quiet")
		h.line.done(1)
		synctest.Wait()
		busy := map[string]int{}
		for from, c := range answers {
			for len(c) > 0 {
				if errors.Is(<-c, ErrBusy) {
					busy[from]++
				}
			}
		}
		if busy["flood"] != 3 || busy["quiet"] != 0 {
			t.Errorf("refused: %v", busy)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	h := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "here", "correct horse battery staple"); err != nil {
			b.Fatal(err)
		}
	}
}
