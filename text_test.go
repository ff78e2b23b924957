package muster_test

import (
	"strings"
	"testing"

	"muster"
)

// hostile texts are legal nowhere.
func hostile() []string {
	return []string{
		"a\x00b", "a\r\nb", "a\nb", "a\tb", "a\x1bb", "a\u0085b", "a\u202eb", "a\u2066b", "a\u200fb", "a\xffb", "\xc0\xaf",
		strings.Repeat("a", 10_000),
	}
}

func TestHostileTextIsLegalNowhere(t *testing.T) {
	for _, s := range hostile() {
		if muster.ValidText(s, muster.MaxName) || muster.ValidUsername(s) || muster.ValidHandle(s) || muster.ValidKind(s) ||
			muster.ValidEmail(s+"@example.org") || muster.ValidEmail("ann@"+s) {
			t.Errorf("%.40q is legal somewhere", s)
		}
	}
}

func TestValidators(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	for _, x := range []struct {
		name       string
		valid      func(string) bool
		good, evil []string
	}{
		{
			"username", muster.ValidUsername,
			[]string{"a", "7", "ann", "Ann.B_c-d+e@f", "a@example.org", long(80)},
			[]string{"", ".a", "-a", "_a", "@a", "a b", "é", "a/b", "a%b", "a\n", long(81)},
		},
		{
			"handle", muster.ValidHandle,
			[]string{"ab", "a1", "A.b-c_D9", long(64)},
			[]string{"", "a", "1a", "a.", "a-", "a b", "éa", "a@b", "ab\n", long(65)},
		},
		{
			"kind", muster.ValidKind,
			[]string{"", "bot", "system", "a.b-c_d", long(32)},
			[]string{" ", "a b", ".a", "é", "bot\n", long(33)},
		},
		{
			"e-mail", muster.ValidEmail,
			[]string{
				"a@b", "ann@example.org", "ann+x@bücher.example", "üñal@example.org", "a'b@example.org", long(242) + "@example.org",
				"A.B@EXAMPLE.ORG", "a.b.c@x", "!#$%&'*+/=?^_`{|}~-@x", "-@x", "a@1.2.3.4", "a@x--y.z", "a@xn--bcher-kva.example",
				"李@例え.テスト", "a@例え。テスト", "ü@x", "a\u0301@x", "a@" + long(63) + ".example", "☺@x",
			},
			[]string{
				"", "a@", "@b", "a", "a@b@c", "a b@c", "a@b c", "a@b\u00a0c", "a@b,c@d", "a@b;c", "<a@b>", `"a"@b`, "a@b\r\nBcc: c@d",
				long(243) + "@example.org",
				"a..b@x", ".a@x", "a.@x", "..@x", "a(b)@x", "a(b@x", "a@x(b)", "a@x.", "a@.x", "a@x..y", "a@-x", "a@x-", "a@x_y", "a@x!y",
				"a@[127.0.0.1]", "a[b]@x", `a\b@x`, "a:b@x", "g:a@x;", `"a b"@x`, "a\u200bb@x", "a\u00adb@x", "a@x\u200by", "a@x\u00ady",
				"a\u2028@x", "a\ufeff@x", "a@x。", "a@ü-.example", "a@ü_.example", "a@" + long(64) + ".example", "a@ü" + long(60) + ".example",
				"a@" + strings.Repeat("x.", 127) + "x",
			},
		},
		{
			"text", func(s string) bool { return muster.ValidText(s, 200) },
			[]string{"", "Ann", "Ünal Öz", "李小龙", "👩‍🚀", "<script>", "{{.}}", "${}", "=cmd", strings.Repeat("é", 200)},
			[]string{strings.Repeat("é", 201)},
		},
	} {
		for _, s := range x.good {
			if !x.valid(s) {
				t.Errorf("%s: %.60q is refused", x.name, s)
			}
		}
		for _, s := range x.evil {
			if x.valid(s) {
				t.Errorf("%s: %.60q is taken", x.name, s)
			}
		}
	}
}

func TestReservedGroupNames(t *testing.T) {
	for _, s := range []string{"SuperUsers", "superusers", "EVERYONE", "Admins"} {
		if !muster.ReservedGroupName(s) {
			t.Errorf("%q is free", s)
		}
	}
	for _, s := range []string{"", "administrators", "everyone2", "super users"} {
		if muster.ReservedGroupName(s) {
			t.Errorf("%q is reserved", s)
		}
	}
}
