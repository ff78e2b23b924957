package core

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"muster"
	"muster/internal/store"
)

// MessageForm is what wires say of a message.
type MessageForm struct {
	From       string   // 1 to 80 characters; nobody needs to be called so
	To         []string // usernames in any letter case, 1 to [muster.MaxRecipients]
	Type       string   // one of [muster.MessageTypes]
	Body       json.RawMessage
	Ext        json.RawMessage // nil: none
	OnlineOnly bool            // dropped for who has no live link
}

// SendMessage puts a message into the inboxes of users of the realm, and answers an id for each recipient, in their order: ids
// grow, and one recipient who is named twice has one message. A name that nobody has gets an id, too, and nothing is stored for
// it: who asks does not learn who exists. Of an inbox that is full the oldest message goes. The refusals are
// [muster.ErrTooManyRecipients], [muster.ErrMessageTooLarge], an invalid "from", "type", "body" or "ext", and
// [muster.ErrTooManyMessages] beyond 6,000 recipients a minute.
//
// The event counts and names ids; what was written, by whom and to whom is in no event.
func (c *Core) SendMessage(ctx context.Context, f MessageForm) ([]muster.ID, error) {
	a, realm := muster.ActionSendMessage, homeOf(muster.ActorFrom(ctx))
	app := c.app(muster.ActorFrom(ctx))
	key := cmp.Or(muster.ActorFrom(ctx).App, realm).String()
	invalid := f.prepare()
	var online map[muster.ID]bool
	if f.OnlineOnly && invalid == nil {
		found, err := c.store.Reader(ctx).Recipients(realm, foldedNames(app, f.To))
		if err != nil {
			return nil, c.explain(ctx, a, err)
		}
		online = c.Links.onlineAmong(realm, found)
	}
	took := false
	take := sync.OnceValue(func() bool { // the closure may run twice
		took = c.throttles.recipients.Take(key, len(f.To), c.now())
		return took
	})
	ids, err := do(ctx, c, a, func(tx *Tx) ([]muster.ID, error) {
		tx.About(muster.Resource{Noun: muster.NounMessage}, "recipients", len(f.To))
		if err := tx.Require(muster.Resource{Noun: muster.NounUser}); err != nil {
			return nil, err
		}
		if invalid != nil {
			return nil, invalid
		}
		if !take() {
			return nil, muster.ErrTooManyMessages
		}
		return tx.send(&f, online)
	})
	if err != nil && took {
		c.throttles.recipients.Give(key, len(f.To))
	}
	return ids, err
}

// homeOf is the realm whose users the caller speaks of.
func homeOf(a muster.Actor) muster.ID { return cmp.Or(a.Realm, muster.MainRealm) }

// How many recipients get through in what time.
const (
	recipientsWithin = time.Minute
	mostRecipients   = 6000
)

// maxSender is how long the name of a sender can be, in characters.
const maxSender = muster.MaxUsername

// prepare checks a message and takes the blanks out of it.
func (f *MessageForm) prepare() error {
	switch {
	case len(f.To) == 0 || len(f.To) > muster.MaxRecipients:
		return muster.ErrTooManyRecipients
	case f.From == "" || !muster.ValidText(f.From, maxSender):
		return muster.InvalidField("from", "1 to 80 characters, none of them control characters")
	case !muster.ValidMessageType(f.Type):
		return muster.InvalidField("type", "one of the types of messages")
	}
	var err error
	if f.Body, err = compactObject(f.Body); err != nil || f.Body == nil {
		return muster.InvalidField("body", "an object")
	}
	if f.Type == "txt" && !hasText(f.Body) {
		return muster.InvalidField("body", "an object with the text as msg")
	}
	if f.Ext, err = compactObject(f.Ext); err != nil {
		return muster.InvalidField("ext", "an object, or left out")
	}
	if len(f.Body)+len(f.Ext) > muster.MaxMessageSize {
		return muster.ErrMessageTooLarge
	}
	return nil
}

// compactObject takes the blanks out of a JSON object; nil stays nil.
func compactObject(text json.RawMessage) (json.RawMessage, error) {
	if text == nil {
		return nil, nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return nil, err
	}
	if b.Bytes()[0] != '{' || tooDeep(b.Bytes()) {
		return nil, muster.ErrMessageTooLarge
	}
	return b.Bytes(), nil
}

func hasText(body json.RawMessage) bool {
	var text struct {
		Msg *string `json:"msg"`
	}
	return json.Unmarshal(body, &text) == nil && text.Msg != nil
}

// foldedNames are usernames as keys, each once. What cannot be the username of anybody whom the application sees is left out.
func foldedNames(app *App, list []string) []string {
	var names []string
	for _, name := range list {
		if name != "" && muster.ValidText(name, muster.MaxUsername) && (app == nil || muster.ValidAppUsername(name)) {
			names = append(names, muster.FoldSignIn(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// send stores a message for everybody who is there. Where online is not nil, those who are not in it get none.
func (tx *Tx) send(f *MessageForm, online map[muster.ID]bool) ([]muster.ID, error) {
	realm := homeOf(tx.Actor)
	found, err := tx.Recipients(realm, foldedNames(tx.core.app(tx.Actor), f.To))
	if err != nil {
		return nil, err
	}
	ids := make([]muster.ID, len(f.To))
	byKey := map[string]muster.ID{}
	var list []muster.Message
	for i, to := range f.To {
		key := muster.FoldSignIn(to)
		if ids[i] = byKey[key]; ids[i] != 0 {
			continue
		}
		ids[i] = tx.NewID()
		byKey[key] = ids[i]
		r, there := found[key]
		if !there || online != nil && !online[r.User] {
			continue
		}
		list = append(list, muster.Message{ID: ids[i], User: r.User, From: f.From, Type: f.Type, Body: f.Body, Ext: f.Ext})
		if err := tx.makeRoom(realm, r); err != nil {
			return nil, err
		}
	}
	tx.recordSending(list)
	return ids, tx.InsertMessages(realm, list)
}

// makeRoom takes the oldest messages out of an inbox that is full.
func (tx *Tx) makeRoom(realm muster.ID, r store.Recipient) error {
	if r.Full == 0 {
		return nil
	}
	return tx.RemoveMessagesUpTo(realm, r.User, r.Full)
}

// recordSending names the first and the last message, by which other nodes find them all.
func (tx *Tx) recordSending(list []muster.Message) {
	res := muster.Resource{Noun: muster.NounMessage}
	if len(list) == 0 {
		tx.Record(res, "stored", 0)
		return
	}
	res.ID = list[0].ID
	tx.RecordWith(res, list[len(list)-1].ID, "stored", len(list))
}
