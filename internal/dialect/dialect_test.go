package dialect

import (
	"net/http/httptest"
	"testing"
	"time"

	"muster"
)

func TestID(t *testing.T) {
	for text, want := range map[string]muster.ID{
		"": 0, "0": 0, "00": 0, "x": 0, "-1": 0, "1e3": 0, "+1": 0, " 1": 0, "1.5": 0, "١": 0,
		"1": 1, "9223372036854775807": muster.ID(1<<63 - 1),
		"01": UnknownID, "9223372036854775808": UnknownID, "18446744073709551616": UnknownID,
	} {
		if got := ID(text); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "Bearer": "", "Bearer ": "", "bearer x": "x", "BEARER  x ": "x", "Basic x": "", "x": "", "Bearerx": "", "Bearer a b": "a b",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		if got := Bearer(r); got != want {
			t.Errorf("%q: %q", header, got)
		}
	}
}

func TestActor(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "192.0.2.1:80"
	for agent, kept := range map[string]string{"curl/8": "curl/8", "a\x00b": "", string(make([]byte, 300)): ""} {
		r.Header.Set("User-Agent", agent)
		a := Actor(r, "crust")
		if a.SignedIn() || a.Realm != muster.MainRealm || a.Origin.Wire != "crust" || a.Origin.Address != "192.0.2.1" || a.Origin.Agent != kept {
			t.Errorf("%+v", a)
		}
	}
}

func TestInstant(t *testing.T) {
	at := time.Date(2019, 1, 14, 8, 11, 52, 999_999_999, time.FixedZone("", 3600))
	if got := Instant(at) + Instant(time.Time{}); got != "2019-01-14T07:11:52Z" {
		t.Error(got)
	}
}
