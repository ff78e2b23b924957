package work

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/core"
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
	gone, moved, spelled, locked := h.signUp("gone@example.tld"), h.signUp("moved@example.tld"), h.signUp("spelled@example.tld"), h.signUp("locked@example.tld")
	if err := h.core.DeleteUser(h.system(), gone.ID); err != nil {
		t.Fatal(err)
	}
	h.changeEmail(h.system(), moved, "elsewhere@example.tld")
	h.changeEmail(h.system(), spelled, "Spelled@Example.tld")
	if err := h.core.SuspendUser(h.system(), locked.ID); err != nil {
		t.Fatal(err)
	}
	h.start()
	h.rest()
	h.sender.wantTos(t, "first@example.tld", "spelled@example.tld")
	h.wantRows(sent(), failed("user-deleted"), failed("address-changed"), sent(), failed("user-suspended"))
}

// Who takes an account over may delete it next: the old address hears of it nevertheless.
func TestOldAddressIsToldOfADeletedAccount(t *testing.T) {
	h := newHouse(t)
	h.signUp("first@example.tld")
	h.signUp("ann@example.tld")
	for h.runner.round(t.Context()) {
	}
	in, err := h.core.ConfirmEmail(h.system(), mailedToken(t, h.sender.mails[1]))
	if err != nil {
		t.Fatal(err)
	}
	ann := muster.Actor{Realm: muster.MainRealm, User: in.User.ID, Session: in.Session.ID}
	h.changeEmail(muster.WithActor(t.Context(), ann), in.User, "evil@example.tld")
	if err := h.core.DeleteUser(h.system(), in.User.ID); err != nil {
		t.Fatal(err)
	}
	for h.runner.round(t.Context()) {
	}
	h.sender.wantTos(t, "first@example.tld", "ann@example.tld", "ann@example.tld")
	h.wantRows(sent(), sent(), sent(), failed("user-deleted"))
}

