package mailer

import (
	"strings"
	"testing"
)

// TestRenderText: the callback stands on a line of its own, whatever is in it.
func TestRenderText(t *testing.T) {
	for kind, subject := range map[Kind]string{TatWelcome: "Welcome to Tat", TatReset: "Tat : confirm your reset password"} {
		const callback = `a=b <x> {{.Callback}} & "quoted"`
		got, text, err := RenderText(kind, callback)
		if err != nil || got != subject || !strings.Contains(text, "\n"+callback+"\n") {
			t.Errorf("%s: %q %q %v", kind, got, text, err)
		}
		if !kind.IsText() || Default(kind).Body != "" {
			t.Errorf("%s is HTML", kind)
		}
	}
	if Confirmation.IsText() {
		t.Error("a confirmation is plain text")
	}
	if _, text, err := RenderText(Confirmation, "x"); err == nil && text != "" {
		t.Errorf("a kind without text: %q", text)
	}
}

// TestWriteText: lines go as they are where that may be; others are quoted.
func TestWriteText(t *testing.T) {
	m := example()
	m.HTML, m.Text = "", "one = two\n"+strings.Repeat("x", 998-1)+"\nend\n"
	l, err := m.write(1)
	if err != nil || !strings.Contains(string(l.octets), "\r\none = two\r\n"+strings.Repeat("x", 997)+"\r\nend\r\n") {
		t.Errorf("%v %s", err, l.octets)
	}
	for _, text := range []string{"Größe\n", strings.Repeat("x", 999) + "\n"} {
		m.Text = text
		if got := read(t, m, 1).Header.Get("Content-Transfer-Encoding"); got != "quoted-printable" {
			t.Errorf("%.10s…: %q", text, got)
		}
	}
	m.HTML = "<p>both</p>"
	if _, err := m.write(1); err == nil {
		t.Error("two contents")
	}
	m.HTML, m.Text = "", "bad \xff"
	if _, err := m.write(1); err == nil {
		t.Error("no text at all")
	}
}
