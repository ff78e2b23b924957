package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// MAC proves that the house itself has put these fields together: HMAC-SHA-256 as 43 characters of base64url, by the active key
// of the purpose. Fields are not in it; who checks it knows them. An end belongs to the fields: a MAC has none. It fails for
// the purposes [Digest] and [Seal], which sign nothing.
func (k *Keys) MAC(p Purpose, fields ...string) (string, error) {
	secret, ok := k.active.secrets[p]
	if !ok {
		return "", errPurpose(p)
	}
	return macOf(secret, fields), nil
}

// MatchMAC reports whether mac is that of the fields, by any key that is not retired. The time it takes does not depend on how
// much of it is right.
func (k *Keys) MatchMAC(p Purpose, mac string, fields ...string) bool {
	for _, key := range k.live {
		if secret, ok := key.secrets[p]; ok && hmac.Equal([]byte(mac), []byte(macOf(secret, fields))) {
			return true
		}
	}
	return false
}

// macOf puts the number of fields first, and its length before each, so that no two lists are the same sequence of bytes.
func macOf(secret []byte, fields []string) string {
	h := hmac.New(sha256.New, secret)
	b := binary.BigEndian.AppendUint64(nil, uint64(len(fields)))
	for _, f := range fields {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(f))), f...)
	}
	h.Write(b)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