// What is dismissed before its mail is sent needs none.
func TestDismissedReminderIsNotSent(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	for h.runner.round(t.Context()) {
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	in, err := h.core.ConfirmEmail(h.system(), mailedToken(t, h.sender.mails[0]))
	must(err)
	must(h.core.SetSettings(h.system(), []muster.Setting{{Name: muster.SettingReminderMail, Value: []byte("true")}}))
	var ids []muster.ID
	for range 3 {
		m, err := h.core.CreateReminder(h.system(), core.ReminderForm{AssignedTo: in.User.ID, RemindAt: h.clock.now()})
		must(err)
		ids = append(ids, m.ID)
	}
	h.clock.pass(time.Second)
	_, err = h.core.FireReminders(h.system())
	must(err)
	must(h.core.DismissReminder(h.system(), ids[0]))
	must(h.core.DeleteReminder(h.system(), ids[1]))
	for h.runner.round(t.Context()) {
	}
	h.sender.wantTos(t, "ann@example.tld", "ann@example.tld")
	h.wantRows(sent(), failed("dismissed"), failed("dismissed"), sent())
}

// A link that no longer works is not sent.
func TestExpiredLinkIsNotSent(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	h.clock.pass(time.Hour)
	h.start()
	h.rest()
	h.sender.wantTos(t)
	h.wantRows(failed("expired"))
	if !strings.Contains(h.log.String(), `"class":"expired"`) {
		t.Errorf("the log should tell:\n%s", h.log)
	}
}

// TestTextsOfSettings: what a letter says is what the settings say when it is sent.
func TestTextsOfSettings(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	for name, value := range map[string]string{
		muster.SettingConfirmationSubject: "Hallo {{.URL}}",
		muster.SettingConfirmationBody:    `{{.EmailHeaderEn}}<a href="{{.URL}}">{{.BaseURL}}</a>{{.EmailFooterEn}}`,
		muster.SettingMailHeader:          `<img src="{{.Logo}}">`,
		muster.SettingMailFooter:          "<i>{{.SignatureName}}</i>",
		muster.SettingMailLogo:            "https://elsewhere.example/logo.png",
		muster.SettingMailFromName:        `We, "the people" \ Ä`,
		muster.SettingMailFromAddress:     "we@elsewhere.example",
		muster.SettingBaseURL:             "https://elsewhere.example/",
		muster.SettingConfirmationURL:     "https://elsewhere.example/#/confirm?token=",
	} {
		h.set(name, value)
	}
	h.start()
	h.rest()
	m := h.sender.mails[0]
	want := `<img src="https://elsewhere.example/logo.png"><a href="https://elsewhere.example/#/confirm?token=` + mailedToken(t, m) +
		`">https://elsewhere.example/</a><i>We, &#34;the people&#34; \ Ä</i>`
	if m.HTML != want || m.Subject != "Hallo {{.URL}}" {
		t.Errorf("got %s\n%s", m.Subject, m.HTML)
	}
	from, err := netmail.ParseAddress(m.From)
	if err != nil || from.Name != `We, "the people" \ Ä` || from.Address != "we@elsewhere.example" {
		t.Errorf("got %v %v", from, err)
	}
	if strings.Contains(h.log.String(), "WARN") {
		t.Errorf("the log should say nothing:\n%s", h.log)
	}
}

// Texts that were set and can't be used cost nobody his mail.
func TestBrokenTextsOfSettings(t *testing.T) {
	for name, value := range map[string]string{
		muster.SettingConfirmationBody: "{{.Nope}}",
		muster.SettingMailHeader:       "{{range .URL}}{{end}}",
		muster.SettingMailFooter:       "<script>{{if .URL}}'{{end}}</script>",
	} {
		h := newHouse(t)
		h.set(name, value)
		h.signUp("ann@example.tld")
		h.start()
		h.rest()
		h.sender.wantTos(t, "ann@example.tld")
		if m := h.sender.mails[0]; m.Subject != "Confirm your email address" || !strings.HasPrefix(m.HTML, "<!doctype html>") || mailedToken(t, m) == "" {
			t.Errorf("%s: got %+v", name, m)
		}
		if !strings.Contains(h.log.String(), "so the usual ones are sent") {
			t.Errorf("%s: the log should warn:\n%s", name, h.log)
		}
	}
}

// A text that is set and empty is as good as none, save for what a mail can do without.
func TestEmptyTextsOfSettings(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{
		muster.SettingConfirmationSubject, muster.SettingConfirmationBody, muster.SettingMailHeader, muster.SettingMailFooter,
		muster.SettingMailFromName, muster.SettingBaseURL, muster.SettingConfirmationURL,
	} {
		h.set(name, "")
	}
	h.signUp("ann@example.tld")
	h.start()
	h.rest()
	m := h.sender.mails[0]
	if m.From != "<info@example.tld>" || m.Subject != "Confirm your email address" || !strings.HasPrefix(m.HTML, "<main>") ||
		!strings.Contains(m.HTML, `"https://people.example/auth/confirm-email?token=`) {
		t.Errorf("got %+v", m)
	}
}

func TestReadErrorsPass(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	h.sql(`ALTER TABLE "user" RENAME COLUMN kind TO sort`)
	if h.runner.round(t.Context()) {
		t.Error("a round that fails has no next one at once")
	}
	h.sender.wantTos(t)
	h.sql(`ALTER TABLE "user" RENAME COLUMN sort TO kind`)
	h.wantRows(later("", 0)) // leased
	h.clock.pass(leaseTime + time.Second)
	for h.runner.round(t.Context()) {
	}
	h.sender.wantTos(t, "ann@example.tld")
	h.wantRows(sent())
}

func TestUnreadableLettersAreGivenUp(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	h.signUp("bob@example.tld")
	h.signUp("eve@example.tld")
	h.sql(`UPDATE delivery SET payload = '{' WHERE id = (SELECT MIN(id) FROM delivery)`)
	h.sql(`UPDATE delivery SET payload = replace(payload, '"token":"', '"token":"x') WHERE id = (SELECT MAX(id) FROM delivery)`)
	h.runner.round(t.Context())
	h.sender.wantTos(t, "bob@example.tld")
	h.wantRows(failed("unreadable"), sent(), failed("unreadable"))
}

// Who was too slow does not overwrite what became of the letter with somebody else.
func TestLateWordIsNotHeard(t *testing.T) {
	h := newHouse(t)
	h.signUp("ann@example.tld")
	h.sender.tell(func(context.Context, mailer.Mail) error {
		h.sender.tell(nil)
		h.clock.pass(leaseTime + time.Second) // as long as no Send may take
		h.runner.round(t.Context())           // another node's
		return errors.New("too slow")
	})
	h.runner.round(t.Context())
	h.wantRows(sent())
	if !strings.Contains(h.log.String(), "somebody else has it") {
		t.Errorf("the log should tell:\n%s", h.log)
	}
}

// A letter with a link is tried as long as the link works.
func TestTemporaryFailures(t *testing.T) {
	h := newHouse(t)
	h.sender.tell(func(_ context.Context, m mailer.Mail) error { return errors.New("full: " + m.To + " " + m.HTML) })
	h.signUp("ann@example.tld")
	h.start()
	h.rest()
	for i, seconds := range []int{30, 60, 120, 240, 480, 480, 480, 480, 480, 480, 480} {
		h.wantRows(later("error", seconds))
		h.pass(time.Duration(seconds)*time.Second - time.Microsecond)
		if got := len(h.sender.tos()); got != i+1 {
			t.Fatalf("%d attempts before the time of the next, want %d", got, i+1)
		}
		h.pass(time.Microsecond)
	}
	h.wantRows(failed("expired"))
	if got := len(h.sender.tos()); got != 11 { // the last after 55½ minutes
		t.Errorf("%d attempts in an hour", got)
	}
	wantSilent(t, h)
}

// A letter without a link is tried for a day.
func TestTemporaryFailuresWithoutLink(t *testing.T) {
	h := newHouse(t)
	ann := h.signUp("ann@example.tld")
	h.runner.round(t.Context())
	in, err := h.core.ConfirmEmail(h.system(), mailedToken(t, h.sender.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	actor := muster.Actor{Realm: muster.MainRealm, User: ann.ID, Session: in.Session.ID}
	h.sender.tell(func(_ context.Context, m mailer.Mail) error { return errors.New("full: " + m.To + " " + m.HTML) })
	h.changeEmail(muster.WithActor(t.Context(), actor), ann, "new@example.tld")
	h.start()
	h.rest()
	for range 300 {
		h.pass(5 * time.Minute)
	}
	h.wantRows(sent(), failed("error"), failed("expired"))
	old := 0
	for _, to := range h.sender.tos()[1:] {
		if to == "ann@example.tld" {
			old++
		}
	}
	if old < 25 || old > 31 { // 8 in the first two hours and a bit, then one each hour
		t.Errorf("%d attempts in a day", old)
	}
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

func TestDelay(t *testing.T) {
	for attempts, want := range map[int]time.Duration{0: firstDelay, 1: firstDelay, 2: time.Minute, 7: 32 * time.Minute, 8: time.Hour, 1 << 30: time.Hour} {
		if got := delay(attempts); got != want {
			t.Errorf("%d: %v, want %v", attempts, got, want)
		}
	}
}
