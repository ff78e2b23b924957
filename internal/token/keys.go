package token

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// A Purpose is what a derived key is for. There is never one key for two.
type Purpose string

// The purposes. Their names are part of the derivation: a changed name is a changed key.
const (
	Session    Purpose = "session"     // tokens of wires that have no purpose of their own
	CortezaJWT Purpose = "corteza-jwt" // tokens of Corteza
	Crust      Purpose = "crust"       // tokens of Crust
	Mail       Purpose = "mail"        // links in mails
	FileURL    Purpose = "file-url"    // addresses of files that work without a session
	Digest     Purpose = "digest"      // stored digests of secrets, see Keys.Digest
	Seal       Purpose = "seal"        // sealed values, see Keys.Seal
	Cursor     Purpose = "cursor"      // places in a list that a client brings back
	Rate       Purpose = "rate"        // what throttles remember of a name
)

// signing lists the purposes whose keys sign tokens: all but those whose key serves another algorithm or form.
func signing() []Purpose {
	return []Purpose{Session, CortezaJWT, Crust, Mail, FileURL, Cursor, Rate}
}

// Keys is the key list of a house, with all derived keys. It never changes and is safe for concurrent use; printing it
// shows no key.
type Keys struct {
	active      *key
	live        []*key          // what may prove something: the active one, then the others, newest first
	all         map[string]*key // also the retired, by id
	fingerprint string
}

// Fingerprint identifies the list: 32 hex digits, derived from the secret of its first key. Rotating keeps it, because
// entries are only ever added, so a database that remembers it can refuse to start beside a list that is not its own. It
// tells nothing about the key.
func (k *Keys) Fingerprint() string { return k.fingerprint }

// Format prints the name of the type, whatever the verb: no log shows a key by mistake.
func (Keys) Format(s fmt.State, _ rune) { fmt.Fprint(s, "token.Keys") }

// A key is one root key, as far as it is used: derived for each purpose.
type key struct {
	id      string
	digest  []byte
	seal    cipher.AEAD
	secrets map[Purpose][]byte      // of the signing purposes
	signers map[Purpose]jose.Signer // the same
}

// newKeys derives everything that a checked list gives.
func newKeys(list []entry) (*Keys, error) {
	k := &Keys{all: make(map[string]*key)}
	for _, e := range slices.Backward(list) {
		next, err := newKey(e)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", e.ID, err)
		}
		k.all[e.ID] = next
		switch e.State {
		case stateActive:
			k.active = next
			k.live = slices.Insert(k.live, 0, next)
		case stateVerify:
			k.live = append(k.live, next)
		}
	}
	mark, err := derive(list[0].Secret, "fingerprint", 16)
	k.fingerprint = hex.EncodeToString(mark)
	return k, err
}

func newKey(e entry) (*key, error) {
	k := &key{id: e.ID, secrets: make(map[Purpose][]byte), signers: make(map[Purpose]jose.Signer)}
	var err error
	if k.digest, err = derive(e.Secret, Digest, keyLen); err != nil {
		return nil, err
	}
	if k.seal, err = newSealer(e.Secret); err != nil {
		return nil, err
	}
	for _, p := range signing() {
		if k.secrets[p], err = derive(e.Secret, p, keyLen); err != nil {
			return nil, err
		}
		if k.signers[p], err = newSigner(k.secrets[p]); err != nil {
			return nil, err
		}
	}
	return k, nil
}

const keyLen = 32

// derive is the key of one purpose. The root keys are uniform, so HKDF needs no salt.
func derive(root []byte, p Purpose, length int) ([]byte, error) {
	return hkdf.Key(sha256.New, root, nil, string(p), length)
}

// find returns the key of that id if it may still prove something, else nil.
func (k *Keys) find(id string) *key {
	i := slices.IndexFunc(k.live, func(key *key) bool { return key.id == id })
	if i < 0 {
		return nil
	}
	return k.live[i]
}
