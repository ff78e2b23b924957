package work

import (
	"bytes"
	netmail "net/mail"
	"os"
	"path/filepath"
	"testing"
	"time"

	"muster"
	"muster/internal/mailer"
)

// FuzzAddress: whatever can become somebody's e-mail is one that a mail can be sent to, and to nobody else.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"a@b", "ann+x@bücher.example", "üñal@example.org", "a..b@x", "a(b)@x", "a@x.", "李@例え。テスト", "a@ü(b)", "=?utf-8?q?a?=@x", "a@ß.x", "a@\u0130.x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !muster.ValidEmail(s) {
			return
		}
		path := t.TempDir()
		folder, err := mailer.NewFolder(path)
		if err != nil {
			t.Fatal(err)
		}
		m := mailer.Mail{From: "info@example.tld", To: s, Subject: "s", HTML: "h", Date: time.Unix(1, 0)}
		if err := folder.Send(t.Context(), 1, m); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		text, err := os.ReadFile(filepath.Join(path, "00000000000000000001.eml"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := netmail.ReadMessage(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		list, err := got.Header.AddressList("To")
		if err != nil || len(list) != 1 || muster.FoldEmail(list[0].Address) != muster.FoldEmail(s) {
			t.Errorf("%q: it goes to %v %v", s, list, err)
		}
	})
}
