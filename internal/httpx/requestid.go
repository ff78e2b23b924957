package httpx

import (
	"crypto/rand"
	"encoding/binary"
	"os"
	"strings"
	"sync/atomic"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// requestIDs makes ids of the form <host>/<10 random base62 digits>-<6 digits>. The random part makes them unique, the
// counter makes neighbours easy to find; it starts again after 999999.
type requestIDs struct {
	prefix string
	count  atomic.Uint32
}

// newRequestIDs takes the name of the machine up to its first dot, letters, digits and hyphens of it.
func newRequestIDs() *requestIDs {
	host, _ := os.Hostname() // without one there is still the random part
	return &requestIDs{prefix: shortHost(host) + "/"}
}

func shortHost(host string) string {
	host, _, _ = strings.Cut(host, ".")
	host = strings.Map(func(r rune) rune {
		if r == '-' || strings.ContainsRune(base62, r) {
			return r
		}
		return -1
	}, host)
	if host == "" {
		return "localhost"
	}
	return host[:min(len(host), 63)]
}

func (m *requestIDs) next() string {
	id := make([]byte, 0, 96)
	id = append(id, m.prefix...)
	id = appendBase62(id)
	id = append(id, '-')
	n := m.count.Add(1) % 1_000_000
	for unit := uint32(100_000); unit > 0; unit /= 10 {
		id = append(id, byte('0'+n/unit%10))
	}
	return string(id)
}

// appendBase62 appends ten random digits.
func appendBase62(b []byte) []byte {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	n := binary.LittleEndian.Uint64(random[:])
	for range 10 {
		b = append(b, base62[n%62])
		n /= 62
	}
	return b
}
