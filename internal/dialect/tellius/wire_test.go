package tellius_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/store/storetest"
)

// TestAuthorization: the token comes behind the word Bearer in any letter case, or alone.
func TestAuthorization(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		token := h.admin.Token
		for value, want := range map[string]int{
			"Bearer " + token: 200, token: 200, "bearer " + token: 200, "BEARER   " + token: 200, " " + token + " ": 200,
			"Basic " + token: 401, "Token " + token: 401, token + " x": 401, "x " + token: 401, "Bearer": 401, "Bearer " + token + " x": 401, "": 401,
			"Bearer Bearer " + token: 401, `Bearer "` + token + `"`: 401, "Bearer," + token: 401, h.admin.refresh: 401,
		} {
			if a := h.nobody().With(t, "GET", "/groups", "", "Authorization", value); a.Status != want {
				t.Errorf("%q: %d", value, a.Status)
			}
		}
		h.nobody().With(t, "GET", "/groups", "", "Authorization", token, "Authorization", token).is(t, http.StatusUnauthorized)
		h.nobody().With(t, "GET", "/groups?token="+token, "", "Cookie", "token="+token).is(t, http.StatusUnauthorized)
		if strings.ContainsAny(token, " \t") {
			t.Errorf("a token with a blank: %q", token)
		}
		h.Clock.Advance(time.Hour + time.Second)
		h.nobody().With(t, "GET", "/groups", "", "Authorization", token).is(t, http.StatusUnauthorized)
	})
}

// TestBelowAPI: everything is below /api too, the logins only there.
func TestBelowAPI(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for _, path := range []string{"/users", "/api/users", "/groups", "/api/groups"} {
			h.admin.GET(t, path).is(t, http.StatusOK)
		}
		paul := h.person(t, "paul", "")
		h.admin.PUT(t, "/api/users/"+paul.id, `{"lastName":"X"}`).is(t, http.StatusOK)
		h.admin.POST(t, "/api/assignUserObjects", `{"previousOwnerId":"`+paul.id+`","newOwnerId":"`+h.admin.id+`"}`).empty(t)
		h.admin.DELETE(t, "/api/users/"+paul.id).empty(t)
		for _, path := range []string{"/login", "/auth/login", "/refreshToken", "/", "", "/users/", "/api/users/", "/api", "/users/" + paul.id + "/x"} {
			h.admin.POST(t, path, `{}`).is(t, http.StatusNotFound)
		}
		h.admin.GET(t, "/users/"+paul.id).is(t, http.StatusMethodNotAllowed)
		if a := h.admin.Do(t, "HEAD", "/users", nil); a.Status != http.StatusMethodNotAllowed {
			t.Errorf("HEAD: %d", a.Status)
		}
	})
}

// TestConfigKeepsItsSpelling: what stands for itself in JSON is kept so, at an update as at a create. Spelled for HTML it would be
// six times as long, and a config well below the limit would be refused.
func TestConfigKeepsItsSpelling(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		paul := h.person(t, "paul", "")
		most := strings.Repeat("<&>", 16<<10/3-3) // with its name and quotes just below 16 KiB
		for _, send := range []string{`{"a":"` + most + `"}`, `{"a":null,"<b>":"&","n":1.50}`} {
			a := h.admin.PUT(t, "/users/"+paul.id, `{"config":`+send+`}`).is(t, http.StatusOK)
			if want := strings.Replace(send, `"a":null,`, "", 1); !strings.Contains(string(a.Body), `"config":`+want) {
				t.Errorf("of %.60s it keeps %.300s", send, a.Body)
			}
		}
		h.admin.PUT(t, "/users/"+paul.id, `{"config":{"a":"`+most+`<&>"}}`).is(t, http.StatusBadRequest)
	})
}

// TestListIsStreamed: a thousand users in one answer, which was never in memory as a whole.
func TestListIsStreamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const many = 1000
		group := h.group(t, "Crowd")
		h.crowd(t, many, group)
		a := h.admin.GET(t, "/users").is(t, http.StatusOK)
		if a.Header.Get("Content-Length") != "" || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("it is measured: %v", a.Header)
		}
		var list struct {
			Users []struct {
				ID, Username, Role string
				Groups             []struct{ ID string }
			}
		}
		if err := json.Unmarshal(a.Body, &list); err != nil {
			t.Fatal(err)
		}
		if len(list.Users) != many+1 || !sort.SliceIsSorted(list.Users, func(i, j int) bool {
			return muster.Fold(list.Users[i].Username) < muster.Fold(list.Users[j].Username)
		}) {
			t.Fatalf("%d users", len(list.Users))
		}
		for _, u := range list.Users[1:] {
			if len(u.Groups) != 1 || u.Groups[0].ID != group || u.Role != "viewer" {
				t.Fatalf("listed %+v", u)
			}
		}
	})
}

// TestAListIsCut: who loses the right to a list in the middle gets a broken connection, not an end that looks like one.
func TestAListIsCut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.crowd(t, 1000, h.group(t, "Crowd"))
		for i := range 4 { // some answers are under way as a whole before the right is gone
			sue := h.person(t, fmt.Sprint("sue", i), "superUser")
			req, err := http.NewRequest("GET", h.URL+base+"/users", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", sue.Token)
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			h.admin.DELETE(t, "/users/"+sue.id).empty(t)
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if whole := json.Valid(body); whole == (err != nil) || strings.Contains(string(body), `"status":`) {
				t.Errorf("%d bytes, %v; whole: %v", len(body), err, whole)
			}
		}
	})
}

