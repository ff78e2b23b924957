package core

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"muster"
)

// The limits of messages (agora-chat.md, 7).
const (
	MostRecipients = 600 // of one message

	mostWaiting  = 500                // in one inbox; more push the oldest out
	messagesStay = 7 * 24 * time.Hour // in an inbox
	mostAMinute  = 6000               // recipients, of one application

	messageSlice = 100 // recipients in one transaction
)

// A Sending is a message to several users.
type Sending struct {
	Sender    string   // any name; nobody checks it
	To        []string // usernames
	Kind      string
	Body, Ext json.RawMessage
	Fleeting  bool // only for who is there at this moment: it waits for nobody
}

// SendMessages puts a message into the inbox of each recipient, and answers their ids by the name that was given. They grow in the
// order of the names. A name that nobody has gets an id, too, and so does everybody for a message that waits for nobody; then
// nothing is kept. It fails with [muster.ErrTooManyMessages] beyond 6,000 recipients a minute. Only the application itself sends.
//
// Each inbox holds 500 messages: a new one pushes the oldest out. What was not fetched within seven days is gone.
func (c *Core) SendMessages(ctx context.Context, s Sending) (map[string]muster.ID, error) {
	a, actor := muster.ActionSendMessages, muster.ActorFrom(ctx)
	app := c.app(actor)
	if !actor.AsApp || app == nil {
		c.recordRefusal(ctx, actor, a, muster.Event{Resource: muster.Resource{Noun: muster.NounMessage}}, muster.ErrDenied)
		return nil, c.explain(ctx, a, muster.ErrDenied)
	}
	if len(s.To) == 0 || len(s.To) > MostRecipients {
		return nil, muster.InvalidField("to", "1 to %d", MostRecipients)
	}
	if !c.throttles.inboxes.Take(app.ID.String(), len(s.To), mostAMinute, c.now()) {
		return nil, c.explain(ctx, a, muster.ErrTooManyMessages)
	}
	list, ids, err := c.addressed(ctx, app, s)
	if err != nil {
		return nil, c.explain(ctx, a, err)
	}
	// In slices, so that a message to hundreds keeps nobody waiting who writes beside it. The first is there even if it is empty:
	// that something was sent is an event.
	for first := true; first || len(list) > 0; first = false {
		slice := list[:min(len(list), messageSlice)]
		list = list[len(slice):]
		if _, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) { return struct{}{}, tx.put(app, slice, len(s.To)) }); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// addressed makes one message for each recipient who is there, and an id for each who is named.
func (c *Core) addressed(ctx context.Context, app *App, s Sending) (list []*muster.Message, ids map[string]muster.ID, err error) {
	q, ids := c.store.Reader(ctx), map[string]muster.ID{}
	var there []muster.ID
	for _, name := range s.To {
		if ids[name] != 0 {
			continue
		}
		u, err := appUserNamed(q, app, name)
		if err != nil {
			return nil, nil, err
		}
		m := &muster.Message{ID: c.store.NewID(), Realm: app.ID, Sender: s.Sender, Kind: s.Kind, Body: s.Body, Ext: s.Ext}
		ids[name] = m.ID
		if u == nil || s.Fleeting || slices.Contains(there, u.ID) { // once, however often he is named
			continue
		}
		m.User, there, list = u.ID, append(there, u.ID), append(list, m)
	}
	return list, ids, nil
}

// put puts messages into inboxes. Who is locked out finds them when he is let in again.
func (tx *Tx) put(app *App, list []*muster.Message, recipients int) error {
	all := muster.Resource{Noun: muster.NounMessage}
	if err := tx.Require(all); err != nil {
		return err
	}
	for _, m := range list {
		if _, err := tx.InsertMessage(m); err != nil {
			return err
		}
		if err := tx.TrimMessages(app.ID, m.User, mostWaiting); err != nil {
			return err
		}
	}
	tx.Record(all, "message.recipients", recipients, "message.kept", len(list))
	return nil
}

// oldest is since when messages are kept.
func (c *Core) oldest() time.Time { return c.now().Add(-messagesStay) }

