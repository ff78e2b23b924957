package muster

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An ID names one object of any noun. It has 63 bits, is never reused, and ids made later are larger: the upper 53 bits
// are Unix microseconds, the lower 10 the number of the node that made it. IDs below 1024 are built in. An ID is no
// secret: who knows one has no right to anything yet.
type ID int64

// The ids that exist from the start.
const (
	MainRealm      ID = 1 // of a Realm
	Everyone       ID = 1 // of a Group
	Administrators ID = 2 // of a Group
)

// MaxNode is the largest number that a node may have.
const MaxNode = 1<<nodeBits - 1

const nodeBits = 10

// Node is the number of the node that made the ID.
func (id ID) Node() int { return int(id & MaxNode) }

// Time is the instant at which the ID was made, in microseconds; it is the zero time for a built-in ID.
func (id ID) Time() time.Time {
	if id <= MaxNode {
		return time.Time{}
	}
	return time.UnixMicro(int64(id >> nodeBits)).UTC()
}

// String spells the ID as a decimal, the form of Corteza and Crust.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// Hex spells the ID as 24 lower-case hex digits, the form of Tat and Tellius.
func (id ID) Hex() string { return fmt.Sprintf("%024x", int64(id)) }

// UUID spells the ID as a lower-case UUID of version 8, the form of Agora and SCIM. The id's 64 bits, highest first,
// fill the first twelve hex digits, the three after the version, and the last digit of the fourth group.
func (id ID) UUID() string {
	h := fmt.Sprintf("%016x", int64(id))
	return h[:8] + "-" + h[8:12] + "-8" + h[12:15] + "-800" + h[15:] + "-000000000000"
}

// ParseID reads the spelling of [ID.String]. It reports false for anything else: signs, blanks, leading zeros, zero
// itself, and numbers of 2^63 and above.
func ParseID(s string) (ID, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return ID(n), err == nil
}

// ParseHexID reads the spelling of [ID.Hex], lower case only, and reports false for anything else.
func ParseHexID(s string) (ID, bool) {
	n, err := strconv.ParseInt(s, 16, 64)
	if err != nil || n <= 0 || ID(n).Hex() != s {
		return 0, false
	}
	return ID(n), true
}

// ParseUUID reads the spelling of [ID.UUID], lower case only, and reports false for anything else: every other UUID is
// unknown here.
func ParseUUID(s string) (ID, bool) {
	if len(s) != 36 {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s[:13], "-", "")+s[15:18]+s[22:23], 16, 64)
	if err != nil || n <= 0 || ID(n).UUID() != s {
		return 0, false
	}
	return ID(n), true
}

// IDs makes ids for one node. It is safe for concurrent use.
type IDs struct {
	node int64
	now  func() time.Time

	mu   sync.Mutex
	last int64
}

// NewIDs returns a maker of ids for the node of that number (0 to [MaxNode]). Its ids are larger than after, whatever
// the clock says: give it the largest id that the node may have made before.
func NewIDs(node int, after ID, now func() time.Time) *IDs {
	return &IDs{node: int64(node), now: now, last: int64(after >> nodeBits)}
}

// New returns an id that is larger than all before it, also when the clock goes back.
func (m *IDs) New() ID {
	tick := m.now().UnixMicro()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = max(m.last+1, tick)
	return ID(m.last<<nodeBits | m.node)
}
