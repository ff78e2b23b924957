package core

import (
	"context"
	"slices"
	"time"

	"muster"
	"muster/internal/presence"
)

// SeenPresence is a presence with the names of who and where.
type SeenPresence struct {
	muster.Presence
	Person *muster.User
	Topic  string // empty: one that the caller cannot read
}

// What is answered to who says that he is there.
const (
	presentWithin = 15 * time.Second
	mostPresent   = 1000
)

func presenceResource(user muster.ID) muster.Resource {
	return muster.Resource{Noun: muster.NounPresence, ID: user}
}

// SetPresence says what the caller is doing at a topic that he can read, in place of what he said before, and answers who
// was there in the last 15 seconds. It leaves no event: clients say it several times a minute.
func (c *Core) SetPresence(ctx context.Context, topic string, status muster.Status) (muster.List[SeenPresence], error) {
	return view(ctx, c, muster.ActionSetPresence, func(v *View) (list muster.List[SeenPresence], err error) {
		if err := v.Require(presenceResource(v.Actor.User)); err != nil {
			return list, err
		}
		if !status.Valid() {
			return list, muster.InvalidField("status", "online, busy or offline")
		}
		f, err := readableTopic(v.Reader, topic, v.Actor)
		if err != nil {
			return list, err
		}
		now := c.presentInstant()
		here := muster.Presence{Realm: muster.MainRealm, User: v.Actor.User, Place: muster.TopicResource(f.topic.ID), Status: status, At: now}
		c.presences.board.Put(sighting(here, now.Add(presenceLife)))
		q := c.presenceQuery(muster.Page{Limit: mostPresent})
		q.Place, q.Since = placeOf(here.Place), now.Truncate(time.Second).Add(-presentWithin)
		return v.seePresences(q, map[muster.ID]string{f.topic.ID: f.name})
	})
}

// presentInstant is the present as the store keeps it: other nodes compare it.
func (c *Core) presentInstant() time.Time { return c.now().UTC().Truncate(time.Microsecond) }

func (c *Core) presenceQuery(p muster.Page) presence.Query {
	return presence.Query{Realm: int64(muster.MainRealm), Now: c.now(), Offset: p.Offset, Limit: p.Limit}
}

// ListPresences lists the presences that f selects on the topics that the caller can read, the latest first.
func (c *Core) ListPresences(ctx context.Context, f muster.PresenceFilter) (muster.List[SeenPresence], error) {
	return view(ctx, c, muster.ActionListPresences, func(v *View) (list muster.List[SeenPresence], err error) {
		if err := v.Require(muster.Resource{Noun: muster.NounPresence}); err != nil {
			return list, err
		}
		topics := map[muster.ID]string{}
		q := c.presenceQuery(f.Page)
		if f.Topic != "" {
			t, err := readableTopic(v.Reader, f.Topic, v.Actor)
			if err != nil {
				return list, err
			}
			topics[t.topic.ID] = t.name
			q.Place = placeOf(muster.TopicResource(t.topic.ID))
		} else if topics, err = v.ReadableTopics(muster.MainRealm, v.Actor.User, nil); err != nil {
			return list, err
		}
		if q.People, err = v.peopleNamed(f.Usernames); err != nil {
			return list, err
		}
		if !f.From.IsZero() {
			q.Since = f.From.Add(time.Second - time.Nanosecond).Truncate(time.Second)
		}
		q.Keep = func(s presence.Sighting) bool {
			_, readable := topics[muster.ID(s.Place.ID)]
			return readable && s.Place.Kind == string(muster.NounTopic) && (len(f.Statuses) == 0 || slices.Contains(f.Statuses, muster.Status(s.Status))) &&
				(f.To.IsZero() || s.At.Before(f.To.Truncate(time.Second).Add(time.Second)))
		}
		return v.seePresences(q, topics)
	})
}

// mostNames is how many names one filter looks for.
const mostNames = 100

// peopleNamed are the numbers of the users who are called so, each once; nil for no names at all.
func (v *View) peopleNamed(names []string) ([]int64, error) {
	if len(names) == 0 {
		return nil, nil
	}
	if len(names) > mostNames {
		return nil, muster.InvalidField("username", "at most 100 names")
	}
	people := []int64{}
	for _, name := range names {
		u, err := userNamed(v.Reader, name)
		if err != nil {
			return nil, err
		}
		if u != nil && !slices.Contains(people, int64(u.ID)) {
			people = append(people, int64(u.ID))
		}
	}
	return people, nil
}

// seePresences answers the presences of a query with the names of people and topics. Whoever has just left is left out.
func (v *View) seePresences(q presence.Query, topics map[muster.ID]string) (list muster.List[SeenPresence], err error) {
	found, total := v.core.presences.board.List(q)
	ids := map[muster.ID]string{}
	for _, s := range found {
		ids[muster.ID(s.Person)] = ""
	}
	users, err := v.UsersByID(muster.MainRealm, ids)
	if err != nil {
		return list, err
	}
	by := map[muster.ID]*muster.User{}
	for _, u := range users {
		by[u.ID] = u
	}
	list.Total = total
	for _, s := range found {
		p := presenceOf(s)
		if u := by[p.User]; u != nil && u.Live() {
			list.Items = append(list.Items, SeenPresence{p, u, topics[p.Place.ID]})
		} else {
			list.Total--
		}
	}
	return list, nil
}

// ContactsSeen are the caller's contacts, and where they were lately.
type ContactsSeen struct {
	Contacts  []*muster.User
	Presences []SeenPresence
}

// ListContactsSeen lists the caller's contacts, and their presences not older than that, at any topic, the latest first. What
// is compared is whole seconds. At topics that he cannot read he sees them, but not where.
func (c *Core) ListContactsSeen(ctx context.Context, within time.Duration) (ContactsSeen, error) {
	return view(ctx, c, muster.ActionContactsSeen, func(v *View) (seen ContactsSeen, err error) {
		if err := v.Require(presenceResource(v.Actor.User)); err != nil {
			return seen, err
		}
		if seen.Contacts, err = v.Contacts(v.Actor.User); err != nil {
			return seen, err
		}
		q := c.presenceQuery(muster.Page{Limit: mostPresent})
		q.Since, q.People = q.Now.Truncate(time.Second).Add(-within), []int64{}
		for _, u := range seen.Contacts {
			q.People = append(q.People, int64(u.ID))
		}
		if within < 0 || len(q.People) == 0 {
			return seen, nil
		}
		topics, err := v.ReadableTopics(muster.MainRealm, v.Actor.User, nil)
		if err != nil {
			return seen, err
		}
		list, err := v.seePresences(q, topics)
		seen.Presences = list.Items
		return seen, err
	})
}
