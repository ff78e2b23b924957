package muster

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A Topic is a named place with readers and writers (tat.md, 5.1). Topics form a tree by their names: /A/B is below /A.
type Topic struct {
	ID          ID
	Realm       ID
	Name        string // unique; begins with a slash and does not end with one. See Path
	PrivateOf   ID     // the user whose private topic it is; 0: nobody's
	Path        string // what is stored of the name: all of it, but of a private topic only what follows the present username
	Description string
	Settings    TopicSettings
	Rights      []TopicRight // in order of adding; of users and groups that are there
	CreatedAt   time.Time
}

// PrivateTopics is the topic that all private ones are below of. It is there from the start, nobody's, and stays.
const PrivateTopics ID = 1

// PrivateRoot is the name of [PrivateTopics].
const PrivateRoot = "/Private"

// TopicSettings say what may be done with the messages of a topic. Muster keeps them for its clients and for topics below.
type TopicSettings struct {
	MaxLength      int  `json:"maxLength"`  // of a message, in characters
	MaxReplies     int  `json:"maxReplies"` // of a message
	ForceDate      bool `json:"forceDate,omitempty"`
	UpdateOwn      bool `json:"updateOwn,omitempty"`
	DeleteOwn      bool `json:"deleteOwn,omitempty"`
	UpdateAll      bool `json:"updateAll,omitempty"`
	DeleteAll      bool `json:"deleteAll,omitempty"`
	AdminUpdateAll bool `json:"adminUpdateAll,omitempty"`
	AdminDeleteAll bool `json:"adminDeleteAll,omitempty"`
	ComputeTags    bool `json:"computeTags,omitempty"`
	ComputeLabels  bool `json:"computeLabels,omitempty"`
}

// DefaultTopicSettings are those of a topic that has none above it.
func DefaultTopicSettings() TopicSettings {
	return TopicSettings{MaxLength: 1000, MaxReplies: 30, ComputeTags: true, ComputeLabels: true}
}

// A TopicLevel is what a right on a topic allows. Each level allows reading.
type TopicLevel string

// The levels.
const (
	TopicReader TopicLevel = "ro"
	TopicWriter TopicLevel = "rw"
	TopicAdmin  TopicLevel = "admin" // writes too, and says who else may
)

// Valid reports whether l is one of the levels.
func (l TopicLevel) Valid() bool { return l == TopicReader || l == TopicWriter || l == TopicAdmin }

// A TopicRight is the right of a user or of a group: one of the two ids is 0. Name is what the one or the other is called at
// present.
type TopicRight struct {
	Level TopicLevel
	User  ID
	Group ID
	Name  string
}

// The limits of a topic's name and of what users keep of topics, in characters.
const (
	MinTopicName = 4
	MaxTopicName = 100
	MaxTag       = 100
)

// TopicName is s as the name of a topic: trimmed, a slash put in front, one slash at the end taken off. It reports false for
// what can be none: fewer than 4 or more than 100 characters, parts that are empty, control characters.
func TopicName(s string) (string, bool) {
	name := strings.TrimSpace(s)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	name = strings.TrimSuffix(name, "/")
	ok := utf8.RuneCountInString(name) >= MinTopicName && ValidText(name, MaxTopicName) && !strings.Contains(name, "//") && !strings.HasSuffix(name, "/")
	return name, ok
}

// ParentTopic is the name of the topic that name is directly below of; "" if there can be none.
func ParentTopic(name string) string { return name[:max(strings.LastIndexByte(name, '/'), 0)] }

// WithinTopic reports whether name is that topic or one below it. A name that only begins alike is not.
func WithinTopic(name, topic string) bool {
	rest, ok := strings.CutPrefix(name, topic)
	return ok && (rest == "" || rest[0] == '/')
}

// SplitPrivate takes the name of a private topic apart: whose it is, and what follows. It reports false for all other names.
func SplitPrivate(name string) (username, path string, ok bool) {
	rest, ok := strings.CutPrefix(name, PrivateRoot+"/")
	if !ok {
		return "", "", false
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[:i], rest[i:], true
	}
	return rest, "", true
}

// A TopicList is a list of topics that a user keeps for himself.
type TopicList string

// The lists of topics.
const (
	FavouriteTopics TopicList = "favourite"
	MutedTopics     TopicList = "muted" // of which he wants no notifications
)

// A TopicFilter selects topics. Empty fields select nothing and leave nothing out.
type TopicFilter struct {
	IDs          []ID
	Names        []string // exact
	Below        string   // the topic of this name and all below it
	Descriptions []string // exact
	Favourites   bool     // of the caller only
	AllPublic    bool     // as an administrator: all but private ones, also those that the caller cannot read
	Page         Page
}
