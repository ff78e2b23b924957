package token

import (
	"errors"
	"slices"
	"strings"
)

// maxBearer bounds what is looked at at all, in bytes.
const maxBearer = 256

// SignBearer makes a token that carries fields and proves, by the active key of the purpose, that the house has put them
// together: the kind, the fields and their MAC of 256 bits, joined by dots. The kind is the token's beginning, by which people
// and programs that look for leaks tell it: "mus_s_" for sessions. What is bound is proven like the fields, but not in the
// token: who checks it knows it. Fields are letters, digits, - and _, so that the token is safe in headers, cookies and
// addresses. An end belongs to the fields.
func (k *Keys) SignBearer(p Purpose, kind string, bound, fields []string) (string, error) {
	for _, f := range fields {
		if f == "" || strings.Trim(f, alphabet+"-_") != "" {
			return "", errors.New("token: a field has characters that a token can't have")
		}
	}
	mac, err := k.MAC(p, bearerFields(kind, bound, fields)...)
	if err != nil {
		return "", err
	}
	token := kind + strings.Join(append(slices.Clone(fields), mac), ".")
	if len(token) > maxBearer {
		return "", errors.New("token: the fields are too long")
	}
	return token, nil
}

// OpenBearer returns the n fields of a token that SignBearer has made for the same purpose and kind and bound to the same, by
// a key that is active or still verifies. Everything else gets [ErrToken]. Whether the token has ended or was revoked is for
// the caller to see.
func (k *Keys) OpenBearer(p Purpose, kind string, bound []string, n int, token string) ([]string, error) {
	body, ours := strings.CutPrefix(token, kind)
	if !ours || len(token) > maxBearer {
		return nil, ErrToken
	}
	fields := strings.Split(body, ".")
	if len(fields) != n+1 {
		return nil, ErrToken
	}
	mac := fields[n]
	if fields = fields[:n]; !k.MatchMAC(p, mac, bearerFields(kind, bound, fields)...) {
		return nil, ErrToken
	}
	return fields, nil
}

// bearerFields are what the MAC is of. The kind comes first and with its length, as all of them, so that no two tokens share one.
func bearerFields(kind string, bound, fields []string) []string {
	return slices.Concat([]string{kind}, bound, fields)
}
