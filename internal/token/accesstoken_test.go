package token

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/AgoraIO-Community/go-tokenbuilder/accesstoken"
)

// The identity of the contract's test vector.
const (
	appID       = "970CA35de60c44645bbae8a215061b33"
	certificate = "5CFd2fd1755d40ecb72977518be15d3b"
)

// Tokens made by the vendor's own builder for Node, agora-token 2.0.6.
const (
	nodeVector = "007eJxTYNDNaz3snC8huEfHWdz6s98qltq4zqy9fl99Uh0FDvy6F6DAYGlu4OxobJqSamaQbGJiZmKalJSYapFoZGhqYGaYZGzs/kWAIYKJgYGRAYRZGRgZmMB8BgYArfIYaw=="
	nodeApp    = "007eJxTYLCcyKK6qK7dm2vpIqFXn/StSqc8mMKWvvdsX+8eDzuN/SkKDJbmBs6OxqYpqWYGySYmZiamSUmJqRaJRoamBmaGScbGMwyZsgX4GBg+PD7CwsjAysDIwMQA4jMwAAAUfRs/"
	nodeUser   = "007eJxTYMi++u8v6+6bNiUP2oS/1DnemBk90cBFhlNVfxvj4/Wf9MoUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yNZxgyZUcwMTBs85ZiYGRgZWBkYGQA8VUYDMxMDBONkox1k01STHUtUs3SdC0MDMx1DZAAAAJgI6k="
	nodeMany   = "007eJxTYLgft7hv9f7K78uPc5pbH60wzNgtX+PFuSv/49dW5u6aQEEFBktzA2dHY9OUVDODZBMTMxPTpKTEVItEI0NTAzPDJGNj9y8CDBFMDAyMDAwMzAyMDEwMjGA+E4MOIwMDC0NRfn4uI4M5SBgiwcKQm5mXyArmf2GE8QGIGSEL" // room, messages and chat
)

func TestAccessTokensOfTheVendor(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want AccessToken
	}{
		"vector": {nodeVector, AccessToken{Issued: 1111111, Life: 600, AppLife: 600}},
		"app":    {nodeApp, AccessToken{Issued: 1795306061, Life: 3600, AppLife: 3600}},
		"user":   {nodeUser, AccessToken{Issued: 1795306061, Life: 600, UserLife: 600, User: "0641a2b3-c4d5-8e6f-8007-000000000000"}},
		"many":   {nodeMany, AccessToken{Issued: 1111111, Life: 600, UserLife: 500, User: "mina"}},
	} {
		got, err := ParseAccessToken(c.text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.AppID != appID || !got.Chat || got.Life != c.want.Life || got.AppLife != c.want.AppLife || got.UserLife != c.want.UserLife || got.User != c.want.User {
			t.Errorf("%s: %+v", name, got)
		}
		if strings.HasPrefix(name, "vec") && (got.Issued != c.want.Issued || hex.EncodeToString(got.signature) != "2d6e85c3436f1811bc2c43173bf34eaa047d5e896abd4ef54c654110c0fade50") {
			t.Errorf("the vector has %d and the signature %x", got.Issued, got.signature)
		}
		if !got.SignedBy(certificate) || got.SignedBy(strings.ToLower(certificate)) || got.SignedBy("") {
			t.Errorf("%s: the signature is not that of the certificate alone", name)
		}
	}
}

// secondOpinion is what the public parser for Go says of a token.
func secondOpinion(text string) (token *accesstoken.AccessToken, ok bool) {
	defer func() { _ = recover() }() // it trusts lengths
	token = accesstoken.CreateAccessToken()
	good, err := token.Parse(text)
	return token, good && err == nil
}

