package core

import (
	"context"
	"time"

	"muster"
)

// waitingSince is when the oldest message was sent that still waits.
func (c *Core) waitingSince() time.Time { return c.now().Add(-c.messagesStay) }

// MostReceived are the messages that are received at once.
const MostReceived = 50

// ReceiveMessages answers what waits in the caller's own inbox, oldest first: the next [MostReceived] behind a message, or with 0
// from the beginning. It stays there until he acknowledges it.
func (c *Core) ReceiveMessages(ctx context.Context, after muster.ID) ([]*muster.Message, error) {
	since := c.waitingSince()
	return view(ctx, c, muster.ActionReceiveMessages, func(v *View) ([]*muster.Message, error) {
		if err := v.requireInbox(); err != nil {
			return nil, err
		}
		return v.Inbox(v.Actor.Realm, v.Actor.User, since, after, MostReceived)
	})
}

// requireInbox refuses who has no inbox.
func (v *View) requireInbox() error {
	if v.Actor.User == 0 {
		return muster.ErrDenied
	}
	return v.Require(muster.Resource{Noun: muster.NounMessage})
}

// AcknowledgeMessages takes messages out of the caller's own inbox, up to [muster.MaxInbox] at once, and answers how many of them
// were there: those of others, and those that have gone before, do not count.
func (c *Core) AcknowledgeMessages(ctx context.Context, ids []muster.ID) (int, error) {
	return do(ctx, c, muster.ActionAcknowledgeMessages, func(tx *Tx) (int, error) {
		res := muster.Resource{Noun: muster.NounMessage}
		if err := tx.Require(res); err != nil {
			return 0, err
		}
		switch {
		case tx.Actor.User == 0:
			return 0, muster.ErrDenied
		case len(ids) == 0 || len(ids) > muster.MaxInbox:
			return 0, muster.InvalidField("ids", "1 to 500 at once")
		}
		n, err := tx.RemoveMessages(tx.Actor.Realm, tx.Actor.User, ids)
		tx.Record(res, "acknowledged", n)
		return n, err
	})
}

// CountMessages counts what waits in the inbox of a user.
func (c *Core) CountMessages(ctx context.Context, user muster.ID) (int, error) {
	since := c.waitingSince()
	return view(ctx, c, muster.ActionCountMessages, func(v *View) (int, error) {
		if err := v.someone(user); err != nil {
			return 0, err
		}
		return v.InboxSize(homeOf(v.Actor), user, since)
	})
}

// MessageWaits reports whether a message is in the inbox of a user. One that he has acknowledged, one that has become too old and
// one that never was are the same here.
func (c *Core) MessageWaits(ctx context.Context, user, id muster.ID) (bool, error) {
	since := c.waitingSince()
	return view(ctx, c, muster.ActionReadMessageState, func(v *View) (bool, error) {
		if err := v.someone(user); err != nil {
			return false, err
		}
		return v.MessageWaits(homeOf(v.Actor), user, id, since)
	})
}

// The size of the slices in which old messages are removed.
const cleanMessages = 1000

// CleanMessages removes messages for which nobody came in time, and answers how many. Only the house itself may ask.
func (c *Core) CleanMessages(ctx context.Context) (removed int, err error) {
	if !muster.ActorFrom(ctx).System {
		return 0, muster.ErrDenied
	}
	before := c.waitingSince()
	for {
		n, err := c.removeMessages(ctx, muster.ActionCleanMessages, before)
		removed += n
		if err != nil || n < cleanMessages {
			return removed, err
		}
	}
}

// removeMessages removes one slice.
func (c *Core) removeMessages(ctx context.Context, action muster.Action, before time.Time) (int, error) {
	switch any, err := c.store.Reader(ctx).AnyMessageBefore(before); {
	case err != nil:
		return 0, c.explain(ctx, action, err)
	case !any:
		return 0, nil
	}
	return do(ctx, c, action, func(tx *Tx) (int, error) {
		res := muster.Resource{Noun: muster.NounMessage}
		if err := tx.Require(res); err != nil {
			return 0, err
		}
		n, err := tx.RemoveMessagesBefore(before, cleanMessages)
		tx.Record(res, "removed", n)
		return n, err
	})
}

// someone refuses unless the user is there and the caller may ask about him.
func (v *View) someone(user muster.ID) error {
	u, err := v.User(homeOf(v.Actor), user)
	app := v.core.app(v.Actor)
	switch {
	case err != nil:
		return err
	case u != nil && !u.Deleted() && (app == nil || app.mine(u)):
		return v.RequireOrSelf(u.ID)
	}
	if err := v.Require(muster.UserResource(0)); err != nil {
		return err
	}
	return muster.ErrUserNotFound
}
