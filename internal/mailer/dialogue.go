package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// The steps of a dialogue, as errors name them.
const (
	stepConnect = "connect"
	stepTLS     = "TLS"
	stepHello   = "EHLO"
	stepAuth    = "AUTH"
	stepMail    = "MAIL"
	stepRcpt    = "RCPT"
	stepData    = "DATA"
)

// A dialogue is one connection to a server, for one mail.
type dialogue struct {
	ctx  context.Context
	s    *SMTP
	conn net.Conn // the bare one; its deadlines hold for TLS on it too
	c    *smtp.Client
}

// hand goes through all steps. Once the server has taken the mail nothing can fail any more: the mail must not be sent again
// only because the farewell went wrong.
func (d *dialogue) hand(l letter) error {
	if err := d.enter(); err != nil {
		return err
	}
	if err := d.envelope(l); err != nil {
		return err
	}
	if err := d.do(stepData, func() error { return d.data(l.octets) }); err != nil {
		return err
	}
	_ = d.do("QUIT", d.c.Quit)
	return nil
}

// do runs a step within its time.
func (d *dialogue) do(step string, f func() error) error {
	err := d.conn.SetDeadline(time.Now().Add(d.s.step))
	if err == nil {
		err = f()
	}
	if err == nil {
		return nil
	}
	return refusal(d.ctx, step, err)
}

// enter goes as far as the server lets us in.
func (d *dialogue) enter() error {
	conn := d.conn
	if d.s.implicit {
		secure := tls.Client(conn, d.s.tls())
		if err := d.do(stepTLS, secure.Handshake); err != nil {
			return err
		}
		conn = secure
	}
	greet := func() (err error) { d.c, err = smtp.NewClient(conn, d.s.host); return err }
	if err := d.do(stepConnect, greet); err != nil {
		return err
	}
	if err := d.do(stepHello, func() error { return d.c.Hello(d.s.hello) }); err != nil {
		return err
	}
	if !d.s.implicit && !d.s.plain {
		if err := d.do(stepTLS, d.startTLS); err != nil {
			return err
		}
	}
	if d.s.user == "" {
		return nil
	}
	return d.do(stepAuth, d.auth)
}

var (
	errNoTLS  = errors.New("the server offers no STARTTLS, and is not on this machine")
	errNoAuth = errors.New("the server offers neither AUTH PLAIN nor AUTH LOGIN")
	errNoUTF8 = errors.New("the server does not take addresses that are not ASCII")
)

func (d *dialogue) startTLS() error {
	if ok, _ := d.c.Extension("STARTTLS"); !ok {
		return errNoTLS
	}
	return d.c.StartTLS(d.s.tls())
}

// auth proves who we are, over TLS or to a server on this machine.
func (d *dialogue) auth() error {
	_, offered := d.c.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	switch {
	case slices.Contains(ways, "PLAIN"):
		return d.c.Auth(smtp.PlainAuth("", d.s.user, d.s.password, d.s.host, d.s.plain))
	case slices.Contains(ways, "LOGIN"):
		return d.c.Auth(smtp.LoginAuth(d.s.user, d.s.password, d.s.host, d.s.plain))
	}
	return errNoAuth
}

// envelope asks for SMTPUTF8 only where an address needs it: the next server on the way may not know it.
func (d *dialogue) envelope(l letter) error {
	utf8 := !ascii(l.to)
	d.c.SkipSMTPUTF8(!utf8)
	if ok, _ := d.c.Extension("SMTPUTF8"); utf8 && !ok {
		return refusal(d.ctx, stepRcpt, errNoUTF8)
	}
	if err := d.do(stepMail, func() error { return d.c.Mail("<" + l.from + ">") }); err != nil {
		return err
	}
	return d.do(stepRcpt, func() error { return d.c.Rcpt("<" + l.to + ">") })
}

func (d *dialogue) data(octets []byte) error {
	w, err := d.c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(octets); err != nil {
		return err
	}
	return w.Close()
}

// refusal makes a failure of what went wrong in a step. It keeps the digits of an answer and leaves its words out, which
// often repeat what they are about.
func refusal(ctx context.Context, step string, err error) error {
	f := &failure{class: "unreachable", text: step + ": " + plainText(err), down: true}
	var answer *textproto.Error
	var protocol textproto.ProtocolError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &answer):
		about := step == stepMail || step == stepRcpt || step == stepData
		f.class = "smtp-" + strconv.Itoa(answer.Code)
		f.text = step + " was answered with " + strconv.Itoa(answer.Code)
		f.permanent = answer.Code/100 == 5 && (step == stepRcpt || step == stepData)
		f.down = !about || answer.Code == 421 // "going away"
	case errors.Is(err, errNoUTF8):
		f.class, f.permanent, f.down = "utf8", true, false
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		f.class, f.text = "timeout", step+": the server did not answer in time"
	case errors.As(err, &protocol):
		f.class = "protocol"
	case errors.As(err, &certificate), step == stepTLS:
		f.class = "tls"
	case step == stepAuth:
		f.class = "auth"
	}
	return f
}

// plainText is the text of errors that are known to hold nothing of the mail, the password or the server's words.
func plainText(err error) string {
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return certificate.Error()
	case errors.As(err, &network):
		return network.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server hung up"
	}
	for _, ours := range []error{errNotHere, errNoTLS, errNoAuth, errNoUTF8} {
		if errors.Is(err, ours) {
			return ours.Error()
		}
	}
	return "the server's answer was not understood"
}