func built(t *testing.T, life uint32, services ...accesstoken.IService) string {
	t.Helper()
	b := accesstoken.NewAccessToken(appID, certificate, life)
	for _, s := range services {
		b.AddService(s)
	}
	text, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAccessTokenSecondOpinion(t *testing.T) {
	chat := accesstoken.NewServiceChat("ida")
	chat.AddPrivilege(accesstoken.PrivilegeChatUser, 77)
	education := accesstoken.NewServiceEducation("room", "uuid", 1)
	education.AddPrivilege(accesstoken.PrivilegeEducationApp, 3)
	for name, text := range map[string]string{
		"chat":            built(t, 90, chat),
		"behind others":   built(t, 90, accesstoken.NewServiceRtc("c", "1"), accesstoken.NewServiceRtm("u"), accesstoken.NewServiceFpa(), chat),
		"before others":   built(t, 90, chat, education),
		"no chat at all":  built(t, 90, education),
		"nothing at all":  built(t, 90),
		"the vector":      nodeVector,
		"several of node": nodeMany,
	} {
		want, ok := secondOpinion(text)
		got, err := ParseAccessToken(text)
		if !ok || err != nil {
			t.Errorf("%s: it says %v, this one %v", name, ok, err)
			continue
		}
		if got.AppID != want.AppId || got.Issued != want.IssueTs || got.Life != want.Expire || got.salt != want.Salt {
			t.Errorf("%s: %+v, it says %+v", name, got, want)
		}
		if s, has := want.Services[accesstoken.ServiceTypeChat].(*accesstoken.ServiceChat); has != got.Chat || has && (s.UserId != got.User || s.Privileges[accesstoken.PrivilegeChatUser] != got.UserLife) {
			t.Errorf("%s: %+v, it says %+v", name, got, s)
		}
		if !got.SignedBy(certificate) {
			t.Errorf("%s: not signed", name)
		}
	}
}

// packed is the text of a token with these bytes inside.
func packed(inside []byte) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(inside) // into memory
	_ = z.Close()
	return accessPrefix + base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestDamagedAccessTokens(t *testing.T) {
	inside, err := inflate(nodeVector)
	if err != nil {
		t.Fatal(err)
	}
	for i := range inside { // what is signed, and the signature
		spoilt := bytes.Clone(inside)
		spoilt[i] ^= 1
		if got, err := ParseAccessToken(packed(spoilt)); err == nil && got.SignedBy(certificate) {
			t.Errorf("byte %d changes nothing", i)
		}
		if _, err := ParseAccessToken(packed(inside[:i])); !errors.Is(err, ErrToken) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	for i := range nodeVector {
		if _, err := ParseAccessToken(nodeVector[:i]); !errors.Is(err, ErrToken) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	const services = 2 + 32 + 2 + 32 + 12 // where the number of services stands
	unknown := bytes.Clone(inside)
	unknown[services+2] = 10
	long := bytes.Clone(inside)
	long[34] = 0xff // the app id says that it is longer than all there is
	crowd := bytes.Clone(inside)
	crowd[services+4], crowd[services+5] = 0xff, 0xff
	for name, text := range map[string]string{
		"an unknown service first": packed(unknown),
		"a lying length":           packed(long),
		"65,535 privileges":        packed(crowd),
		"a bomb":                   packed(append(bytes.Clone(inside), make([]byte, 2<<20)...)),
		"a short signature":        packed(append([]byte{2, 0, 1, 2}, inside[34:]...)),
		"nothing inside":           packed(nil),
		"another version":          "006" + nodeVector[3:],
		"no version":               nodeVector[3:],
		"no base64":                "007!" + nodeVector[4:],
		"no padding":               strings.TrimRight(nodeVector, "="),
		"a line end":               nodeVector[:20] + "\n" + nodeVector[20:],
		"a suffix":                 nodeVector + "AAAA",
		"something behind":         accessPrefix + base64.StdEncoding.EncodeToString(append(raw(t, nodeVector), 0)),
		"no zlib":                  "007" + base64.StdEncoding.EncodeToString(inside),
		"a long text":              "007" + strings.Repeat("A", 1<<20),
		"empty":                    "",
	} {
		if got, err := ParseAccessToken(text); !errors.Is(err, ErrToken) || got != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func raw(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text[3:])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A bomb costs no memory: what it would become is never made.
func TestAccessTokenBomb(t *testing.T) {
	text := packed(make([]byte, 2<<20))
	if len(text) > maxAccessToken {
		t.Fatalf("%d bytes: too long to be looked at", len(text))
	}
	result := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			_, _ = ParseAccessToken(text)
		}
	})
	if got := result.AllocedBytesPerOp(); got > 128<<10 {
		t.Errorf("%d bytes for a bomb", got)
	}
}

// FuzzParseAccessToken: whatever is inside, no panic, no signature out of nothing, and nothing read otherwise than the public
// parser reads it.
func FuzzParseAccessToken(f *testing.F) {
	for _, text := range []string{nodeVector, nodeApp, nodeUser, nodeMany} {
		inside, err := inflate(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(inside)
	}
	f.Fuzz(func(t *testing.T, inside []byte) {
		text := packed(inside)
		got, err := ParseAccessToken(text)
		if err != nil {
			return
		}
		want, ok := secondOpinion(text)
		if !ok {
			return
		}
		signed, err := want.VerifySignature(certificate)
		if want.AppId != got.AppID || want.IssueTs != got.Issued || want.Expire != got.Life || err == nil && signed != got.SignedBy(certificate) {
			t.Errorf("%+v, the other says %+v and %v", got, want, signed)
		}
	})
}
