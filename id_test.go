package muster_test

import (
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"muster"
)

// A clock that a test sets.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// TestIDsRise: whatever the clock does, a later id is larger, and says which node made it.
func TestIDsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		node := rapid.IntRange(0, muster.MaxNode).Draw(t, "node")
		instant := rapid.Int64Range(0, 1<<52)
		clock := &handClock{}
		last := muster.ID(rapid.Int64Range(0, 1<<61).Draw(t, "after"))
		ids := muster.NewIDs(node, last, clock.Now)
		for range 20 {
			clock.set(time.UnixMicro(instant.Draw(t, "clock")))
			id := ids.New()
			if id <= last || id.Node() != node {
				t.Fatalf("after %d came %d of node %d", last, id, id.Node())
			}
			last = id
		}
	})
}

func TestIDTellsItsTime(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)
	id := muster.NewIDs(7, 0, func() time.Time { return at }).New()
	if !id.Time().Equal(at) || id.Node() != 7 {
		t.Errorf("got %v, node %d", id.Time(), id.Node())
	}
	if !muster.Administrators.Time().IsZero() {
		t.Error("a built-in id has a time")
	}
}

func TestIDsAtOnce(t *testing.T) {
	clock := &handClock{now: time.UnixMicro(1)}
	ids := muster.NewIDs(0, 0, clock.Now)
	made := make([][]muster.ID, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			for range 1000 {
				made[i] = append(made[i], ids.New())
			}
		})
	}
	all.Wait()
	seen := map[muster.ID]bool{}
	for _, some := range made {
		for _, id := range some {
			if seen[id] {
				t.Fatalf("%d came twice", id)
			}
			seen[id] = true
		}
	}
}

// TestIDSpellings: each spelling reads back, sorts as the id does where it has a fixed length, and is none of the others.
func TestIDSpellings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Int64Range(1, math.MaxInt64)
		a, b := muster.ID(draw.Draw(t, "a")), muster.ID(draw.Draw(t, "b"))
		for _, s := range spellings() {
			text := s.spell(a)
			if got, ok := s.parse(text); !ok || got != a {
				t.Fatalf("%s: %d became %q became %d", s.name, a, text, got)
			}
			for _, other := range spellings() {
				if _, ok := other.parse(text); ok && other.name != s.name && len(text) > 19 {
					t.Fatalf("%q is %s and %s", text, s.name, other.name)
				}
			}
		}
		if (a < b) != (a.Hex() < b.Hex()) || (a < b) != (a.UUID() < b.UUID()) {
			t.Fatalf("%d and %d do not sort as they are spelled", a, b)
		}
	})
}

func TestIDSpellingsAreFixed(t *testing.T) {
	const id = muster.ID(0x0123456789abcdef)
	for got, want := range map[string]string{
		id.String():                 "81985529216486895",
		id.Hex():                    "000000000123456789abcdef",
		id.UUID():                   "01234567-89ab-8cde-800f-000000000000",
		muster.Administrators.Hex(): "000000000000000000000002",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

type spelling struct {
	name  string
	spell func(muster.ID) string
	parse func(string) (muster.ID, bool)
}

func spellings() []spelling {
	return []spelling{
		{"decimal", muster.ID.String, muster.ParseID},
		{"hex", muster.ID.Hex, muster.ParseHexID},
		{"uuid", muster.ID.UUID, muster.ParseUUID},
	}
}

func TestParseIDRefuses(t *testing.T) {
	for _, text := range []string{
		"", "0", "00", "01", "-1", "+1", " 1", "1 ", "1\n", "1e3", "0x1", "1_000", "1.0", "١", "abc",
		"9223372036854775808", "18446744073709551616", strings.Repeat("9", 10_000),
	} {
		if id, ok := muster.ParseID(text); ok {
			t.Errorf("decimal %.40q became %d", text, id)
		}
	}
	for _, text := range []string{
		"", "2", "000000000000000000000000", "00000000000000000000000A", "0000000000000000000000002", "00000000000000000000002",
		"000000008000000000000000", "100000000000000000000002", "-00000000000000000000002", "+00000000000000000000002", "0x0000000000000000000002",
	} {
		if id, ok := muster.ParseHexID(text); ok {
			t.Errorf("hex %q became %d", text, id)
		}
	}
	for _, text := range []string{
		"", "00000000-0000-8000-8000-000000000000", "01234567-89AB-8cde-800f-000000000000", "01234567-89ab-4cde-800f-000000000000",
		"01234567-89ab-8cde-900f-000000000000", "01234567-89ab-8cde-801f-000000000000", "01234567-89ab-8cde-800f-000000000001",
		"{01234567-89ab-8cde-800f-000000000000}", "0123456789ab8cde800f000000000000", "81234567-89ab-8cde-800f-000000000000",
		"01234567-89ab-8cde-800f_000000000000", "+1234567-89ab-8cde-800f-000000000000",
	} {
		if id, ok := muster.ParseUUID(text); ok {
			t.Errorf("uuid %q became %d", text, id)
		}
	}
}

// FuzzParse: whatever text a parser takes is exactly the text that the id is spelled as.
func FuzzParse(f *testing.F) {
	for _, id := range []muster.ID{1, 2, 1 << 40, math.MaxInt64} {
		f.Add(id.String())
		f.Add(id.Hex())
		f.Add(id.UUID())
	}
	f.Add("+1")
	f.Add("0x00000000000000000000001")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range spellings() {
			if id, ok := s.parse(text); ok && (id <= 0 || s.spell(id) != text) {
				t.Errorf("%s: %q became %d, which is %q", s.name, text, id, s.spell(id))
			}
		}
	})
}
