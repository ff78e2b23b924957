package work

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/core"
)

// TestCleaner: what a crash has left is removed at the start, and a day later what has grown old since.
func TestCleaner(t *testing.T) {
	h := newHouse(t)
	left := func() (ids []int64) {
		for id, err := range h.files.List(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return ids
	}
	put := func() int64 {
		id := h.clock.now().UnixMicro()<<10 | 7
		if _, err := h.files.Put(t.Context(), id, strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
		return id
	}
	put()
	h.clock.pass(24*time.Hour + time.Second)
	young := put()

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	c := &Cleaner{Core: h.core, After: h.after, Log: h.runner.log}
	go func() { defer close(ended); c.Run(ctx) }()
	h.rest()
	if got := left(); !slices.Equal(got, []int64{young}) {
		t.Errorf("left after the start: %v, want %d", got, young)
	}
	h.pass(24*time.Hour + time.Second)
	if got := left(); len(got) != 0 {
		t.Errorf("left a day later: %v", got)
	}
	cancel()
	<-ended
	if text := h.log.String(); strings.Count(text, "files that nobody needs were removed") != 2 {
		t.Errorf("logged %s", text)
	}
}

// TestCleanerGoesOn: a folder that can't be read is told, and tried again.
func TestCleanerGoesOn(t *testing.T) {
	h := newHouse(t)
	if err := h.files.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	c := &Cleaner{Core: h.core, After: h.after, Log: h.runner.log}
	go func() { defer close(ended); c.Run(ctx) }()
	h.rest()
	h.pass(24 * time.Hour)
	cancel()
	<-ended
	if text := h.log.String(); !strings.Contains(text, "could not all be removed") {
		t.Errorf("logged %s", text)
	}
}

// TestCleanerOfMessages: messages for which nobody came go after a week, and none before.
func TestCleanerOfMessages(t *testing.T) {
	h := newHouse(t)
	system := muster.WithActor(t.Context(), muster.House())
	u, err := h.core.CreateUser(system, core.Profile{Email: "ann@example.org", Handle: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.core.SendMessage(system, core.MessageForm{From: "admin", To: []string{u.Username}, Type: "txt", Body: []byte(`{"msg":"x"}`)}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	c := &Cleaner{Core: h.core, After: h.after, Log: h.runner.log}
	go func() { defer close(ended); c.Run(ctx) }()
	h.rest()
	for day := range 9 {
		waiting, err := h.core.Links.MessagesWaiting(t.Context())
		want := 1
		if day > 7 {
			want = 0
		}
		if waiting != want || err != nil {
			t.Errorf("day %d: %d messages wait, want %d: %v", day, waiting, want, err)
		}
		h.pass(24 * time.Hour)
	}
	cancel()
	<-ended
	if text := h.log.String(); strings.Count(text, "messages for which nobody came were removed") != 1 {
		t.Errorf("logged %s", text)
	}
}
