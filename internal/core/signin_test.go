package core

import (
	"strings"
	"sync"
	"testing"
	"time"

	"muster"
	"muster/internal/password"
	"muster/internal/store"
)

// TestNoOracle: whatever is wrong, a sign-in is refused alike. That it takes as long is BenchmarkNoOracle.
func TestNoOracle(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		suspended, deleted := h.join("suspended"), h.join("deleted")
		h.must(h.SuspendUser(h.system(), suspended.User.ID))
		h.must(h.DeleteUser(h.system(), deleted.User.ID))
		_, err := h.CreateUser(h.system(), Profile{Email: "none@example.org"})
		h.must(err)
		for _, x := range []struct{ name, password string }{
			{"admin", "wrong-horse"},
			{"admin", ""},
			{"admin", strings.Repeat("x", 2000)},
			{"unknown", pass},
			{"suspended", pass},
			{"deleted", pass},
			{"none", pass},
			{"none", ""},
			{"b\x00b", pass},
			{"b\xffb", pass},
		} {
			h.quiet()
			_, err := h.signIn(x.name, x.password)
			h.refused(err, muster.ErrBadCredentials)
			events := h.emitted("session.open:bad-credentials")
			if strings.Contains(h.changes(events[0]), x.password) && x.password != "" {
				t.Errorf("%s: the password is in the audit trail", x.name)
			}
		}
	})
}

func TestTypedNamesInTheAuditTrail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.quiet()
		_, err := h.SignIn(h.nobody(), Proof{Email: "hunter2-hunter2", Password: pass})
		h.refused(err, muster.ErrBadCredentials)
		if e := h.emitted("session.open:bad-credentials")[0]; strings.Contains(h.changes(e), "hunter2") {
			t.Error("what is no e-mail may be a password in the wrong field")
		}
	})
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		h.quiet()
		in, err := h.SignIn(h.nobody(), Proof{Email: "ANN@Example.org", Password: pass})
		h.must(err)
		if in.Session.ID == ann.Session.ID || in.Session.Wire != "corteza" || in.Session.Address != "192.0.2.1" {
			t.Errorf("session %+v", in.Session)
		}
		e := h.emitted("session.open")[0]
		if e.Actor != ann.User.ID || e.Related != ann.User.ID || e.Resource.ID != in.Session.ID || e.Changes["email"] != "ANN@Example.org" {
			t.Errorf("event %+v", e)
		}
		h.must(h.SetSettings(h.system(), []muster.Setting{{Name: muster.SettingPasswordSignIn, Value: []byte("false")}}))
		_, err = h.signIn("ann", pass)
		h.refused(err, muster.ErrSignInDisabled)
		h.refused(h.ChangePassword(h.as(in), pass, "battery-staple"), muster.ErrSignInDisabled)
	})
}

// TestSignInByAnyName: e-mail or username, in any letter case, where the wire takes both.
func TestSignInByAnyName(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		made, err := h.SignUp(h.nobody(), NewAccount{Email: "Bob.Brown@example.org", Password: pass})
		h.must(err)
		for _, name := range []string{"ann", "ANN", "ann@example.org", "Ann@Example.ORG", "bob.brown"} {
			h.quiet()
			_, err := h.SignIn(h.by("crust"), Proof{Email: name, Password: pass, AnyName: true})
			h.must(err)
			h.emitted("session.open")
			_, err = h.SignIn(h.by("crust"), Proof{Email: name, Password: "wrong-horse", AnyName: true})
			h.refused(err, muster.ErrBadCredentials)
			if e := h.emitted("session.open:bad-credentials")[0]; e.Changes["email"] != name && e.Changes["username"] != name {
				t.Errorf("%s: event %+v", name, e)
			}
		}
		_, err = h.SignIn(h.by("corteza"), Proof{Email: "ann", Password: pass})
		h.refused(err, muster.ErrBadCredentials) // not where the wire takes e-mails alone
		for _, name := range []string{"", " ", "hunter2", "Bob Brown", "bob", made.User.ID.String(), "ann\x00", strings.Repeat("a", 5000)} {
			h.quiet()
			_, err := h.SignIn(h.by("crust"), Proof{Email: name, Password: pass, AnyName: true})
			h.refused(err, muster.ErrBadCredentials)
			if e := h.emitted("session.open:bad-credentials")[0]; e.Changes["username"] != nil || e.Changes["email"] != nil {
				t.Errorf("%q is in the audit trail, and may be a password", name)
			}
		}
	})
}

func TestStaleHashesAreMadeAnew(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		was := h.phc(ann.User.ID)
		h.hasher = password.New(password.Options{Params: password.Params{MemoryKiB: 128, Time: 1, Threads: 1}})
		if _, err := h.signIn("ann", "wrong-horse"); err == nil || h.phc(ann.User.ID) != was {
			t.Error("a wrong password changed the hash")
		}
		_, err := h.signIn("ann", pass)
		h.must(err)
		if now := h.phc(ann.User.ID); !strings.Contains(now, "m=128,") {
			t.Errorf("the hash is still %s", now)
		}
		if !h.alive(h.token(ann)) {
			t.Error("a new hash of the same password ended a session")
		}
	})
}

