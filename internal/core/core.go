// Package core is the verbs of Muster: everything that can be asked of the user system is an exported method of [Core].
//
// # One way in
//
// Who asks is in the context ([muster.WithActor]); [Authenticator] puts him there. A verb that changes something runs its
// closure in [do], one that only reads runs it in [view]. Those two, and nothing else, check that the closure asked for the
// right it needs, append the event, hand mail to the outbox, and drop what was remembered. A façade calls verbs and spells
// answers; it decides nothing.
//
// # What a closure may do
//
// A closure of do runs on the group writer, perhaps twice, and touches only its [Tx]: hashing, randomness that is slow and
// files come before. What was decided before it ran (the password that was verified, the version that was read) is compared
// again inside. It calls Require once, where the order of errors wants it; a success without is an internal error, so that
// a forgotten check cannot pass a test. Verbs do not call verbs: what they share are functions that take a Tx.
package core

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"time"

	"muster"
	"muster/internal/password"
	"muster/internal/perm"
	"muster/internal/store"
	"muster/internal/token"
)

// Core is the user system on one store. It is safe for concurrent use.
type Core struct {
	// Authenticator turns tokens into actors.
	Authenticator *Authenticator
	// Outbox is what has to leave the house.
	Outbox *Outbox
	// Links are the live links of this node.
	Links *Links
	// Errands are what scripts have to do afterwards.
	Errands *Errands
	// Stats are for operators.
	Stats *Stats

	store     *store.Store
	keys      *token.Keys
	hasher    *password.Hasher
	now       func() time.Time
	log       *slog.Logger
	publicURL string
	newcomers string // name of the default group; "" where none is configured
	messages  int    // length of messages that new topics tell
	observe   func(Verdict)

	templates     map[string]string
	checkTemplate func(string) error
	messagesStay  time.Duration

	apps      map[string]*App
	appsByID  map[muster.ID]*App
	appRights perm.Rights

	rights    *rights
	proven    *provenPairs
	scripts   *scripting
	files     *files
	throttles throttles
	refusals  *refusals
	follower  *follower
	presences *presences
}

// Options are what a Core is made of.
type Options struct {
	Store  *store.Store
	Keys   *token.Keys
	Hasher *password.Hasher
	Now    func() time.Time
	Log    *slog.Logger
	Blobs  Blobs // where the bytes of files are; the verbs of files need it

	Scripts Scripts // of the operator; nil: there are none

	Apps          []AppConfig        // applications that bring their own users
	PublicURL     string             // what links begin with
	Templates     map[string]string  // the default mail templates, by the name of their setting
	DefaultGroup  string             // name of the group that wires put new people into; empty: none
	MessagesStay  time.Duration      // how long messages wait in an inbox; 0: [muster.MessagesStay]
	MessageLength int                // that new topics tell their clients, in characters; 0: 1000
	Unthrottled   bool               // lifts the limits of how often something may be tried
	Observe       func(Verdict)      // is told how things ended, while the caller waits; nil: nobody
	CheckTemplate func(string) error // refuses a template that could not be rendered; nil takes all
}

// New makes a Core and begins to follow the changes of other nodes.
func New(ctx context.Context, o Options) (*Core, error) {
	c := &Core{
		store: o.Store, keys: o.Keys, hasher: o.Hasher, now: o.Now, log: o.Log, observe: o.Observe, refusals: newRefusals(),
		publicURL: o.PublicURL, newcomers: strings.TrimSpace(o.DefaultGroup), templates: o.Templates, checkTemplate: o.CheckTemplate, throttles: newThrottles(o.Unthrottled),
	}
	c.messages = cmp.Or(o.MessageLength, muster.DefaultTopicSettings().MaxLength)
	c.rights, c.appRights, c.proven = newRights(c), appRights(), &provenPairs{}
	c.files = newFiles(o)
	c.presences = newPresences(c)
	c.Authenticator = newAuthenticator(c)
	c.messagesStay = cmp.Or(o.MessagesStay, muster.MessagesStay)
	c.Links = newLinks(c)
	c.Stats = &Stats{c}
	c.Outbox = &Outbox{c: c, wake: make(chan struct{}, 1)}
	c.Errands = &Errands{c: c, wake: make(chan struct{}, 1)}
	c.scripts = newScripting(o.Scripts)
	if err := c.tieKeys(ctx); err != nil {
		return nil, err
	}
	var err error
	if c.follower, err = startFollower(ctx, c); err != nil {
		return nil, err
	}
	if err := c.openApps(ctx, o.Apps); err != nil {
		c.follower.stop()
		return nil, err
	}
	if err := c.presences.share(ctx); err != nil {
		c.follower.stop()
		return nil, err
	}
	return c, nil
}

// Close stops following, and tells other nodes what they do not know yet. Close the store after it.
func (c *Core) Close() {
	c.presences.stop()
	c.follower.stop()
}