// ReadInbox answers what waits for the caller, oldest first, behind the message of that id.
func (c *Core) ReadInbox(ctx context.Context, after muster.ID, most int) ([]*muster.Message, error) {
	since := c.oldest()
	return view(ctx, c, muster.ActionReadInbox, func(v *View) ([]*muster.Message, error) {
		if v.Actor.User == 0 {
			return nil, muster.ErrDenied
		}
		if err := v.Require(muster.Resource{Noun: muster.NounMessage}); err != nil {
			return nil, err
		}
		return v.Messages(v.Actor.App, v.Actor.User, since, after, most)
	})
}

// AckMessages takes messages out of the caller's inbox, and answers how many were there. What is not there is left alone.
func (c *Core) AckMessages(ctx context.Context, ids []muster.ID) (int, error) {
	return do(ctx, c, muster.ActionAckMessages, func(tx *Tx) (int, error) {
		all := muster.Resource{Noun: muster.NounMessage}
		if err := tx.Require(all); err != nil {
			return 0, err
		}
		if tx.Actor.User == 0 {
			return 0, muster.ErrDenied
		}
		if len(ids) > mostWaiting {
			return 0, muster.InvalidField("ids", "at most %d", mostWaiting)
		}
		acked := 0
		for _, id := range ids {
			was, err := tx.RemoveMessage(tx.Actor.App, tx.Actor.User, id)
			if err != nil {
				return 0, err
			}
			if was {
				acked++
			}
		}
		tx.Record(all, "message.acknowledged", acked)
		return acked, nil
	})
}

// CountMessages counts what waits for a user of the application.
func (c *Core) CountMessages(ctx context.Context, called string) (int, error) {
	app, since := c.app(muster.ActorFrom(ctx)), c.oldest()
	return view(ctx, c, muster.ActionCountMessages, func(v *View) (int, error) {
		u, err := v.called(app, called)
		if err != nil {
			return 0, err
		}
		return v.Reader.CountMessages(app.ID, u.ID, since)
	})
}

// MessageWaits reports whether a message waits for a user of the application.
func (c *Core) MessageWaits(ctx context.Context, called string, id muster.ID) (bool, error) {
	app, since := c.app(muster.ActorFrom(ctx)), c.oldest()
	return view(ctx, c, muster.ActionMessageState, func(v *View) (bool, error) {
		u, err := v.called(app, called)
		if err != nil {
			return false, err
		}
		return v.Reader.MessageWaits(app.ID, u.ID, id, since)
	})
}

// called is the user who is called so, for a caller who may ask about him.
func (v *View) called(app *App, called string) (*muster.User, error) {
	u, err := appUserCalled(v.Reader, app, called)
	if err != nil {
		return nil, err
	}
	if u == nil {
		if err := v.Require(muster.UserResource(0)); err != nil {
			return nil, err
		}
		return nil, muster.ErrUserNotFound
	}
	return u, v.RequireOrSelf(u.ID)
}

// DropOldMessages removes what nobody has fetched for seven days. Only the house itself asks.
func (c *Core) DropOldMessages(ctx context.Context) error {
	const slice = 1000
	before := c.oldest()
	for _, app := range c.Authenticator.Apps() {
		for {
			some, err := c.store.Reader(ctx).AnyMessageBefore(app.ID, before)
			if err != nil {
				return c.explain(ctx, muster.ActionDropOldMessages, err)
			}
			if !some {
				break
			}
			if err := c.dropMessages(ctx, muster.ActionDropOldMessages, app, before, slice); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Core) dropMessages(ctx context.Context, a muster.Action, app *App, before time.Time, most int) error {
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		all := muster.Resource{Noun: muster.NounMessage}
		if err := tx.Require(all); err != nil {
			return struct{}{}, err
		}
		if !tx.Actor.System {
			return struct{}{}, muster.ErrDenied
		}
		n, err := tx.RemoveOldMessages(app.ID, before, most)
		tx.Record(all, "application.name", app.Name, "messages.removed", n)
		return struct{}{}, err
	})
	return err
}
