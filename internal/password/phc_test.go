package password

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	salt16 = "c29tZXNhbHRzb21lc2FsdA"
	tag32  = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
)

func TestParseRefuses(t *testing.T) {
	with := func(params string) string { return "$argon2id$v=19$" + params + "$" + salt16 + "$" + tag32 }
	good := with("m=19456,t=2,p=1")
	if _, err := parse(good); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"empty":               "",
		"garbage":             "secret",
		"other algorithm":     strings.Replace(good, "argon2id", "argon2i", 1),
		"bcrypt":              "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"old version":         strings.Replace(good, "v=19", "v=16", 1),
		"no version":          strings.Replace(good, "v=19$", "", 1),
		"blank before":        " " + good,
		"blank after":         good + " ",
		"line end":            good + "\n",
		"line end inside":     strings.Replace(good, "$nf", "$\nnf", 1),
		"one part more":       good + "$",
		"padding":             strings.Replace(good, salt16, salt16+"==", 1),
		"stray bits in salt":  strings.Replace(good, "sdA$", "sdB$", 1),
		"other alphabet":      strings.Replace(good, "/", "_", 1),
		"leading zero":        with("m=019456,t=2,p=1"),
		"sign":                with("m=+19456,t=2,p=1"),
		"other order":         with("t=2,m=19456,p=1"),
		"more parameters":     with("m=19456,t=2,p=1,keyid=x"),
		"memory too large":    with("m=131073,t=2,p=1"),
		"memory beyond 32 b":  with("m=4294967296,t=2,p=1"),
		"memory largest":      with("m=4294967295,t=2,p=1"),
		"memory too small":    with("m=15,t=2,p=2"),
		"no memory":           with("m=0,t=2,p=1"),
		"no time":             with("m=19456,t=0,p=1"),
		"time too long":       with("m=19456,t=17,p=1"),
		"no threads":          with("m=19456,t=2,p=0"),
		"too many threads":    with("m=19456,t=2,p=17"),
		"threads beyond byte": with("m=19456,t=2,p=257"),
		"salt too short":      "$argon2id$v=19$m=19456,t=2,p=1$c29tZQ$" + tag32,
		"no tag":              "$argon2id$v=19$m=19456,t=2,p=1$" + salt16 + "$",
		"tag too short":       "$argon2id$v=19$m=19456,t=2,p=1$" + salt16 + "$" + salt16[:20],
		"too long":            good + strings.Repeat("A", 1<<20),
	}
	h := New(Options{Params: tiny()})
	for name, phc := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(phc); err == nil {
				t.Errorf("accepted: %.99q", phc)
			}
			if ok, _, err := h.Verify(t.Context(), "here", phc, "secret"); phc != "" && (ok || err == nil) {
				t.Errorf("verified: %v %v", ok, err)
			}
		})
	}
}

func TestParseReadsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threads := rapid.Uint8Range(1, maxThreads).Draw(t, "threads")
		want := hash{
			Params: Params{
				MemoryKiB: rapid.Uint32Range(8*uint32(threads), maxMemoryKiB).Draw(t, "memory"),
				Time:      rapid.Uint32Range(1, maxTime).Draw(t, "time"),
				Threads:   threads,
			},
			salt: rapid.SliceOfN(rapid.Byte(), minSalt, maxSalt).Draw(t, "salt"),
			tag:  rapid.SliceOfN(rapid.Byte(), minTag, maxTag).Draw(t, "tag"),
		}
		got, err := parse(want.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(hash{})); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, params := range []string{"m=19456,t=2,p=1", "m=8,t=1,p=1", "m=4294967295,t=99,p=255", "m=0x10,t=1_0,p=1"} {
		f.Add(fmt.Sprintf("$argon2id$v=19$%s$%s$%s", params, salt16, tag32))
	}
	f.Add("$argon2id$v=19$$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, phc string) {
		h, err := parse(phc)
		if err != nil {
			return
		}
		if h.String() != phc {
			t.Errorf("%q has another spelling: %q", phc, h)
		}
		if err := h.Check(); err != nil {
			t.Error(err)
		}
	})
}