// TestPasswordThatChangedMeanwhile: what was verified before the transaction is compared again inside.
func TestPasswordThatChangedMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		v, err := h.verify(h.nobody(), h.user(ann.User.ID), pass)
		h.must(err)
		h.must(h.SetPassword(h.system(), ann.User.ID, "battery-staple"))
		h.quiet()
		_, err = h.startSession(h.nobody(), Proof{Email: "ann@example.org"}, v)
		h.refused(err, muster.ErrBadCredentials)
		h.refused(h.sendConfirmation(h.nobody(), v), muster.ErrBadCredentials)
		h.emitted("session.open:bad-credentials")
		if len(h.letters()) != 0 {
			t.Error("a mail was sent")
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		here, there := h.token(ann), ""
		other, err := h.signIn("ann", pass)
		h.must(err)
		there = h.token(other)
		ctx := h.as(ann)
		h.quiet()
		h.refused(h.ChangePassword(ctx, "", "battery-staple"), muster.ErrWeakPassword)
		h.refused(h.ChangePassword(ctx, pass, "short"), muster.ErrWeakPassword)
		h.refused(h.ChangePassword(ctx, "wrong-horse", "battery-staple"), muster.ErrOldPassword)
		h.refused(h.ChangePassword(h.nobody(), pass, "battery-staple"), muster.ErrUnauthenticated)
		h.refused(h.ChangePassword(h.system(), pass, "battery-staple"), muster.ErrUnauthenticated)
		if !h.alive(there) {
			t.Error("a refusal ended a session")
		}
		h.must(h.ChangePassword(ctx, pass, "battery-staple"))
		h.emitted("user.change-password:weak-password", "user.change-password:weak-password", "user.change-password:old-password", "user.change-password")
		if !h.alive(here) || h.alive(there) {
			t.Errorf("here %v, there %v; want the session that did it, and no other, to live", h.alive(here), h.alive(there))
		}
		if _, err := h.signIn("ann", pass); err == nil {
			t.Error("the old password still lets in")
		}
		_, err = h.signIn("ann", "battery-staple")
		h.must(err)
		u := h.user(ann.User.ID)
		if !u.UpdatedAt.IsZero() || !u.ChangedAt.After(u.CreatedAt) {
			t.Error("a password moves changedAt and not updatedAt")
		}
	})
}

func TestSetPassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		jwt := h.token(ann)
		h.quiet()
		h.refused(h.SetPassword(h.as(bob), ann.User.ID, "battery-staple"), muster.ErrDenied)
		h.refused(h.SetPassword(h.as(ann), ann.User.ID, "battery-staple"), muster.ErrDenied) // the own one needs the old one
		h.refused(h.SetPassword(h.as(admin), ann.User.ID, "short"), muster.ErrWeakPassword)
		h.refused(h.SetPassword(h.as(admin), 12345, "battery-staple"), muster.ErrUserNotFound)
		h.refused(h.SetPassword(h.nobody(), ann.User.ID, "battery-staple"), muster.ErrUnauthenticated)
		if !h.alive(jwt) {
			t.Error("a refusal ended a session")
		}
		h.must(h.SetPassword(h.as(admin), ann.User.ID, "battery-staple"))
		h.emitted("user.set-password:denied", "user.set-password:denied", "user.set-password:weak-password", "user.set-password:not-found", "user.set-password")
		if h.alive(jwt) {
			t.Error("the user's session lives on")
		}
		jwt = h.token(admin)
		other, err := h.signIn("admin", pass)
		h.must(err)
		h.must(h.SetPassword(h.as(admin), admin.User.ID, "battery-staple"))
		if !h.alive(jwt) || h.alive(h.token(other)) {
			t.Error("who sets his own password keeps this session and no other")
		}
	})
}

// TestRevocationMatrix: sessions end at the very next call, also with tokens that were handed out and are remembered. On other
// nodes: TestNodesLearnOfEachOther; through each façade: row 4 of docs/ops/refusals.md.
func TestRevocationMatrix(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		for name, end := range map[string]func(*SignedIn) error{
			"logout":   func(in *SignedIn) error { return h.SignOut(h.as(in)) },
			"suspend":  func(in *SignedIn) error { return h.SuspendUser(h.as(admin), in.User.ID) },
			"delete":   func(in *SignedIn) error { return h.DeleteUser(h.as(admin), in.User.ID) },
			"password": func(in *SignedIn) error { return h.SetPassword(h.as(admin), in.User.ID, "battery-staple") },
			"own": func(in *SignedIn) error {
				other, err := h.signIn("own", pass)
				h.must(err)
				return h.ChangePassword(h.as(other), pass, "battery-staple")
			},
			"reset": func(in *SignedIn) error {
				_, err := h.ResetPassword(h.nobody(), h.issued(in.User, purposeReset), "battery-staple")
				return err
			},
		} {
			in := h.join(name)
			jwt, ctx := h.token(in), h.as(in)
			_, err := h.ReadUser(ctx, in.User.ID)
			h.must(err)
			h.must(end(in))
			if h.alive(jwt) {
				t.Errorf("%s: the token still lets in", name)
			}
			// A request that was let in before comes too late as well.
			_, err = h.ReadUser(ctx, in.User.ID)
			h.refused(err, muster.ErrUnauthenticated)
			_, err = h.UpdateUser(ctx, in.User.ID, Profile{Email: in.User.Email, Name: "late"})
			h.refused(err, muster.ErrUnauthenticated)
			if name == "suspend" {
				h.must(h.UnsuspendUser(h.as(admin), in.User.ID))
				if h.alive(jwt) {
					t.Error("the end of the suspension brought a session back")
				}
			}
		}
	})
}

func TestSignOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		other, err := h.signIn("ann", pass)
		h.must(err)
		renewed, err := h.RenewSession(h.as(ann))
		h.must(err)
		jwt := h.token(renewed)
		h.quiet()
		h.must(h.SignOut(h.as(ann)))
		h.emitted("session.close")
		if h.alive(jwt) || !h.alive(h.token(other)) {
			t.Error("want the session with all its tokens to end, and no other")
		}
		h.emitted("session.refused:unauthenticated")
	})
}

func TestRenewalsEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		first := h.token(ann)
		h.advance(29 * 24 * time.Hour)
		renewed, err := h.RenewSession(h.as(ann))
		h.must(err)
		if renewed.Session.ID != ann.Session.ID || !renewed.Session.ExpiresAt.Equal(ann.Session.ExpiresAt) {
			t.Error("renewing made another session or moved its end")
		}
		second := h.token(renewed)
		h.advance(24*time.Hour - time.Minute)
		if !h.alive(first) {
			t.Error("the earlier token is good until its own end")
		}
		h.advance(2 * time.Minute)
		if h.alive(first) || !h.alive(second) {
			t.Error("want the first token to end after 30 days, and the second to live")
		}
		h.advance(28 * 24 * time.Hour) // day 58
		third, err := h.Authenticator.WithJWT(h.nobody(), second)
		h.must(err)
		renewed, err = h.RenewSession(third)
		h.must(err)
		jwt := h.token(renewed)
		h.advance(29 * 24 * time.Hour) // day 87
		fourth, err := h.Authenticator.WithJWT(h.nobody(), jwt)
		h.must(err)
		renewed, err = h.RenewSession(fourth)
		h.must(err)
		jwt = h.token(renewed)
		h.advance(3*24*time.Hour + time.Hour)
		if h.alive(jwt) {
			t.Error("a chain of renewals outlived 90 days")
		}
	})
}

func TestTokensAreBoundToTheirWire(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		jwt := h.token(ann)
		ctx := muster.WithActor(h.context(), muster.Actor{Origin: muster.Origin{Wire: "crust", Address: "192.0.2.1"}})
		_, err := h.Authenticator.WithJWT(ctx, jwt)
		h.refused(err, muster.ErrUnauthenticated)
		for i := range len(jwt) {
			bad := []byte(jwt)
			bad[i] ^= 1
			if h.alive(string(bad)) {
				t.Errorf("byte %d of the token does not matter", i)
			}
		}
	})
}

func TestHundredAndFirstSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := h.join("ann")
		oldest, second := h.token(in), ""
		for i := range sessionsPerUser - 1 {
			next, err := h.signIn("ann", pass)
			h.must(err)
			if i == 0 {
				second = h.token(next)
			}
		}
		if !h.alive(oldest) {
			t.Fatal("the oldest of a hundred sessions has ended")
		}
		_, err := h.signIn("ann", pass)
		h.must(err)
		if h.alive(oldest) || !h.alive(second) {
			t.Error("want the hundred and first to end the oldest and no other")
		}
	})
}

// phc is the stored hash of a user.
func (h *house) phc(user muster.ID) string {
	h.t.Helper()
	s, err := h.store.Reader(h.context()).Credential(user, store.CredentialPassword)
	h.must(err)
	return s
}

// TestNothingIsRememberedTooLong: whoever fills the memory while a change is made does not bring back what was before it.
func TestNothingIsRememberedTooLong(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		for round := range 8 {
			in, err := h.signIn("ann", pass)
			h.must(err)
			jwt := h.token(in)
			stop, busy := make(chan struct{}), sync.WaitGroup{}
			for range 4 {
				busy.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
							h.rights.forgetUser(ann.User.ID) // so that it is filled again and again
							_, _ = h.rights.of(h.context(), muster.MainRealm, in.Session.ID)
						}
					}
				})
			}
			h.must(h.SuspendUser(h.system(), ann.User.ID))
			for range 20 {
				if h.alive(jwt) {
					t.Fatalf("round %d: a suspended user is let in", round)
				}
			}
			close(stop)
			busy.Wait()
			if h.alive(jwt) {
				t.Fatalf("round %d: a suspended user is let in later", round)
			}
			h.must(h.UnsuspendUser(h.system(), ann.User.ID))
			if h.alive(jwt) {
				t.Fatalf("round %d: an ended session is alive", round)
			}
		}
	})
}
