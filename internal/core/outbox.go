package core

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"muster"
	"muster/internal/store"
)

// An Outbox is what has to leave the house: it hands out deliveries and takes back what became of them.
type Outbox struct {
	c    *Core
	wake chan struct{}
}

// A Letter is a mail that is due, with the texts that settings give it at this moment.
type Letter struct {
	ID       muster.ID
	Kind     string
	To       string
	Token    string           // what the link carries
	Expires  time.Time        // when the token does; zero if the letter carries none
	User     *muster.User     // whom it is about, as he is now
	Reminder *muster.Reminder // what it tells of, as it is now; nil in letters that tell of none
	Attempts int              // including this one

	URL           string // the link, with its token; "" for a letter without
	Callback      string // what stands in place of a link, with its token, in letters of plain text
	Subject, Body string // "" where no setting says: the house's own
	Header,
	Footer string
	Logo                  string
	BaseURL               string
	FromName, FromAddress string

	delivery store.Delivery
}

// Wake is signalled when something new is due on this node.
func (o *Outbox) Wake() <-chan struct{} { return o.wake }

func (o *Outbox) poke() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Lease answers letters that are due, the longest due first. Nobody else gets them until the lease runs out. With an error
// there may be letters all the same; those that it is about come again.
func (o *Outbox) Lease(ctx context.Context, lease time.Duration) ([]Letter, error) {
	now := o.c.now()
	q := o.c.store.Reader(ctx)
	if waits, err := q.DeliveryWaits(deliveryMail, now); err != nil || !waits {
		return nil, err
	}
	texts, err := o.c.settings(q)
	if err != nil {
		return nil, err
	}
	var due []store.Delivery
	err = o.c.store.Write(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.LeaseDeliveries(deliveryMail, now, now.Add(lease))
		return err
	}, nil)
	if err != nil {
		return nil, err
	}
	var letters []Letter
	var errs []error
	for _, d := range due {
		m, link, err := o.open(d)
		if err != nil {
			errs = append(errs, err, o.Finish(ctx, Letter{delivery: d}, "unreadable"))
			continue
		}
		l := o.c.letter(texts, m, link)
		l.ID, l.Attempts, l.delivery = d.ID, d.Attempts, d
		if err := o.about(ctx, &l, m); err != nil {
			errs = append(errs, err) // nobody knows whether it should be sent: it comes again when the lease has run out
			continue
		}
		letters = append(letters, l)
	}
	return letters, errors.Join(errs...)
}

// about reads what a letter is about.
func (o *Outbox) about(ctx context.Context, l *Letter, m mail) (err error) {
	q := o.c.store.Reader(ctx)
	if l.User, err = q.User(muster.MainRealm, m.User); err == nil && m.Reminder != 0 {
		l.Reminder, err = q.Reminder(muster.MainRealm, m.Reminder)
	}
	return err
}

// open answers what a delivery holds, and the token in the clear. An error is for good.
func (o *Outbox) open(d store.Delivery) (m mail, token string, err error) {
	if err := json.Unmarshal([]byte(d.Payload), &m); err != nil || m.Token == "" {
		return m, "", err
	}
	plain, err := o.c.keys.Open(sealContext(m), m.Token)
	return m, string(plain), err
}

// letter gives a mail the texts that the settings hold. A text that is set and empty is as good as none, save for header,
// footer, logo and name, which a mail can do without.
func (c *Core) letter(s settings, m mail, token string) Letter {
	usual := c.defaults()
	text := func(name string) string {
		if v := s.text(name); v != "" {
			return v
		}
		return usual.text(name)
	}
	l := Letter{
		Kind: m.Kind, To: m.To, Token: token, Expires: m.Expires,
		Header: s.text(muster.SettingMailHeader), Footer: s.text(muster.SettingMailFooter), Logo: s.text(muster.SettingMailLogo),
		BaseURL: text(muster.SettingBaseURL), FromName: s.text(muster.SettingMailFromName), FromAddress: text(muster.SettingMailFromAddress),
	}
	switch m.Kind {
	case MailWelcome, MailNewKey:
		l.Callback = strings.ReplaceAll(m.Callback, TokenPlace, token)
	case MailConfirmation:
		l.URL = text(muster.SettingConfirmationURL) + token
		l.Subject, l.Body = text(muster.SettingConfirmationSubject), text(muster.SettingConfirmationBody)
	case MailReset:
		l.URL = text(muster.SettingResetURL) + token
		l.Subject, l.Body = text(muster.SettingResetSubject), text(muster.SettingResetBody)
	case MailMessage:
		l.Token = ""
		l.Subject, l.Body = messageTexts(token)
	}
	return l
}

// errLost is what somebody gets whose lease ran out, and whose letter or errand somebody else has taken since.
var errLost = errors.New("the lease has run out, and somebody else has it")

// Waiting counts the letters that have not left yet, also those of other nodes, up to 10,000.
func (o *Outbox) Waiting(ctx context.Context) (int, error) {
	return o.c.store.Reader(ctx).DeliveriesWaiting(deliveryMail)
}

// Finish says that a letter is done, for good (failure "") or ill; what it carried is blanked. It fails if somebody else has
// the letter by now.
func (o *Outbox) Finish(ctx context.Context, l Letter, failure string) error {
	return o.settle(ctx, func(tx *store.Tx) (bool, error) { return tx.FinishDelivery(l.delivery, tx.Now(), failure) })
}

// Postpone says that a letter failed and is to be tried again after that time. It fails if somebody else has the letter by now.
func (o *Outbox) Postpone(ctx context.Context, l Letter, after time.Duration, failure string) error {
	return o.settle(ctx, func(tx *store.Tx) (bool, error) {
		return tx.PostponeDelivery(l.delivery, tx.Now().Add(after), failure)
	})
}

// GiveBack says that nobody has tried to send a letter: it is due as before, and the attempt does not count. It fails if
// somebody else has the letter by now.
func (o *Outbox) GiveBack(ctx context.Context, l Letter) error {
	return o.settle(ctx, func(tx *store.Tx) (bool, error) { return tx.GiveBackDelivery(l.delivery) })
}

func (o *Outbox) settle(ctx context.Context, f func(*store.Tx) (bool, error)) error {
	return o.c.store.Write(ctx, func(tx *store.Tx) error {
		ours, err := f(tx)
		if err == nil && !ours {
			err = errLost
		}
		return err
	}, nil)
}
