package token

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"strings"
)

// ErrSealed means that a sealed value is not whole, belongs to another context, or was sealed by a key that is not in
// the list.
var ErrSealed = errors.New("token: the sealed value does not open")

const (
	sealVersion = "v1"
	maxPlain    = 64 << 10
	maxSealed   = 2 * maxPlain // base64, nonce, tag and key id included
)

func newSealer(root []byte) (cipher.AEAD, error) {
	secret, err := derive(root, Seal, keyLen)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts a value that the house needs again, at most 64 KiB, under the active key:
// "v1:<key id>:<nonce, AES-256-GCM ciphertext and tag in base64url>". Context says what the value is and whose (a column
// and an id, say); only the same context opens it, so that a sealed value can't be moved to where it would be shown.
// Nonces are random: a key is good for 2^32 values.
func (k *Keys) Seal(context string, plain []byte) (string, error) {
	if len(plain) > maxPlain {
		return "", errors.New("token: too long to be sealed")
	}
	sealed := k.active.seal.Seal(nil, nil, plain, []byte(context))
	return sealVersion + ":" + k.active.id + ":" + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open returns what was sealed under the same context, or [ErrSealed]. Retired keys open too: refusing would destroy the
// house's own secrets, and make none of them unknown to who knows the key.
func (k *Keys) Open(context, sealed string) ([]byte, error) {
	parts := strings.SplitN(sealed, ":", 3)
	if len(sealed) > maxSealed || len(parts) != 3 || parts[0] != sealVersion {
		return nil, ErrSealed
	}
	key := k.all[parts[1]]
	body, ok := decode(parts[2])
	if key == nil || !ok {
		return nil, ErrSealed
	}
	plain, err := key.seal.Open(nil, nil, body, []byte(context))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
