package work

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/mailer"
)

// errDown and its like are real failures of the mailer, since nobody else can make them.
func errDown(t *testing.T) error {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	s, err := mailer.NewSMTP("smtp://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	m := mailer.Mail{From: "a@b", To: "a@b", Subject: "s", HTML: "h", Date: time.Unix(1, 0)}
	if err = s.Send(t.Context(), 1, m); !mailer.Down(err) {
		t.Fatal(err)
	}
	return err
}

func errPermanent(t *testing.T) error {
	t.Helper()
	s, err := mailer.NewSMTP("smtp://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if err = s.Send(t.Context(), 1, mailer.Mail{}); !mailer.Permanent(err) {
		t.Fatal(err)
	}
	return err
}

var tokenPattern = regexp.MustCompile(`token=([a-zA-Z0-9]{32}\d+)"`)

func mailedToken(t *testing.T, m mailer.Mail) string {
	t.Helper()
	found := tokenPattern.FindStringSubmatch(m.HTML)
	if found == nil {
		t.Fatalf("no token in\n%s", m.HTML)
	}
	return found[1]
}

func TestConfirmationIsMailedAndWorks(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.rest()
	h.signUp("ann@example.tld")
	h.rest() // woken: no time has passed
	h.sender.wantTos(t, "ann@example.tld")
	m := h.sender.mails[0]
	if m.From != `"Example Sender" <info@example.tld>` || m.Subject != "Confirm your email address" || !m.Date.Equal(h.clock.now()) {
		t.Errorf("got %+v", m)
	}
	for _, link := range []string{`href="https://people.example/"`, `href="https://people.example/auth/confirm-email?token=`, `href="mailto:info@example.tld"`} {
		if !strings.Contains(m.HTML, link) {
			t.Errorf("%s is missing in\n%s", link, m.HTML)
		}
	}
	if in, err := h.core.ConfirmEmail(h.system(), mailedToken(t, m)); err != nil || in.User.Email != "ann@example.tld" {
		t.Error(in, err)
	}
	h.wantRows(sent())
	h.pass(time.Hour)
	h.sender.wantTos(t, "ann@example.tld")
}

func TestIntoAFolderInOrder(t *testing.T) {
	h := newHouse(t)
	path := filepath.Join(t.TempDir(), "mail")
	folder, err := mailer.NewFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	h.runner.sender = folder
	var want []string
	for i := range 25 { // more than one lease
		want = append(want, fmt.Sprintf("u%d@example.tld", i))
		h.signUp(want[i])
	}
	h.start()
	h.rest()
	files, err := os.ReadDir(path)
	if err != nil || len(files) != len(want) {
		t.Fatal(files, err)
	}
	for i, f := range files {
		text, err := os.ReadFile(filepath.Join(path, f.Name()))
		if err != nil || !strings.Contains(string(text), "\r\nTo: "+want[i]+"\r\n") {
			t.Errorf("%s should be for %s: %v", f.Name(), want[i], err)
		}
	}
}

func TestOldAddressIsTold(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	h.start()
	h.rest()
	in, err := h.core.ConfirmEmail(h.system(), mailedToken(t, h.sender.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	ann := muster.Actor{Realm: muster.MainRealm, User: in.User.ID, Session: in.Session.ID}
	h.changeEmail(muster.WithActor(t.Context(), ann), in.User, "new@example.tld")
	h.pass(0)
	h.sender.wantTos(t, "ann@example.tld", "ann@example.tld", "new@example.tld")
	m := h.sender.mails[1]
	if m.Subject != "Your email address was changed" || strings.Contains(m.HTML, "new@example.tld") || strings.Contains(m.HTML, "token=") {
		t.Errorf("got %+v", m)
	}
	if h.sender.mails[2].Subject != "Confirm your email address" {
		t.Errorf("got %+v", h.sender.mails[2])
	}
}

func TestNobodyIsLeftToWriteTo(t *testing.T) {
	h := newHouse(t)
	h.signUp("first@example.tld") // the administrator, who can't be deleted
	gone, moved, spelled := h.signUp("gone@example.tld"), h.signUp("moved@example.tld"), h.signUp("spelled@example.tld")
	if err := h.core.DeleteUser(h.system(), gone.ID); err != nil {
		t.Fatal(err)
	}
	h.changeEmail(h.system(), moved, "elsewhere@example.tld")
	h.changeEmail(h.system(), spelled, "Spelled@Example.tld")
	h.start()
	h.rest()
	h.sender.wantTos(t, "first@example.tld", "spelled@example.tld")
	h.wantRows(sent(), failed("user-deleted"), failed("address-changed"), sent())
}

func TestTemporaryFailures(t *testing.T) {
	h := newHouse(t)
	h.sender.tell(func(_ context.Context, m mailer.Mail) error { return errors.New("full: " + m.To + " " + m.HTML) })
	h.signUp("ann@example.tld")
	h.start()
	h.rest()
	for i, seconds := range []int{30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600} {
		h.wantRows(later("error", seconds))
		h.pass(time.Duration(seconds)*time.Second - time.Microsecond)
		if got := len(h.sender.tos()); got != i+1 {
			t.Fatalf("%d attempts before the time of the next, want %d", got, i+1)
		}
		h.pass(time.Microsecond)
	}
	for range 30 {
		h.pass(time.Hour)
	}
	h.wantRows(failed("error"))
	if got := len(h.sender.tos()); got != 30 { // 8 in the first two hours and a bit, then one each hour to the 24th
		t.Errorf("%d attempts in a day", got)
	}
	wantSilent(t, h)
}

// wantSilent: the log tells of letters, and nothing that is in them.
func wantSilent(t *testing.T, h *house) {
	t.Helper()
	log := h.log.String()
	if !strings.Contains(log, `"letter":`) || !strings.Contains(log, `"kind":"email-confirmation"`) {
		t.Errorf("the log should tell of the letter:\n%s", log)
	}
	for _, m := range h.sender.mails {
		for _, private := range []string{"token=", "example.tld", mailedToken(t, m)} {
			if strings.Contains(log, private) {
				t.Errorf("the log holds %q:\n%s", private, log)
			}
		}
	}
}

func TestPermanentFailure(t *testing.T) {
	h := newHouse(t)
	refused := errPermanent(t)
	h.sender.tell(func(context.Context, mailer.Mail) error { return refused })
	h.signUp("ann@example.tld")
	h.start()
	h.rest()
	h.wantRows(failed("invalid"))
	h.pass(24 * time.Hour)
	h.sender.wantTos(t, "ann@example.tld")
	wantSilent(t, h)
}

func TestPanicStopsNobody(t *testing.T) {
	h := newHouse(t)
	h.sender.tell(func(_ context.Context, m mailer.Mail) error {
		if m.To == "ann@example.tld" {
			panic("cannot bear " + m.To)
		}
		if m.To == "bob@example.tld" {
			return []error{}[len(m.To)]
		}
		return nil
	})
	h.signUp("ann@example.tld")
	h.signUp("bob@example.tld")
	h.signUp("eve@example.tld")
	h.start()
	h.rest()
	h.wantRows(later("panic", 30), later("panic", 30), sent())
	wantSilent(t, h)
	if !strings.Contains(h.log.String(), "index out of range") || !strings.Contains(h.log.String(), "runner_test.go") {
		t.Errorf("the log should say where and, if the runtime says it, what:\n%s", h.log)
	}
	h.sender.tell(nil)
	h.pass(30 * time.Second)
	h.wantRows(sent(), sent(), sent())
	if ids := h.sender.ids; len(ids) != 5 || ids[3] != ids[0] {
		t.Errorf("ids %v: a second attempt has the first one's", ids)
	}
}

// While the server is down each lease costs one wait, and the server sees all letters once it is up.
func TestDownServerIsAskedOnce(t *testing.T) {
	h := newHouse(t)
	down := errDown(t)
	h.sender.tell(func(context.Context, mailer.Mail) error { return down })
	for i := range 3 {
		h.signUp(fmt.Sprintf("u%d@example.tld", i))
	}
	h.start()
	h.rest()
	h.sender.wantTos(t, "u0@example.tld")
	h.wantRows(later("unreachable", 30), later("unreachable", 30), later("unreachable", 30))
	if !strings.Contains(h.log.String(), "connection refused") {
		t.Errorf("the operator should hear why:\n%s", h.log)
	}
	h.sender.tell(nil)
	h.pass(30 * time.Second)
	h.sender.wantTos(t, "u0@example.tld", "u0@example.tld", "u1@example.tld", "u2@example.tld")
	h.wantRows(sent(), sent(), sent())
}

// A letter is not begun when its lease could run out: another node would send it too.
func TestSlowServerKeepsWithinTheLease(t *testing.T) {
	h := newHouse(t)
	for i := range 5 {
		h.signUp(fmt.Sprintf("u%d@example.tld", i))
	}
	h.sender.tell(func(context.Context, mailer.Mail) error { h.clock.pass(11 * time.Second); return nil })
	if !h.runner.round(t.Context()) {
		t.Error("there is more")
	}
	h.wantRows(sent(), sent(), sent(), later("", 0), later("", 0))
	h.start()
	h.rest()
	h.wantRows(sent(), sent(), sent(), sent(), sent())
	h.sender.wantTos(t, "u0@example.tld", "u1@example.tld", "u2@example.tld", "u3@example.tld", "u4@example.tld")
}

func TestStopFinishesTheLetterInHand(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	h.signUp("bob@example.tld")
	ctx, cancel := context.WithCancel(t.Context())
	h.sender.tell(func(ctx context.Context, _ mailer.Mail) error { cancel(); return ctx.Err() })
	h.runner.Run(ctx)
	h.sender.wantTos(t, "ann@example.tld")
	h.wantRows(sent(), later("", 0)) // the second one need not wait until the lease runs out
}

func TestTwoRunnersSendOnce(t *testing.T) {
	h := newHouse(t)
	var want []string
	for i := range 30 {
		want = append(want, fmt.Sprintf("u%02d@example.tld", i))
		h.signUp(want[i])
	}
	ended := make(chan struct{})
	for range 2 {
		go func() {
			defer func() { ended <- struct{}{} }()
			for h.runner.round(t.Context()) {
			}
		}()
	}
	<-ended
	<-ended
	got := h.sender.tos()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("mails went to %q", got)
	}
}

func TestOptions(t *testing.T) {
	good := Options{BaseURL: "http://people.example"}
	for name, spoil := range map[string]func(*Options){
		"no base":             func(o *Options) { o.BaseURL = "" },
		"base without scheme": func(o *Options) { o.BaseURL = "people.example" },
		"script":              func(o *Options) { o.ConfirmURL = "javascript:alert(1)//" },
		"no sender address":   func(o *Options) { o.FromName = "Us" },
		"two senders":         func(o *Options) { o.FromAddress = "a@b,c@d" },
		"line in the name":    func(o *Options) { o.FromName, o.FromAddress = "a\nb", "a@b" },
	} {
		o := good
		spoil(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	r, err := New(good)
	if err != nil || r.links[mailer.Confirmation] != "http://people.example/auth/confirm-email?token=" ||
		r.links[mailer.PasswordReset] != "http://people.example/auth/reset-password?token=" {
		t.Error(r, err)
	}
}

func TestDelay(t *testing.T) {
	for attempts, want := range map[int]time.Duration{0: firstDelay, 1: firstDelay, 2: time.Minute, 7: 32 * time.Minute, 8: time.Hour, 1 << 30: time.Hour} {
		if got := delay(attempts); got != want {
			t.Errorf("%d: %v, want %v", attempts, got, want)
		}
	}
}
