package core

import (
	"testing"
	"time"

	"muster"
)

func TestImpersonation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, second, ann := h.join("admin"), h.join("second"), h.join("ann")
		h.must(h.AddMember(h.as(admin), muster.Administrators, second.User.ID))
		h.quiet()
		for name, user := range map[string]muster.ID{"unknown": 12345} {
			if _, err := h.Impersonate(h.as(admin), user, 0); err == nil {
				t.Error(name)
			}
		}
		_, err := h.Impersonate(h.as(ann), admin.User.ID, 0)
		if e, _ := muster.AsError(err); err == nil || e.Kind != muster.Denied {
			t.Errorf("a plain user acts as the administrator: %v", err)
		}
		h.quiet()
		mask, err := h.Impersonate(h.as(second), ann.User.ID, time.Hour)
		h.must(err)
		ctx, jwt := h.as(mask), h.token(mask)
		h.refused(h.ChangePassword(ctx, pass, "battery-staple"), muster.ErrDenied)
		_, err = h.UpdateUser(ctx, ann.User.ID, Profile{Email: "thief@example.org"})
		h.refused(err, muster.ErrDenied)
		_, err = h.Impersonate(ctx, second.User.ID, 0)
		if err == nil {
			t.Error("a mask wears a mask")
		}
		h.quiet()
		_, err = h.UpdateUser(ctx, ann.User.ID, Profile{Email: "ann@example.org", Name: "Ann"})
		h.must(err)
		if e := h.emitted("user.update")[0]; e.Actor != ann.User.ID || e.Behind != second.User.ID {
			t.Errorf("event of %d behind %d", e.Actor, e.Behind)
		}

		// It ends with the rights of who stands behind it, at the very next call.
		h.must(h.RemoveMember(h.as(admin), muster.Administrators, second.User.ID))
		if h.alive(jwt) {
			t.Error("somebody acts as another one who is no administrator any more")
		}
		_, err = h.UpdateUser(ctx, ann.User.ID, Profile{Email: "ann@example.org", Name: "late"})
		h.refused(err, muster.ErrUnauthenticated)
		h.must(h.AddMember(h.as(admin), muster.Administrators, second.User.ID))
		mask, err = h.Impersonate(h.as(second), ann.User.ID, 0)
		h.must(err)
		jwt = h.token(mask)
		if !h.alive(jwt) {
			t.Fatal("the mask is not good")
		}
		h.must(h.SuspendUser(h.as(admin), second.User.ID))
		if h.alive(jwt) {
			t.Error("a suspended administrator acts as somebody else")
		}
		if !h.alive(h.token(ann)) {
			t.Error("the user's own session ended")
		}
		mask, err = h.Impersonate(h.as(admin), ann.User.ID, 365*24*time.Hour)
		h.must(err)
		renewed, err := h.RenewSession(h.as(mask))
		h.must(err)
		jwt = h.token(renewed)
		h.advance(24*time.Hour + time.Minute)
		if h.alive(jwt) {
			t.Error("an impersonation outlived a day")
		}
	})
}
