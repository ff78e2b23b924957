package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are what an argon2id hash costs.
type Params struct {
	MemoryKiB uint32
	Time      uint32 // passes over the memory
	Threads   uint8
}

// DefaultParams are 19 MiB, 2 passes, 1 thread.
func DefaultParams() Params { return Params{MemoryKiB: 19456, Time: 2, Threads: 1} }

// What is made, and the bounds of what is read. A tag below 16 bytes could be guessed; salts and tags above 64 bytes
// are nobody's.
const (
	saltLen, minSalt, maxSalt = 16, 8, 64
	tagLen, minTag, maxTag    = 32, 16, 64

	maxMemoryKiB = 128 << 10
	maxTime      = 16
	maxThreads   = 16
	maxText      = 256
)

var (
	errParams = errors.New("password: parameters out of bounds: memory 8 KiB a thread to 128 MiB, time 1 to 16, threads 1 to 16")
	errPHC    = errors.New("password: the stored hash is not argon2id PHC text of version 19")
)

// Check returns an error unless the parameters are within what is ever computed here: memory of at least 8 KiB a thread
// and at most 128 MiB, 1 to 16 passes, 1 to 16 threads.
func (p Params) Check() error {
	switch {
	case p.Threads < 1, p.Threads > maxThreads, p.Time < 1, p.Time > maxTime,
		p.MemoryKiB < 8*uint32(p.Threads), p.MemoryKiB > maxMemoryKiB:
		return errParams
	}
	return nil
}

// A hash is what PHC text says.
type hash struct {
	Params
	salt, tag []byte
}

// String spells the hash as PHC text.
func (h hash) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.MemoryKiB, h.Time, h.Threads, b64(h.salt), b64(h.tag))
}

// current reports whether a new hash would have the same parameters and lengths.
func (h hash) current(p Params) bool {
	return h.Params == p && len(h.salt) == saltLen && len(h.tag) == tagLen
}

// parse reads exactly what String writes: one spelling for each hash, nothing around it, and parameters that pass
// Check. Its errors hold nothing of the text.
func parse(phc string) (hash, error) {
	parts := strings.Split(phc[:min(len(phc), maxText+1)], "$")
	if len(phc) > maxText || len(parts) != 6 {
		return hash{}, errPHC
	}
	var h hash
	_, err1 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.MemoryKiB, &h.Time, &h.Threads)
	salt, err2 := base64.RawStdEncoding.DecodeString(parts[4])
	tag, err3 := base64.RawStdEncoding.DecodeString(parts[5])
	h.salt, h.tag = salt, tag
	if errors.Join(err1, err2, err3) != nil || h.String() != phc {
		return hash{}, errPHC
	}
	if len(salt) < minSalt || len(salt) > maxSalt || len(tag) < minTag || len(tag) > maxTag {
		return hash{}, errPHC
	}
	return h, h.Check()
}
