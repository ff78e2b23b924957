package core

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"muster"
)

// nothing is a closure's answer.
type nothing = struct{}

func TestDoFindsForgottenDuties(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		var log bytes.Buffer
		h.log = slog.New(slog.NewTextHandler(&log, nil))
		for _, x := range []struct {
			name, logged string
			f            func(*Tx) (nothing, error)
		}{
			{"no Require", errNoRequire.Error(), func(tx *Tx) (nothing, error) {
				tx.Record(muster.UserResource(ann.User.ID))
				_, err := tx.AddMember(muster.Everyone, ann.User.ID, tx.Now())
				return nothing{}, err
			}},
			{"no Record", errNoRecord.Error(), func(tx *Tx) (nothing, error) {
				return nothing{}, tx.Require(muster.UserResource(ann.User.ID))
			}},
			{"nested do", errNested.Error(), func(tx *Tx) (nothing, error) {
				return do(tx.Context(), h.Core, muster.ActionUpdateUser, func(*Tx) (nothing, error) { return nothing{}, nil })
			}},
			{"nested view", errNested.Error(), func(tx *Tx) (nothing, error) {
				_, err := h.ReadUser(tx.Context(), ann.User.ID)
				return nothing{}, err
			}},
			{"panic", "a mistake", func(*Tx) (nothing, error) { panic("a mistake") }},
			{"foreign", "the disk", func(tx *Tx) (nothing, error) { return nothing{}, errors.New("the disk is on fire") }},
		} {
			h.quiet()
			log.Reset()
			_, err := do(h.as(ann), h.Core, muster.ActionUpdateUser, x.f)
			if !errors.Is(err, muster.ErrInternal) || err.Error() != "internal error" {
				t.Errorf("%s: %v", x.name, err)
			}
			if !strings.Contains(log.String(), x.logged) {
				t.Errorf("%s: the log has no cause: %s", x.name, log.String())
			}
			if x.name != "panic" {
				h.emitted("user.update:internal")
			}
		}
		if is, err := h.store.Reader(h.context()).IsMember(muster.Everyone, ann.User.ID); is || err != nil {
			t.Errorf("a refused closure left something: %v", err)
		}
	})
}

func TestARefusalLeavesItsEventAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		h.quiet()
		_, err := do(h.as(ann), h.Core, muster.ActionSuspendUser, func(tx *Tx) (nothing, error) {
			u, err := tx.user(bob.User.ID)
			if err != nil {
				return nothing{}, err
			}
			u.Name = "changed"
			if err := tx.UpdateUser(u); err != nil {
				return nothing{}, err
			}
			tx.mailEmailChanged(u, "bob@example.org")
			tx.Record(muster.UserResource(u.ID), "secret", "never stored")
			return nothing{}, tx.Require(muster.UserResource(u.ID))
		})
		h.refused(err, muster.ErrDenied)
		e := h.emitted("user.suspend:denied")[0]
		if e.Kind != muster.Denied || e.Actor != ann.User.ID || e.Session != ann.Session.ID || e.Origin.Wire != "corteza" || e.Origin.Address != "192.0.2.1" ||
			e.Resource != muster.UserResource(bob.User.ID) || e.Changes["user.email"] != "bob@example.org" || e.Count != 1 {
			t.Errorf("event %+v", e)
		}
		if h.user(bob.User.ID).Name != "" || len(h.letters()) != 0 {
			t.Error("the refused change left more than its event")
		}
	})
}

func TestNobodyChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.quiet()
		_, err := h.CreateUser(h.nobody(), Profile{Email: "x@example.org"})
		h.refused(err, muster.ErrUnauthenticated)
		_, err = h.CreateUser(context.Background(), Profile{Email: "x@example.org"})
		h.refused(err, muster.ErrUnauthenticated)
		h.emitted()
	})
}

// TestSomebodyElsesSession: an actor who is not the one whose session he has is nobody.
func TestSomebodyElsesSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		actor := muster.ActorFrom(h.as(ann))
		actor.User = admin.User.ID
		_, err := h.CreateUser(muster.WithActor(h.context(), actor), Profile{Email: "x@example.org"})
		h.refused(err, muster.ErrUnauthenticated)
	})
}

func TestConflictingWrites(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		stale := h.user(ann.User.ID)
		_, err := h.UpdateUser(h.as(ann), ann.User.ID, Profile{Email: "ann@example.org", Name: "first"})
		h.must(err)
		_, err = do(h.system(), h.Core, muster.ActionUpdateUser, func(tx *Tx) (nothing, error) {
			tx.Record(muster.UserResource(stale.ID))
			stale.Name = "second"
			return nothing{}, errors.Join(tx.Require(muster.UserResource(stale.ID)), tx.UpdateUser(stale))
		})
		h.refused(err, muster.ErrConflictingWrite)
		if u := h.user(ann.User.ID); u.Name != "first" {
			t.Errorf("called %q", u.Name)
		}
	})
}

// TestWhoLeavesIsNotServed: a caller who has gone before his turn changes nothing and is no event.
func TestWhoLeavesIsNotServed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		h.quiet()
		ctx, cancel := context.WithCancel(h.as(ann))
		cancel()
		for range 20 {
			if _, err := h.UpdateUser(ctx, ann.User.ID, Profile{Email: "ann@example.org", Name: "gone"}); err == nil {
				h.emitted("user.update") // his turn came first: then it is done, and told
			} else if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		h.emitted()
	})
}

// TestEventsTellApart: what one event of a change keeps is not in the next.
func TestEventsTellApart(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.quiet()
		_, err := do(h.system(), h.Core, muster.ActionUpdateUser, func(tx *Tx) (nothing, error) {
			tx.Record(muster.UserResource(1), "a", "1")
			tx.Record(muster.UserResource(2), "b", "2")
			return nothing{}, tx.Require(muster.Realm())
		})
		h.must(err)
		events := h.emitted("user.update", "user.update")
		if events[0].Changes["b"] != nil || events[1].Changes["b"] != "2" {
			t.Errorf("got %v and %v", events[0].Changes, events[1].Changes)
		}
	})
}
