package core

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"muster"
	"muster/internal/presence"
	"muster/internal/store"
)

// Links are the live links, as far as the core knows of them: who is online, and what has happened that a link may have to tell.
// Whoever holds the links of this node ([muster/internal/live]) says when one opens and closes, and hears of news.
//
// Links of this node, and those of others, are on a board of presences, each at a place of its own; what stands there as the
// status is the resource. The nodes exchange it like other presences.
type Links struct {
	c     *Core
	board *presence.Board
	alone bool

	mu   sync.Mutex
	own  map[muster.ID]*ownLink
	told time.Time // when the other nodes were last told of all of them

	listener atomic.Pointer[func(News)] // not under mu: the group writer waits for nobody
}

type ownLink struct {
	muster.Link
	seen time.Time // what the board has
}

// The times of links on a board that nodes share. Those of a node that has died are gone after linkLife.
const (
	linkLife    = 45 * time.Second
	linkRefresh = 15 * time.Second
	mostLinks   = 1_000_000
	aloneLife   = 100 * 365 * 24 * time.Hour
)

func newLinks(c *Core) *Links {
	l := &Links{c: c, alone: c.store.Single(), own: map[muster.ID]*ownLink{}}
	l.board = presence.New(presence.Options{Most: mostLinks, Places: 4 * muster.MaxLinks, Journal: !l.alone})
	return l
}

// Open says that a link is open: its user is online from now on. It fails with [muster.ErrTooManyLinks] if he has as many as he
// may, besides those that the new one replaces.
func (l *Links) Open(link muster.Link) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	others := 0
	for _, other := range l.of(link.Realm, link.User) {
		if other.Resource != link.Resource {
			others++
		}
	}
	if others >= muster.MaxLinks {
		return muster.ErrTooManyLinks
	}
	o := &ownLink{Link: link}
	l.own[link.ID] = o
	l.put(o, link.Resource)
	return nil
}

// Close says that a link is closed. Doing it again changes nothing.
func (l *Links) Close(link muster.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o := l.own[link]; o != nil {
		delete(l.own, link)
		l.put(o, "")
	}
}

// put tells the board of a link. What is later has a later instant, also when the clock goes back.
func (l *Links) put(o *ownLink, status string) {
	if now := l.c.presentInstant(); now.After(o.seen) {
		o.seen = now
	} else {
		o.seen = o.seen.Add(time.Microsecond)
	}
	until := o.seen.Add(linkLife)
	switch {
	case l.alone:
		until = o.seen.Add(aloneLife)
	case status == "":
		until = o.seen.Add(farewellLife)
	}
	p := muster.Presence{Realm: o.Realm, User: o.User, Place: muster.Resource{Noun: muster.NounLink, ID: o.ID}, Status: muster.Status(status), At: o.seen}
	l.board.Put(sighting(p, until))
}

// refresh tells the other nodes, now and then, that the links of this one are still open.
func (l *Links) refresh() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.c.now(); now.Sub(l.told) >= linkRefresh {
		l.told = now
		for _, o := range l.own {
			l.put(o, o.Resource)
		}
	}
}

// Count counts the links of this node.
func (l *Links) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.own)
}

// MessagesWaiting counts the messages of all inboxes, up to 10,000.
func (l *Links) MessagesWaiting(ctx context.Context) (int, error) {
	return l.c.store.Reader(ctx).MessagesWaiting()
}

// of lists the links of users, on whatever node.
func (l *Links) of(realm muster.ID, users ...muster.ID) (links []muster.Link) {
	q := presence.Query{Realm: int64(realm), People: make([]int64, len(users)), Now: l.c.now()}
	for i, u := range users {
		q.People[i] = int64(u)
	}
	found, _ := l.board.List(q)
	for _, s := range found {
		id := muster.ID(s.Place.ID)
		links = append(links, muster.Link{ID: id, Realm: realm, User: muster.ID(s.Person), Resource: s.Status, Since: id.Time()})
	}
	return links
}

// online reports whether a user has a link.
func (l *Links) online(realm, user muster.ID) bool { return len(l.of(realm, user)) > 0 }

// onlineAmong are those of the recipients who have a link.
func (l *Links) onlineAmong(realm muster.ID, found map[string]store.Recipient) map[muster.ID]bool {
	online := map[muster.ID]bool{}
	for _, r := range found {
		if l.online(realm, r.User) {
			online[r.User] = true
		}
	}
	return online
}

// learned hears of links of other nodes.
func (l *Links) learned(list []presence.Sighting) {
	l.board.Learn(list)
	for _, s := range list {
		for _, id := range l.replacedBy(s) {
			l.hear(store.Change{Action: linkReplaced, Resource: muster.Resource{Noun: muster.NounLink, ID: id}, Related: muster.ID(s.Person)})
		}
	}
}

// replacedBy are the links of this node that are older than one of another node by which the same resource is connected.
func (l *Links) replacedBy(s presence.Sighting) (replaced []muster.ID) {
	if s.Status == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, other := range l.of(muster.ID(s.Realm), muster.ID(s.Person)) {
		if other.Resource == s.Status && other.ID < muster.ID(s.Place.ID) && l.own[other.ID] != nil {
			replaced = append(replaced, other.ID)
		}
	}
	return replaced
}
