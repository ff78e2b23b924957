package obs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A tape is what was logged, also by timers.
type tape struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *tape) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

// cut answers what was logged, and begins anew.
func (t *tape) cut() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.b.Reset()
	return t.b.String()
}

// told are the lines of a log, as message, error and count.
func told(t *testing.T, out *tape) (lines []string) {
	t.Helper()
	for text := range strings.Lines(out.cut()) {
		var line struct {
			Msg, Error string
			Repeated   int
		}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %d", line.Msg, line.Error, line.Repeated)))
	}
	return lines
}

func TestFloodIsToldOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out tape
		log := NewLogger(&out, false)
		for i := range 700 {
			log.Error("away", "error", fmt.Errorf("dial from :%d: refused", 40000+i))
			time.Sleep(3 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		want := []string{
			"away dial from :40000: refused 0",
			"away dial from :40333: refused 333",
			"away dial from :40666: refused 333",
			"away dial from :40699: refused 33",
		}
		if got := told(t, &out); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %q", got)
		}
		log.Error("away", "error", "dial from :1: refused")
		if got := told(t, &out); len(got) != 1 {
			t.Errorf("a new one after some quiet: %q", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := told(t, &out); len(got) != 0 {
			t.Errorf("nothing was held back, and yet: %q", got)
		}
	})
}

func TestOtherTroubleIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out tape
		log := NewLogger(&out, false)
		inside := log.With("node", 1).WithGroup("g")
		for range 2 {
			log.Info("request")
			log.Error("a", "error", errors.New("x"))
			log.Error("a", "error", errors.New("y"))
			log.Warn("a", "error", errors.New("x"))
			log.Error("b")
			inside.Error("b")
		}
		want := []string{"request  0", "a x 0", "a y 0", "a x 0", "b  0", "request  0"}
		if got := told(t, &out); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %q", got)
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := told(t, &out); len(got) != 4 {
			t.Errorf("held back were %q", got)
		}
	})
}

// However many different troubles there are, watching them takes bounded memory, and none is lost.
func TestManyTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out tape
		log := NewLogger(&out, false)
		for i := range 3 * maxFloods {
			log.Error(strings.Repeat("x", i+1))
		}
		if got := told(t, &out); len(got) != 3*maxFloods {
			t.Errorf("%d were told", len(got))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
	})
}

func TestRequestID(t *testing.T) {
	type key struct{}
	var out bytes.Buffer
	log := WithRequests(NewLogger(&out, false), func(ctx context.Context) string {
		id, _ := ctx.Value(key{}).(string)
		return id
	})
	ctx := context.WithValue(t.Context(), key{}, "host/1")
	log.InfoContext(ctx, "inside")
	log.With("a", 1).ErrorContext(ctx, "inside")
	log.InfoContext(ctx, "has it", "request", "host/2")
	log.Info("outside")
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{`"request":"host/1"`, `"request":"host/1"`, `"request":"host/2"`, ``} {
		if strings.Count(lines[i], `"request"`) != min(len(want), 1) || !strings.Contains(lines[i], want) {
			t.Errorf("want %s: %s", want, lines[i])
		}
	}
}

func TestSecretsInsideOfValues(t *testing.T) {
	type credentials struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	var out bytes.Buffer
	log := NewLogger(&out, false)
	log.Info("x",
		"header", map[string][]string{"Authorization": {"Bearer hunter2"}, "X-TAT-PASSWORD": {"hunter2"}, "Accept": {"text/plain"}},
		"in", &credentials{"ann@example.org", "hunter2"},
		"list", []credentials{{"bob@example.org", "hunter2"}},
		"deep", map[string]any{"a": []any{map[string]any{"client-secret": "hunter2"}}},
		"odd", struct{ F func() }{},
		slog.Group("request", slog.Group("body", "refreshToken", "hunter2")),
		"error", errors.New("refused"), "hint", "")
	text := out.String()
	if strings.Contains(text, "hunter2") {
		t.Errorf("the log tells a secret: %s", text)
	}
	for _, want := range []string{"ann@example.org", "bob@example.org", "text/plain", `"error":"refused"`, "not shown"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log hides %s: %s", want, text)
		}
	}
	if strings.Contains(text, "hint") {
		t.Errorf("an empty hint: %s", text)
	}
}
