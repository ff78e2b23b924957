package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// claims are like those of Corteza.
type claims struct {
	UserID string `json:"userID"`
	Exp    int64  `json:"exp"`
}

func sign(t testing.TB, k *Keys, p Purpose, c any) string {
	t.Helper()
	token, err := k.SignJWT(p, c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func wantRefused(t rapid.TB, k *Keys, token string) {
	t.Helper()
	var got claims
	if err := k.VerifyJWT(CortezaJWT, token, &got); !errors.Is(err, ErrToken) || got != (claims{}) {
		t.Errorf("%q: %v, %+v", token, err, got)
	}
}

func TestJWTHeaderIsExact(t *testing.T) {
	header, _, _ := strings.Cut(sign(t, testKeys(t), CortezaJWT, claims{}), ".")
	if b, _ := base64.RawURLEncoding.DecodeString(header); string(b) != `{"alg":"HS256","typ":"JWT"}` || header != jwtHeader {
		t.Errorf("header is %s", b)
	}
}

func TestJWTGivesTheClaimsBack(t *testing.T) {
	k := testKeys(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := claims{UserID: rapid.String().Draw(rt, "user"), Exp: rapid.Int64().Draw(rt, "exp")}
		var got claims
		if err := k.VerifyJWT(Crust, sign(t, k, Crust, want), &got); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Error(diff)
		}
	})
}

func TestJWTIsOfOnePurposeAndOneHouse(t *testing.T) {
	k, other := testKeys(t), testKeys(t)
	token := sign(t, k, CortezaJWT, claims{UserID: "1"})
	for _, p := range signing() {
		if err := k.VerifyJWT(p, token, &claims{}); (err == nil) != (p == CortezaJWT) {
			t.Errorf("%s: %v", p, err)
		}
	}
	wantRefused(t, other, token)
}

func TestPurposesThatSignNothing(t *testing.T) {
	k := testKeys(t)
	token := sign(t, k, Session, claims{})
	for _, p := range []Purpose{Digest, Seal, "", "fingerprint", "other"} {
		if _, err := k.SignJWT(p, claims{}); err == nil {
			t.Errorf("%q signs", p)
		}
		if err := k.VerifyJWT(p, token, &claims{}); err == nil {
			t.Errorf("%q verifies", p)
		}
	}
}

func TestJWTAcrossRotations(t *testing.T) {
	first, second, third := history(t)
	old, young := sign(t, first, CortezaJWT, claims{UserID: "1"}), sign(t, second, CortezaJWT, claims{UserID: "2"})
	for _, token := range []string{old, young} {
		if err := second.VerifyJWT(CortezaJWT, token, &claims{}); err != nil {
			t.Error(err)
		}
		wantRefused(t, third, token)
	}
	wantRefused(t, first, young)
}

func TestJWTLength(t *testing.T) {
	k := testKeys(t)
	// 36 bytes of header, 43 of signature, two dots: what is left carries 3,011 bytes of claims.
	fits := strings.Repeat("a", 3011-len(`{"userID":"","exp":0}`))
	token := sign(t, k, CortezaJWT, claims{UserID: fits})
	if len(token) != maxJWT {
		t.Fatalf("the longest token has %d bytes", len(token))
	}
	if err := k.VerifyJWT(CortezaJWT, token, &claims{}); err != nil {
		t.Error(err)
	}
	if _, err := k.SignJWT(CortezaJWT, claims{UserID: fits + "a"}); err == nil {
		t.Error("a longer one is signed")
	}
	payload, _ := json.Marshal(claims{UserID: fits + "a"})
	wantRefused(t, k, forge(k.active.secrets[CortezaJWT], exactHeader, string(payload)))
}

const exactHeader = `{"alg":"HS256","typ":"JWT"}`

// forge signs by hand what SignJWT would not.
func forge(secret []byte, header, payload string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	token := b64([]byte(header)) + "." + b64([]byte(payload))
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(token))
	return token + "." + b64(h.Sum(nil))
}

