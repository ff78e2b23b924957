package agora

import (
	"math"
	"net/http"
	"strings"
	"time"

	"muster"
	"muster/internal/core"
)

type tokenRequest struct {
	GrantType    text    `json:"grant_type"`
	ClientID     text    `json:"client_id"`
	ClientSecret text    `json:"client_secret"`
	Username     text    `json:"username"`
	Password     text    `json:"password"`
	AutoCreate   truth   `json:"autoCreateUser"`
	TTL          seconds `json:"ttl"`
}

// truth is a member that is true, or the text "true"; everything else is not.
type truth bool

// UnmarshalJSON never fails.
func (t *truth) UnmarshalJSON(b []byte) error {
	*t = truth(strings.Trim(string(b), `"`) == "true")
	return nil
}

type grant struct {
	Token       string  `json:"access_token"`
	ExpireAt    int64   `json:"expire_timestamp,omitempty"` // Unix milliseconds
	ExpiresIn   int64   `json:"expires_in"`                 // seconds
	Application string  `json:"application,omitempty"`
	User        *entity `json:"user,omitempty"`
}

// token answers a token for one of four proofs (contract, 8.1).
func (f *facade) token(r *http.Request) (any, error) {
	var p tokenRequest
	if err := decodeObject(r, &p); err != nil {
		return nil, err
	}
	g, err := f.grant(r, &p)
	if err != nil {
		return nil, err
	}
	out := grant{Token: g.Token, ExpiresIn: min(int64(g.Life/time.Second), math.MaxInt32)}
	if p.GrantType == "agora" {
		out.ExpireAt = g.End.UnixMilli()
	}
	if g.User == nil {
		out.Application = callOf(r).app.ID.UUID()
	} else {
		user := entityOf(g.User)
		out.User = &user
	}
	return plain{out}, nil
}

func (f *facade) grant(r *http.Request, p *tokenRequest) (*core.Grant, error) {
	life := core.Life{Said: p.TTL.said, For: time.Duration(min(p.TTL.n, math.MaxInt32)) * time.Second}
	if p.TTL.bad {
		return nil, errShape
	}
	switch p.GrantType {
	case "client_credentials":
		return f.core.SignInApp(r.Context(), string(p.ClientID), string(p.ClientSecret), life)
	case "password":
		if err := checkUsername(p.Username); err != nil {
			return nil, err
		}
		if p.Password == "" {
			return nil, errNoPassword
		}
		return f.core.SignInThroughApp(r.Context(), string(p.Username), string(p.Password), life)
	case "inherit":
		r, err := f.shown(r, muster.ActionVouch)
		if err != nil {
			return nil, err
		}
		if err := checkUsername(p.Username); err != nil {
			return nil, err
		}
		g, err := f.core.Vouch(r.Context(), string(p.Username), bool(p.AutoCreate), life)
		return g, named([]core.Registration{{Username: string(p.Username)}}, err)
	case "agora":
		r, err := f.shown(r, muster.ActionExchangeSigned)
		if err != nil {
			return nil, err
		}
		return f.core.ExchangeSigned(r.Context())
	}
	return nil, errGrantType
}

// shown is the request as made by who has shown a token, which this grant needs.
func (f *facade) shown(r *http.Request, action muster.Action) (*http.Request, error) {
	r, err := f.withBearer(r)
	if err == nil {
		err = f.core.Authenticator.AdmitThroughApp(r.Context(), action, "")
	}
	return r, err
}

// tokenEnd tells a user when the token ends that he shows.
func (f *facade) tokenEnd(r *http.Request) (any, error) {
	end, err := f.core.ReadTokenEnd(r.Context())
	if err != nil {
		return nil, err
	}
	timestamp, duration := callOf(r).times()
	return plain{struct {
		Expire    int64 `json:"expire_timestamp"`
		Timestamp int64 `json:"timestamp"`
		Duration  int64 `json:"duration"`
	}{end.UnixMilli(), timestamp, duration}}, nil
}
