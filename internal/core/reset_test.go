package core

import (
	"strings"
	"testing"

	"muster"
)

func TestPasswordReset(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		jwt := h.token(ann)
		h.quiet()
		for _, unknown := range []string{"nobody@example.org", "", "a\x00b@example.org", "a@b,c@d"} {
			h.must(h.RequestPasswordReset(h.nobody(), unknown))
		}
		if len(h.letters()) != 0 {
			t.Error("a mail to nobody")
		}
		h.emitted("user.request-password-reset:not-found", "user.request-password-reset:not-found", "user.request-password-reset:not-found", "user.request-password-reset:not-found")
		h.must(h.RequestPasswordReset(h.nobody(), "ANN@example.org"))
		letters := h.letters()
		if len(letters) != 1 || letters[0].To != "ann@example.org" || letters[0].Kind != MailReset {
			t.Fatalf("mails: %+v", letters)
		}
		mailed := letters[0].Token

		var exchanged *Exchanged
		errs := atOnce(16, func(int) error {
			x, err := h.ExchangeResetToken(h.nobody(), mailed)
			if err == nil {
				exchanged = x
			}
			return err
		})
		if succeeded(errs) != 1 {
			t.Fatalf("exchanged %d times: %v", succeeded(errs), errs)
		}
		if !h.alive(jwt) {
			t.Error("a session ended too early")
		}
		in, err := h.ResetPassword(h.nobody(), exchanged.Token, "battery-staple")
		h.must(err)
		if h.alive(jwt) || !h.alive(h.token(in)) {
			t.Error("want the old sessions ended and a new one begun")
		}
		_, err = h.ResetPassword(h.nobody(), exchanged.Token, "battery-staple")
		h.refused(err, muster.ErrTokenUnknown)
		_, err = h.signIn("ann", "battery-staple")
		h.must(err)
	})
}

func TestANewPasswordVoidsResetTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		h.must(h.RequestPasswordReset(h.nobody(), "ann@example.org"))
		mailed := h.letters()[0].Token
		h.must(h.SetPassword(h.system(), ann.User.ID, "battery-staple"))
		_, err := h.ExchangeResetToken(h.nobody(), mailed)
		h.refused(err, muster.ErrTokenUnknown)
		_, err = h.ExchangeResetToken(h.nobody(), strings.Repeat("x", 20))
		h.refused(err, muster.ErrInvalidToken)
	})
}

// issued is a fresh token of a purpose.
func (h *house) issued(u *muster.User, purpose string) (token string) {
	h.t.Helper()
	secret := newMailSecret()
	h.must(h.store.Write(h.context(), func(stx *storeTx) error {
		issued, err := (&Tx{Tx: stx, core: h.Core}).issueToken(u, purpose, secret, mailTokenLife)
		token = secret + issued.ID.String()
		return err
	}, nil))
	return token
}

// TestMailTokenMatrix: every purpose at every door. Each token opens its own and no other, 32 at once open it once, and a
// changed e-mail, a suspension and an hour shut it.
func TestMailTokenMatrix(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		doors := map[string]func(token string) error{
			MailConfirmation: func(token string) error { _, err := h.ConfirmEmail(h.nobody(), token); return err },
			MailReset:        func(token string) error { _, err := h.ExchangeResetToken(h.nobody(), token); return err },
			purposeReset:     func(token string) error { _, err := h.ResetPassword(h.nobody(), token, "battery-staple"); return err },
			purposeExternal:  func(token string) error { _, err := h.ExchangeToken(h.nobody(), token); return err },
		}
		for purpose, own := range doors {
			in := h.join(purpose)
			token := h.issued(in.User, purpose)
			for name, door := range doors {
				if name != purpose {
					h.refused(door(token), muster.ErrTokenUnknown)
				}
			}
			if n := succeeded(atOnce(32, func(int) error { return own(token) })); n != 1 {
				t.Errorf("%s: %d of 32 uses at once succeeded", purpose, n)
			}
			h.refused(own(token), muster.ErrTokenUnknown)

			changed := h.issued(in.User, purpose)
			_, err := h.UpdateUser(h.system(), in.User.ID, Profile{Email: "other-" + purpose + "@example.org"})
			h.must(err)
			h.refused(own(changed), muster.ErrTokenUnknown)
			late := h.issued(h.user(in.User.ID), purpose)
			h.advance(mailTokenLife)
			h.refused(own(late), muster.ErrTokenUnknown)
			suspended := h.issued(h.user(in.User.ID), purpose)
			h.must(h.SuspendUser(h.system(), in.User.ID))
			h.refused(own(suspended), muster.ErrTokenUnknown)
		}
	})
}