func TestOtherHeadersAreRefused(t *testing.T) {
	k := testKeys(t)
	secret := k.active.secrets[CortezaJWT]
	const payload = `{"userID":"1","exp":1}`
	if err := k.VerifyJWT(CortezaJWT, forge(secret, exactHeader, payload), &claims{}); err != nil {
		t.Fatal("the forger doesn't know his trade:", err)
	}
	for _, more := range []string{
		`"jku":"https://evil.example"`, `"jwk":{"kty":"oct","k":"AAAA"}`, `"x5u":"https://evil.example"`, `"x5c":["AAAA"]`,
		`"x5t":"AAAA"`, `"kid":"` + k.active.id + `"`, `"crit":["exp"]`, `"b64":true`, `"b64":false,"crit":["b64"]`,
		`"cty":"JWT"`, `"zip":"DEF"`, `"nonce":"x"`, `"own":1`, `"alg":"HS256"`, `"alg":"none"`, `"typ":"JWT"`,
	} {
		wantRefused(t, k, forge(secret, `{"alg":"HS256","typ":"JWT",`+more+`}`, payload))
		wantRefused(t, k, forge(secret, `{`+more+`,"alg":"HS256","typ":"JWT"}`, payload))
	}
	for _, header := range []string{
		``, `{}`, `null`, `[]`, `"HS256"`, `{"alg":"HS256"}`, `{"typ":"JWT"}`, `{"typ":"JWT","alg":"HS256"}`, exactHeader + " ",
		`{"alg":"HS256","typ":"jwt"}`, `{"alg":"HS384","typ":"JWT"}`, `{"alg":"none","typ":"JWT"}`, `{"Alg":"HS256","typ":"JWT"}`,
	} {
		wantRefused(t, k, forge(secret, header, payload))
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	k := testKeys(t)
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	token := sign(t, k, CortezaJWT, claims{UserID: "1", Exp: 1})
	parts := strings.Split(token, ".")
	retired := forge(k.all[retiredID(k)].secrets[CortezaJWT], exactHeader, `{}`)
	tests := map[string]string{
		"nothing":               "",
		"dots":                  "..",
		"four parts":            token + ".x",
		"no signature":          parts[0] + "." + parts[1] + ".",
		"detached claims":       parts[0] + ".." + parts[2],
		"alg none":              b64(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + ".",
		"alg none, signed":      b64(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + "." + parts[2],
		"alg HS512":             b64(`{"alg":"HS512","typ":"JWT"}`) + "." + parts[1] + "." + parts[2],
		"alg RS256":             b64(`{"alg":"RS256","typ":"JWT"}`) + "." + parts[1] + "." + parts[2],
		"alg lower case":        b64(`{"alg":"hs256","typ":"JWT"}`) + "." + parts[1] + "." + parts[2],
		"JSON form":             `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"other claims":          parts[0] + "." + b64(`{"userID":"2","exp":1}`) + "." + parts[2],
		"a retired key":         retired,
		"claims that don't fit": forge(k.active.secrets[CortezaJWT], exactHeader, `[]`),
		"no JSON":               forge(k.active.secrets[CortezaJWT], exactHeader, `{"exp":1`),
	}
	for name, forged := range tests {
		t.Run(name, func(t *testing.T) { wantRefused(t, k, forged) })
	}
}

func retiredID(k *Keys) string {
	for id := range k.all {
		if k.find(id) == nil {
			return id
		}
	}
	return ""
}

// One byte changed to whatever, taken away, or put in, at every place; every cut at both ends.
func TestAnyChangeOfATokenIsRefused(t *testing.T) {
	k := testKeys(t)
	rapid.Check(t, func(rt *rapid.T) {
		token := sign(t, k, CortezaJWT, claims{UserID: rapid.StringN(0, 20, 60).Draw(rt, "user"), Exp: 1})
		for i := range token {
			b := rapid.Byte().Filter(func(b byte) bool { return b != token[i] }).Draw(rt, "byte")
			wantRefused(rt, k, token[:i]+string([]byte{b})+token[i+1:])
			wantRefused(rt, k, token[:i]+string([]byte{b})+token[i:])
			wantRefused(rt, k, token[:i]+token[i+1:])
			wantRefused(rt, k, token[:i])
			if i > 0 {
				wantRefused(rt, k, token[i:])
			}
		}
		for _, more := range []string{" ", "\n", "\r\n", "=", ".", "A", "\x00", "\t"} {
			wantRefused(rt, k, token+more)
			wantRefused(rt, k, more+token)
		}
	})
}

// The last character of each part carries bits that a lax decoder drops, and line ends may stand anywhere: each
// other spelling of the same bytes is tried.
func TestOtherSpellingsOfATokenAreRefused(t *testing.T) {
	k := testKeys(t)
	for _, user := range []string{"", "1", "12"} { // claims of each length modulo 3
		token := sign(t, k, CortezaJWT, claims{UserID: user})
		for i := range token {
			for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.\r\n ") {
				if c != token[i] {
					wantRefused(t, k, token[:i]+string([]byte{c})+token[i+1:])
				}
			}
			wantRefused(t, k, token[:i]+"\n"+token[i:])
		}
	}
}

func FuzzVerifyJWT(f *testing.F) {
	k := fixedKeys(f)
	good := sign(f, k, CortezaJWT, claims{UserID: "1", Exp: 1})
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(jwtHeader + "..")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		if k.VerifyJWT(CortezaJWT, token, &claims{}) == nil && token != good {
			t.Errorf("forged: %q", token)
		}
	})
}

func BenchmarkSignJWT(b *testing.B) {
	k := testKeys(b)
	b.ReportAllocs()
	for b.Loop() {
		sign(b, k, CortezaJWT, claims{UserID: "4711", Exp: 1})
	}
}

func BenchmarkVerifyJWT(b *testing.B) {
	k := testKeys(b)
	token := sign(b, k, CortezaJWT, claims{UserID: "4711", Exp: 1})
	b.ReportAllocs()
	for b.Loop() {
		var c claims
		if err := k.VerifyJWT(CortezaJWT, token, &c); err != nil {
			b.Fatal(err)
		}
	}
}
