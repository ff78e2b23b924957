package token

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// An entry is one root key in the file.
type entry struct {
	ID     string    `json:"id"`     // letters and digits; stands in digests and sealed values
	Secret []byte    `json:"secret"` // 32 bytes, base64
	Made   time.Time `json:"made"`
	State  state     `json:"state"`
}

type state string

const (
	stateActive  state = "active"
	stateVerify  state = "verify"
	stateRetired state = "retired"
)

// newEntry is a new active key. Its id is random, not counted: lists of different houses have no ids in common.
func newEntry(now time.Time) entry {
	secret := make([]byte, keyLen)
	rand.Read(secret) // never fails
	return entry{ID: Alnum(8), Secret: secret, Made: now.UTC().Truncate(time.Second), State: stateActive}
}

// rotated is the list with a new active key at its end.
func rotated(list []entry, now time.Time, retireOld bool) []entry {
	next := make([]entry, 0, len(list)+1)
	for _, e := range list {
		switch {
		case retireOld:
			e.State = stateRetired
		case e.State == stateActive:
			e.State = stateVerify
		}
		next = append(next, e)
	}
	return append(next, newEntry(now))
}

func formatList(list []entry) ([]byte, error) {
	text, err := json.MarshalIndent(list, "", "  ")
	return append(text, '\n'), err
}

// parseList reads a list and checks it. Its errors hold nothing of a secret.
func parseList(text []byte) ([]entry, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var list []entry
	if err := d.Decode(&list); err != nil {
		return nil, errors.New("not a key list")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the key list")
	}
	return list, checkList(list)
}

func checkList(list []entry) error {
	active := 0
	for i, e := range list {
		if err := e.check(list[:i]); err != nil {
			return fmt.Errorf("key %d: %w", i+1, err)
		}
		if e.State == stateActive {
			active++
		}
	}
	if active != 1 {
		return fmt.Errorf("there are %d active keys, not one", active)
	}
	return nil
}

// check looks at one key, and at those before it, with which it must have nothing in common: a retired key must not
// live on under another id.
func (e entry) check(before []entry) error {
	switch {
	case e.ID == "", len(e.ID) > 32, strings.Trim(e.ID, alphabet) != "":
		return errors.New("its id is not 1 to 32 letters and digits")
	case len(e.Secret) != keyLen:
		return errors.New("its secret is not 32 bytes")
	case e.Made.IsZero():
		return errors.New("it does not say when it was made")
	case e.State != stateActive && e.State != stateVerify && e.State != stateRetired:
		return errors.New("its state is not active, verify or retired")
	}
	for _, b := range before {
		if b.ID == e.ID || bytes.Equal(b.Secret, e.Secret) {
			return errors.New("it has the id or the secret of another one")
		}
	}
	return nil
}
