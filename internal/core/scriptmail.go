package core

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"muster"
	"muster/internal/store"
)

// MailMessage is the kind of a mail that a script has written.
const MailMessage = "message"

// The bounds of a mail that a script writes.
const (
	maxMessageTo      = 20
	maxMessageSubject = 255      // bytes
	maxMessageHTML    = 32 << 10 // bytes
)

// A Message is a mail as a script writes it.
type Message struct {
	To      []string // e-mails of users of the house, and of nobody else
	Subject string
	HTML    string // between the header and the footer that all mails have
}

// SendMail puts a mail of a script into the outbox, one for each user to whom it goes. The script has to run as an
// administrator. It fails with [muster.ErrUserNotFound] if an address is nobody's, and with [muster.ErrThrottled] if somebody has
// got enough mail; then nobody gets it.
func (c *Core) SendMail(ctx context.Context, m Message) error {
	if err := c.checkMessage(&m); err != nil {
		return err
	}
	actor := muster.ActorFrom(ctx)
	may, err := mayMessage(c.store.Reader(ctx), actor)
	var to []*muster.User
	if err == nil && may { // else nobody learns who has an account
		to, err = c.recipients(ctx, m.To)
	}
	if err != nil {
		return c.explain(ctx, muster.ActionSendMail, err)
	}
	_, err = do(ctx, c, muster.ActionSendMail, func(tx *Tx) (struct{}, error) {
		if err := tx.Require(muster.Realm()); err != nil {
			return struct{}{}, err
		}
		if may, err := mayMessage(tx.Reader, actor); err != nil || !may || len(to) == 0 {
			return struct{}{}, cmp.Or[error](err, muster.ErrDenied)
		}
		for _, u := range to {
			tx.RecordWith(muster.UserResource(u.ID), 0, userChanges("user", u)...)
			if err := tx.mailMessage(u, m); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

func (c *Core) checkMessage(m *Message) error {
	m.Subject = strings.TrimSpace(m.Subject)
	switch {
	case len(m.To) == 0 || len(m.To) > maxMessageTo:
		return muster.InvalidField("to", "1 to %d addresses", maxMessageTo)
	case m.Subject == "" || len(m.Subject) > maxMessageSubject || !muster.ValidText(m.Subject, maxMessageSubject):
		return muster.InvalidField("subject", "1 to %d bytes of text", maxMessageSubject)
	case strings.TrimSpace(m.HTML) == "" || len(m.HTML) > maxMessageHTML:
		return muster.InvalidField("html", "1 to %d bytes", maxMessageHTML)
	}
	if c.checkTemplate != nil && c.checkTemplate(messageBody(m.HTML)) != nil {
		return muster.InvalidField("html", "no HTML that can be sent")
	}
	return nil
}

// messageBody makes a template of what a script wrote: what looks like one in it is text.
func messageBody(html string) string {
	return "{{.EmailHeaderEn}}\n" + strings.ReplaceAll(html, "{{", `{{"{{"}}`) + "\n{{.EmailFooterEn}}"
}

// recipients are the users whose e-mails these are, each once, who may get another mail.
func (c *Core) recipients(ctx context.Context, addresses []string) (to []*muster.User, err error) {
	known := map[muster.ID]bool{}
	for _, a := range addresses {
		u, err := c.userByEmail(ctx, strings.TrimSpace(a))
		switch {
		case err != nil:
			return nil, err
		case u == nil || !u.Live():
			return nil, muster.ErrUserNotFound
		case known[u.ID]:
			continue
		case !c.mayMail(ctx, u):
			return nil, muster.ErrThrottled
		}
		known[u.ID] = true
		to = append(to, u)
	}
	return to, nil
}

// mayMessage reports whether somebody may write to users: a script that runs as an administrator.
func mayMessage(q *store.Reader, actor muster.Actor) (bool, error) {
	if actor.Script == "" {
		return false, nil
	}
	return q.IsMember(muster.Administrators, actor.User)
}

// mailMessage mails the user what a script wrote. It is sealed until it is sent, like a token.
func (tx *Tx) mailMessage(u *muster.User, m Message) error {
	text, err := json.Marshal(Message{Subject: m.Subject, HTML: m.HTML})
	if err != nil {
		return err
	}
	out := mail{Kind: MailMessage, User: u.ID, To: u.Email}
	out.Token, err = tx.core.keys.Seal(sealContext(out), text)
	tx.mails = append(tx.mails, out)
	return err
}

// messageTexts are the subject and the body of a mail that a script wrote.
func messageTexts(sealed string) (subject, body string) {
	var m Message
	if json.Unmarshal([]byte(sealed), &m) != nil {
		return "", ""
	}
	return m.Subject, messageBody(m.HTML)
}
