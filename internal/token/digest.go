package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// Digest is the form in which a generated secret is stored: "<key id>:<HMAC-SHA-256 in base64url>", 52 bytes with the
// key ids that we make. It is bound to the kind of secret and to the id of what it belongs to, so that a row copied to
// another place proves nothing there. Passwords that people choose are not for it: they can be guessed by who gets hold
// of the keys as well.
func (k *Keys) Digest(kind string, id int64, secret string) string {
	return k.active.digestOf(kind, id, secret)
}

// MatchDigest reports whether stored is the digest of the secret for that kind and id, by any key that is not retired.
// The time it takes does not depend on how much of the digest is right.
func (k *Keys) MatchDigest(stored, kind string, id int64, secret string) bool {
	keyID, _, _ := strings.Cut(stored, ":")
	key := k.find(keyID)
	return key != nil && hmac.Equal([]byte(stored), []byte(key.digestOf(kind, id, secret)))
}

// Stale reports whether stored was not made with the active key: whoever has the secret at hand makes it anew.
func (k *Keys) Stale(stored string) bool {
	keyID, _, _ := strings.Cut(stored, ":")
	return keyID != k.active.id
}

func (k *key) digestOf(kind string, id int64, secret string) string {
	return k.id + ":" + base64.RawURLEncoding.EncodeToString(mac(k.digest, kind, id, secret))
}

// mac puts its length before each text, so that no two inputs are the same sequence of bytes.
func mac(key []byte, kind string, id int64, secret string) []byte {
	b := make([]byte, 0, 24+len(kind)+len(secret))
	b = append(binary.BigEndian.AppendUint64(b, uint64(len(kind))), kind...)
	b = binary.BigEndian.AppendUint64(b, uint64(id))
	b = append(binary.BigEndian.AppendUint64(b, uint64(len(secret))), secret...)
	h := hmac.New(sha256.New, key)
	h.Write(b)
	return h.Sum(nil)
}
