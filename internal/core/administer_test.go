package core

import (
	"testing"

	"muster"
)

// TestAdminister: the operation is held by who is in the group of administrators at the moment, and by nobody else.
func TestAdminister(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		other := h.join("other")
		h.must(h.AddMember(h.system(), muster.Administrators, other.User.ID))
		admit := func(in *SignedIn) error {
			t.Helper()
			_, err := h.Authenticator.Admit(h.as(in), muster.ActionReadUser, muster.OpAdminister)
			return err
		}
		h.must(admit(admin))
		h.must(admit(other))
		h.quiet()
		h.refused(admit(ann), muster.ErrDenied)
		h.emitted("user.read:denied")
		_, err := h.Authenticator.Admit(h.nobody(), muster.ActionReadUser, muster.OpAdminister)
		h.refused(err, muster.ErrUnauthenticated)
		_, err = h.Authenticator.Admit(h.system(), muster.ActionReadUser, muster.OpAdminister)
		h.must(err)

		h.must(h.RemoveMember(h.system(), muster.Administrators, other.User.ID))
		h.refused(admit(other), muster.ErrDenied)

		h.must(h.AddMember(h.system(), muster.Administrators, other.User.ID))
		acting, err := h.Impersonate(h.as(admin), ann.User.ID, 0)
		h.must(err)
		h.refused(admit(acting), muster.ErrDenied) // who acts as somebody else is no more than he
		token := h.token(other)
		h.must(h.SuspendUser(h.as(admin), other.User.ID))
		if h.alive(token) {
			t.Error("a suspended administrator is still here")
		}
	})
}

// TestADemandIsAskedAgain: who loses what the route demanded after he was let in is refused by the verb, and nothing is done.
func TestADemandIsAskedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		seers := []muster.Permission{{Noun: muster.NounUser, Operation: muster.OpRead}, {Noun: muster.NounUser, Operation: muster.OpUpdate}}
		h.group("Seers", seers, ann)
		h.must(h.AddMember(h.system(), muster.Administrators, ann.User.ID))
		ctx, err := h.Authenticator.Admit(h.as(ann), muster.ActionUpdateUser, muster.OpAdminister)
		h.must(err)
		change := Profile{Email: "bob@example.org", Name: "Bob", Handle: "bobby"}
		_, err = h.UpdateUser(ctx, bob.User.ID, change)
		h.must(err)
		h.must(h.RemoveMember(h.system(), muster.Administrators, ann.User.ID))
		h.quiet()
		change.Name = "Robert"
		_, err = h.UpdateUser(ctx, bob.User.ID, change)
		h.refused(err, muster.ErrDenied)
		_, err = h.ReadUser(ctx, bob.User.ID)
		h.refused(err, muster.ErrDenied)
		h.emitted("user.update:denied", "user.read:denied")
		if u := h.user(bob.User.ID); u.Name != "Bob" {
			t.Errorf("a refused change left %q", u.Name)
		}
		_, err = h.UpdateUser(h.as(ann), bob.User.ID, change) // rules alone decide where no route demands more
		h.must(err)
	})
}

// TestAdmitAsksForTheHouse: what an action needs on the house as a whole can be asked for before the request is read.
func TestAdmitAsksForTheHouse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		h.group("Makers", may(muster.NounRealm, muster.OpUserCreate), bob)
		h.quiet()
		_, err := h.Authenticator.Admit(h.as(ann), muster.ActionCreateUser, "")
		h.refused(err, muster.ErrDenied)
		h.emitted("user.create:denied")
		_, err = h.Authenticator.Admit(h.as(bob), muster.ActionCreateUser, "")
		h.must(err)
		_, err = h.Authenticator.Admit(h.as(bob), muster.ActionListGroups, muster.OpUserCreate)
		h.must(err)
		_, err = h.Authenticator.Admit(h.as(bob), muster.ActionListGroups, muster.OpGroupCreate)
		h.refused(err, muster.ErrDenied)
	})
}

// TestNoRuleSpeaksOfAdminister: the operation is neither shown nor given.
func TestNoRuleSpeaksOfAdminister(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.as(h.join("admin"))
		list, err := h.ListOperations(admin)
		h.must(err)
		for _, p := range list {
			if p.Operation == muster.OpAdminister {
				t.Error("it is shown")
			}
		}
		crew := h.group("Crew", nil)
		err = h.SetRules(admin, crew, []muster.Rule{{Resource: muster.Realm(), Operation: muster.OpAdminister, Access: muster.Allow}})
		h.refused(err, muster.InvalidField("rule", ""))
	})
}
