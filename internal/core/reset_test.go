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

		// Each token opens its own door and no other.
		_, err := h.ResetPassword(h.nobody(), mailed, "battery-staple")
		h.refused(err, muster.ErrTokenUnknown)
		_, err = h.ConfirmEmail(h.nobody(), mailed)
		h.refused(err, muster.ErrTokenUnknown)
		_, err = h.ExchangeToken(h.nobody(), mailed)
		h.refused(err, muster.ErrTokenUnknown)
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
		_, err = h.ExchangeResetToken(h.nobody(), exchanged.Token)
		h.refused(err, muster.ErrTokenUnknown)
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