// crowd makes so many users, past the verbs, all in a group.
func (h *house) crowd(t testing.TB, many int, group string) {
	t.Helper()
	now := h.Clock.Now().UnixMicro()
	for begin := 0; begin < many; begin += 500 {
		var users, members []string
		for i := begin; i < min(begin+500, many); i++ {
			id := (now+int64(i))<<10 | 1000
			name := fmt.Sprintf("%c%07d", "uU"[i%2], i)
			users = append(users, fmt.Sprintf("(%d, 1, '%s', '%s', '%s', 1, '%s@example.org', '%s@example.org', '', '', '', '', '', 0, 0, '', %d, %d, 0, %d, 0, 0, 1)",
				id, name, strings.ToLower(name), strings.ToLower(name), name, strings.ToLower(name), now, now, now))
			members = append(members, fmt.Sprintf("(%d, %d, %d)", idOf(t, group), id, now))
		}
		h.Exec(t, `INSERT INTO "user" (id, realm, username, username_key, shown_username_key, username_given, email, email_key, name, name_key, handle, handle_key, kind,
			organisation, owner, avatar, email_confirmed_at, created_at, updated_at, changed_at, suspended_at, deleted_at, version) VALUES `+strings.Join(users, ", "))
		h.Exec(t, `INSERT INTO member (group_id, user_id, created_at) VALUES `+strings.Join(members, ", "))
	}
}

// BenchmarkList lists many users, and tells what the heap had grown by when it was largest.
func BenchmarkList(b *testing.B) {
	for _, many := range []int{1_000, 10_000, 100_000} {
		b.Run(strconv.Itoa(many), func(b *testing.B) {
			h := newHouse(b, storetest.SQLite)
			h.crowd(b, many, h.group(b, "Crowd"))
			var before, peak runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			largest := uint64(0)
			b.ResetTimer()
			for b.Loop() {
				req, err := http.NewRequest("GET", h.URL+base+"/users", nil)
				if err != nil {
					b.Fatal(err)
				}
				req.Header.Set("Authorization", h.admin.Token)
				res, err := http.DefaultTransport.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				part := make([]byte, 1<<20)
				for err == nil {
					_, err = io.ReadFull(res.Body, part)
					runtime.ReadMemStats(&peak)
					largest = max(largest, peak.HeapAlloc)
				}
				res.Body.Close()
			}
			b.ReportMetric(float64(largest-min(largest, before.HeapAlloc))/(1<<20), "peak-MiB")
		})
	}
}

// TestThrottle: at least ten bad logins a minute from an address and four in a row for an account are looked at; then 429.
func TestThrottle(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.person(t, "paul", "")
		for range 4 {
			h.nobody().login(t, "paul", "wrong").is(t, http.StatusUnauthorized)
		}
		h.nobody().login(t, "paul", goodPassword).is(t, http.StatusOK)
		for i := range 10 {
			h.nobody().login(t, fmt.Sprint("nobody", i), "wrong").is(t, http.StatusUnauthorized)
		}
		for range 20 {
			a := h.nobody().login(t, "paul", "wrong")
			if a.Status == http.StatusUnauthorized {
				continue
			}
			if n, err := strconv.Atoi(a.is(t, http.StatusTooManyRequests).Header.Get("Retry-After")); err != nil || n < 1 {
				t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
			}
			return
		}
		t.Error("nothing slows guessing")
	}, func(c *config.Config) { c.Dev = false })
}

// TestUnconfirmedIsNotTold: who has not confirmed his e-mail is refused like anybody else.
func TestUnconfirmedIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := muster.WithActor(t.Context(), muster.Actor{Origin: muster.Origin{Wire: "corteza"}})
		if _, err := h.Core.SignUp(ctx, core.NewAccount{Email: "late@example.org", Username: "late", Password: goodPassword}); err != nil {
			t.Fatal(err)
		}
		wrong := h.nobody().login(t, "late", "wrong").is(t, http.StatusUnauthorized)
		if right := h.nobody().login(t, "late", goodPassword).is(t, http.StatusUnauthorized); string(right.Body) != string(wrong.Body) {
			t.Errorf("the right password is told: %s", right.Body)
		}
		if h.users(t)["late"] == nil {
			t.Error("who is unconfirmed is not listed")
		}
	})
}

// TestLog: what is done here is in the log of Corteza, by this wire's name.
func TestLog(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		paul := h.person(t, "paul", "")
		h.admin.PUT(t, "/users/"+paul.id, `{"lastName":"Paul"}`).is(t, http.StatusOK)
		paul.GET(t, "/users").is(t, http.StatusForbidden)
		h.admin.POST(t, "/assignUserObjects", `{"previousOwnerId":"`+h.admin.id+`","newOwnerId":"`+paul.id+`"}`).empty(t)
		h.nobody().login(t, "paul", "wrong").is(t, http.StatusUnauthorized)
		a := h.Administrator(t).GET(t, "/corteza/system/actionlog/?limit=5")
		seen := map[string]bool{}
		for i := range 5 {
			at := fmt.Sprintf("response.set.%d.", i)
			seen[a.String(t, at+"requestOrigin")+" "+a.String(t, at+"resource")+" "+a.String(t, at+"action")] = true
		}
		for _, want := range []string{"api/tellius system:user update", "api/tellius system:auth authenticate", "api/rest system:auth authenticate"} {
			if !seen[want] {
				t.Errorf("the log has no %q: %s", want, a.Body)
			}
		}
	})
}
