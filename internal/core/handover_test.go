package core

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store"
)

// An ownedThing is one object of somebody: who makes it, and who it shows as its owner.
type ownedThing struct {
	make  func(h *house, ctx context.Context, in *SignedIn) muster.ID
	owner func(h *house, id muster.ID) muster.ID
}

// ownedThings has one for each entry of the register of owned nouns.
func ownedThings() map[string]ownedThing {
	remind := func(h *house, ctx context.Context, in *SignedIn) muster.ID {
		m, err := h.CreateReminder(ctx, ReminderForm{Resource: "call:1", AssignedTo: in.User.ID})
		h.must(err)
		return m.ID
	}
	reminder := func(h *house, id muster.ID) *muster.Reminder {
		m, err := h.ReadReminder(h.system(), id)
		h.must(err)
		return m
	}
	return map[string]ownedThing{
		`"user".owner`: {
			func(h *house, _ context.Context, in *SignedIn) muster.ID {
				made, err := h.CreateUser(h.system(), Profile{Email: in.User.Username + "-bot@example.org", Kind: muster.KindBot})
				h.must(err)
				bot := h.user(made.ID)
				bot.Owner = in.User.ID
				h.must(h.store.Write(h.context(), func(tx *storeTx) error { return tx.UpdateUser(bot) }, nil))
				return bot.ID
			},
			func(h *house, id muster.ID) muster.ID { return h.user(id).Owner },
		},
		"application.owner": {
			func(h *house, ctx context.Context, _ *SignedIn) muster.ID {
				a, err := h.CreateApplication(ctx, ApplicationForm{Name: "One"})
				h.must(err)
				return a.ID
			},
			func(h *house, id muster.ID) muster.ID {
				a, err := h.ReadApplication(h.system(), id)
				h.must(err)
				return a.Owner
			},
		},
		"attachment.owner": {
			func(h *house, ctx context.Context, _ *SignedIn) muster.ID {
				return h.uploaded(ctx, "ui.one.logo", upload("a.png", "image/png", bytes.NewReader(pngOf(1, 1))))
			},
			func(h *house, id muster.ID) muster.ID {
				a, err := h.store.Reader(h.context()).Attachment(muster.MainRealm, id)
				h.must(err)
				return a.Owner
			},
		},
		"group_manager.manager": {
			func(h *house, _ context.Context, in *SignedIn) muster.ID {
				group := h.group("Managed by "+in.User.Username, nil)
				h.must(h.AddManager(h.system(), group, in.User.ID))
				return group
			},
			func(h *house, group muster.ID) muster.ID {
				managers, err := h.store.Reader(h.context()).PeopleOf([]muster.ID{group})
				h.must(err)
				for _, name := range managers[group].Managers {
					u, err := h.LookUpUser(h.system(), name)
					h.must(err)
					return u.ID
				}
				return 0
			},
		},
		"reminder.assigned_to": {remind, func(h *house, id muster.ID) muster.ID { return reminder(h, id).AssignedTo }},
		"reminder.assigned_by": {remind, func(h *house, id muster.ID) muster.ID { return reminder(h, id).AssignedBy }},
	}
}

// TestHandOverTakesEverything: whatever the register has is made, handed over, and somebody else's then.
func TestHandOverTakesEverything(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		ann, bob, eve := h.join("ann"), h.join("bob"), h.join("eve")
		makers := []muster.Permission{{Noun: muster.NounRealm, Operation: muster.OpApplicationCreate}, {Noun: muster.NounRealm, Operation: muster.OpSettingsManage}}
		h.group("Makers", makers, ann, eve)
		things, mine, others := ownedThings(), map[string]muster.ID{}, map[string]muster.ID{}
		for _, o := range store.Owned() {
			key := o.Table + "." + o.Column
			thing, ok := things[key]
			if !ok {
				t.Errorf("nobody has shown that %s is handed over: say here how such a thing is made and who owns it", key)
				continue
			}
			mine[key], others[key] = thing.make(h, h.as(ann), ann), thing.make(h, h.as(eve), eve)
		}
		h.must(h.DeleteUser(h.as(admin), ann.User.ID)) // what she owned can be handed over later
		counts, err := h.CountOwned(h.as(admin), ann.User.ID)
		h.must(err)
		h.quiet()
		moved, err := h.HandOver(h.as(admin), ann.User.ID, bob.User.ID)
		h.must(err)
		e := h.emitted("user.hand-over")[0]
		if moved.Total() != int64(len(mine)) || counts.Total() != moved.Total() || e.Resource != muster.UserResource(ann.User.ID) || e.Related != bob.User.ID {
			t.Errorf("moved %v, counted %v, event %+v", moved, counts, e)
		}
		for noun, n := range moved {
			if got, ok := e.Changes["moved."+string(noun)]; !ok || n == 0 {
				t.Errorf("the event counts %v of %s, %d were moved", got, noun, n)
			}
		}
		for key := range mine {
			if got := things[key].owner(h, mine[key]); got != bob.User.ID {
				t.Errorf("%s: the owner is %s, not %s", key, got, bob.User.ID)
			}
			if got := things[key].owner(h, others[key]); got != eve.User.ID {
				t.Errorf("%s: somebody else's was taken", key)
			}
		}
		again, err := h.HandOver(h.as(admin), ann.User.ID, bob.User.ID)
		h.must(err)
		h.emitted("user.hand-over")
		if again.Total() != 0 {
			t.Errorf("a second time %v", again)
		}
	})
}

func TestWhoHandsOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		updaters := []muster.Permission{{Noun: muster.NounUser, Operation: muster.OpUpdate}, {Noun: muster.NounUser, Operation: muster.OpDelete}}
		h.group("Updaters", updaters, ann)
		h.quiet()
		_, err := h.HandOver(h.as(ann), ann.User.ID, bob.User.ID) // not even what is hers
		h.refused(err, muster.ErrDenied)
		_, err = h.CountOwned(h.as(ann), bob.User.ID)
		h.refused(err, muster.ErrDenied)
		h.emitted("user.hand-over:denied", "user.owned:denied")
		ctx := h.as(admin)
		for _, x := range []struct{ from, to muster.ID }{{0, bob.User.ID}, {ann.User.ID, 0}, {12345, bob.User.ID}, {ann.User.ID, 12345}, {0, 0}} {
			_, err := h.HandOver(ctx, x.from, x.to)
			h.refused(err, muster.ErrUserNotFound)
		}
		_, err = h.HandOver(ctx, ann.User.ID, ann.User.ID)
		h.refused(err, muster.InvalidField("owner", ""))
		h.must(h.SuspendUser(ctx, bob.User.ID))
		_, err = h.HandOver(ctx, ann.User.ID, bob.User.ID)
		h.refused(err, muster.ErrUserNotFound)
		h.must(h.UnsuspendUser(ctx, bob.User.ID))
		h.must(h.DeleteUser(ctx, bob.User.ID))
		_, err = h.HandOver(ctx, ann.User.ID, bob.User.ID)
		h.refused(err, muster.ErrUserNotFound)
		_, err = h.CountOwned(ctx, 12345)
		h.refused(err, muster.ErrUserNotFound)
	})
}

// TestARefusedHandOverMovesNothing: what fails in the middle leaves everything where it was.
func TestARefusedHandOverMovesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.join("ann"), h.join("bob")
		m, err := h.CreateReminder(h.as(ann), ReminderForm{AssignedTo: ann.User.ID})
		h.must(err)
		_, err = do(h.as(ann), h.Core, muster.ActionHandOver, func(tx *Tx) (nothing, error) {
			if err := tx.Require(muster.Realm()); err != nil {
				return nothing{}, err
			}
			counts, err := tx.Tx.HandOver(muster.MainRealm, ann.User.ID, bob.User.ID, tx.Now())
			if len(counts) != 1 {
				t.Errorf("moved %v", counts)
			}
			return nothing{}, errors.Join(err, errors.New("the disk is on fire"))
		})
		if !errors.Is(err, muster.ErrInternal) || strings.Contains(err.Error(), "fire") {
			t.Errorf("got %v", err)
		}
		if read, err := h.ReadReminder(h.as(ann), m.ID); err != nil || read.AssignedTo != ann.User.ID {
			t.Errorf("read %+v, %v", read, err)
		}
	})
}

func TestTooMuchIsNotHandedOver(t *testing.T) {
	much := Owned{muster.NounReminder: maxHandOver - 1, muster.NounAttachment: 1}
	if err := much.check(); err != nil {
		t.Error(err)
	}
	if much[muster.NounUser]++; !errors.Is(much.check(), muster.ErrTooMuch) {
		t.Error("it was taken")
	}
}

// TestHandingOverHasTime: its closure has more of it than others.
func TestHandingOverHasTime(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for action, least := range map[muster.Action]time.Duration{muster.ActionHandOver: 10 * time.Second, muster.ActionCreateUser: 0} {
			_, err := do(h.system(), h.Core, action, func(tx *Tx) (nothing, error) {
				end, ok := tx.Context().Deadline()
				if left := time.Until(end); !ok || left < least || least == 0 && left > 2*time.Second {
					t.Errorf("%s has %v", action.Name, left)
				}
				tx.Record(muster.Realm())
				return nothing{}, tx.Require(muster.Realm())
			})
			h.must(err)
		}
	})
}

func TestLookUpUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		ctx := h.as(admin)
		id := ann.User.ID
		for _, name := range []string{"ann", "ANN", "Ann@Example.org", id.String(), id.Hex(), id.UUID()} {
			if u, err := h.LookUpUser(ctx, name); err != nil || u.ID != id {
				t.Errorf("%q is %+v, %v", name, u, err)
			}
		}
		h.must(h.DeleteUser(ctx, id))
		if u, err := h.LookUpUser(ctx, id.String()); err != nil || u.ID != id {
			t.Errorf("who is deleted is %+v, %v", u, err)
		}
		for _, name := range []string{"ann", "", "x y", "12345", strings.Repeat("9", 40)} {
			_, err := h.LookUpUser(ctx, name)
			h.refused(err, muster.ErrUserNotFound)
		}
		digits, err := h.CreateUser(h.system(), Profile{Email: "d@example.org", Username: id.String()})
		h.must(err)
		if u, err := h.LookUpUser(ctx, id.String()); err != nil || u.ID != digits.ID {
			t.Errorf("a username of digits is %+v, %v", u, err)
		}
		_, err = h.LookUpUser(h.as(h.join("bob")), "admin")
		h.refused(err, muster.ErrDenied)
	})
}
