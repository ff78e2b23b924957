// Package token makes secrets and everything that is proven by a key: signed tokens, digests of secrets, sealed values.
//
// # Keys
//
// All keys of a house hang on one list of root keys, keys.json, which lies beside the database and never in it: who
// steals the database, or a back-up of it, can neither sign a token nor look up a stolen secret nor open a sealed value.
// [OpenKeys] reads the list, and makes it at the first start. A root key is in one of three states:
//
//	active    signs, digests and seals; there is exactly one
//	verify    only proves what it made while it was active
//	retired   proves nothing any more; still opens what it sealed, so that it can be sealed anew
//
// [Rotate] adds a new active key. Entries are never taken out of the list, and the first one ties a database to its list
// ([Keys.Fingerprint]).
//
// No root key is used as it is. Each [Purpose] has its own key, derived by HKDF-SHA-256 from the root key with the
// purpose's name as info, so that what proves something in one place proves nothing in another.
//
// # What is made with them
//
//   - [Keys.SignJWT] and [Keys.VerifyJWT]: claims that travel with the client (JWT, HS256).
//   - [Keys.Digest] and [Keys.MatchDigest]: the stored form of a secret that only its owner keeps (HMAC-SHA-256).
//   - [Keys.SignBearer] and [Keys.OpenBearer]: fields that travel with the client, for who reads nothing in them.
//   - [Keys.MAC] and [Keys.MatchMAC]: proof that fields of an address are ours (HMAC-SHA-256).
//   - [Keys.Seal] and [Keys.Open]: the stored form of a secret that the house itself needs again (AES-256-GCM).
//   - [Secret] and [Alnum]: random text, without any key.
package token

import (
	"crypto/rand"
	"encoding/base64"
)

// Secret returns 256 random bits as 43 characters of base64url.
func Secret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// Alnum returns n random letters and digits of ASCII, each equally likely: 5.95 bits a character, so that 43 of them
// are 256 bits.
func Alnum(n int) string {
	// Bytes from here on would make the first letters of the alphabet likelier than the others.
	const fair = 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buf := make([]byte, n+n/8+8)
	for len(out) < n {
		rand.Read(buf)
		for _, b := range buf {
			if int(b) < fair && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// decode reads base64url without padding and refuses every second spelling of the same bytes: line ends, which the
// decoder would skip, and stray bits in the last character. It reports false for what is refused.
func decode(s string) ([]byte, bool) {
	for i := range len(s) {
		if s[i] == '\r' || s[i] == '\n' {
			return nil, false
		}
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return b, err == nil
}
