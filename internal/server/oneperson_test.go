package server_test

import (
	"fmt"
	"slices"
	"testing"

	"muster"
	"muster/internal/core"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

// These tests look at one person and one group through every dialect that there is: what is done by one is so for all of them,
// at once (one-core). The dialects are the rows of wires, in oneperson_wires_test.go.

// A view is a house with an administrator who is signed in by every wire.
type view struct {
	*testing.T
	s     *mustertest.Server
	wires []wire
	admin map[string]asking // by the name of the wire
}

func throughEveryWire(t *testing.T, f func(v *view)) {
	storetest.Each(t, func(t *testing.T, engine string) {
		v := &view{t, mustertest.Start(t, engine), wires(), map[string]asking{}}
		for _, w := range v.wires {
			v.admin[w.name] = v.as(w, "admin", mustertest.AdminPassword)
		}
		f(v)
	})
}

// as is somebody, signed in by a wire.
func (v *view) as(w wire, name, password string) asking {
	v.Helper()
	token := ""
	if w.enter != nil {
		token = w.enter(v.T, v.s, name)
	} else {
		token = w.signIn(v.T, v.s, name, password)
	}
	if token == "" {
		v.Fatalf("%s can't sign in by %s", name, w.name)
	}
	return asking{v.T, &mustertest.Client{URL: v.s.URL, Token: token}}
}

// each runs f for each wire that has what it needs.
func (v *view) each(has func(wire) bool, f func(w wire, admin asking)) {
	v.Helper()
	for _, w := range v.wires {
		if has(w) {
			f(w, v.admin[w.name])
		}
	}
}

// person makes somebody by a wire, or by the core where the wire makes nobody.
func (v *view) person(w wire, name string) muster.ID {
	v.Helper()
	if w.createUser != nil {
		return w.createUser(v.admin[w.name], name)
	}
	return v.wires[0].createUser(v.admin[v.wires[0].name], name)
}

// is wants every wire to show somebody as one in that state is shown, and to let him in or not.
func (v *view) is(after string, user muster.ID, name, password string, want state) {
	v.Helper()
	for _, w := range v.wires {
		c := v.admin[w.name]
		if w.list != nil && slices.Contains(w.list(c), user) != slices.Contains(w.listed, want) {
			v.Errorf("%s: %s lists %s: %v", after, w.name, want, !slices.Contains(w.listed, want))
		}
		if w.readUser != nil {
			if _, there := w.readUser(c, user); there != slices.Contains(w.read, want) {
				v.Errorf("%s: %s shows %s: %v", after, w.name, want, there)
			}
		}
		if w.signIn != nil {
			if in := w.signIn(v.T, v.s, name, password) != ""; in != slices.Contains(w.signsIn, want) {
				v.Errorf("%s: %s lets %s in: %v", after, w.name, want, in)
			}
		}
	}
}

// tokens are somebody's, of every wire.
func (v *view) tokens(name, password string) map[string]string {
	v.Helper()
	tokens := map[string]string{}
	for _, w := range v.wires {
		if w.signIn == nil {
			continue
		}
		if tokens[w.name] = w.signIn(v.T, v.s, name, password); tokens[w.name] == "" {
			v.Fatalf("%s can't sign in by %s", name, w.name)
		}
	}
	return tokens
}

// open wants the tokens to open their wire, or nothing; and never another one.
func (v *view) open(after string, tokens map[string]string, want bool) {
	v.Helper()
	for _, w := range v.wires {
		for of, token := range tokens {
			if got := w.lets(v.T, v.s, token); got != (want && of == w.name) {
				v.Errorf("%s: a token of %s opens %s: %v", after, of, w.name, got)
			}
		}
	}
}

// TestOnePersonInEveryState: whoever locks somebody out or lets him in does it for all wires, and ends the sessions of all.
func TestOnePersonInEveryState(t *testing.T) {
	throughEveryWire(t, func(v *view) {
		for i, w := range v.wires {
			name, c := fmt.Sprint("person", i), v.admin[w.name]
			user := v.person(w, name)
			v.is("made by "+w.name, user, name, known, isActive)
			tokens := v.tokens(name, known)
			v.open("signed in", tokens, true)
			if w.suspend != nil {
				w.suspend(c, user)
				v.is("suspended by "+w.name, user, name, known, isSuspended)
				v.open("suspended by "+w.name, tokens, false)
				w.unsuspend(c, user)
				v.is("unsuspended by "+w.name, user, name, known, isActive)
				v.open("unsuspended by "+w.name, tokens, false) // what is dead stays dead
				tokens = v.tokens(name, known)
			}
			if w.delete == nil {
				continue
			}
			w.delete(c, user)
			v.is("deleted by "+w.name, user, name, known, isDeleted)
			v.open("deleted by "+w.name, tokens, false)
			v.each(func(w wire) bool { return w.undelete != nil }, func(other wire, admin asking) {
				other.undelete(admin, user)
				v.is("undeleted by "+other.name, user, name, known, isActive)
				v.open("undeleted by "+other.name, tokens, false)
				w.delete(c, user)
			})
		}
	})
}

// TestOneUnconfirmedPerson: somebody who has not proven his e-mail is there, and gets in nowhere.
func TestOneUnconfirmedPerson(t *testing.T) {
	throughEveryWire(t, func(v *view) {
		in, err := v.s.Core.SignUp(muster.WithActor(t.Context(), muster.House()), core.NewAccount{Email: "new@example.org", Password: known})
		if err != nil {
			t.Fatal(err)
		}
		v.is("signed up", in.User.ID, "new", known, isUnconfirmed)
		m := v.s.Mail(v.T, func(m mustertest.Mail) bool { return m.To() == "new@example.org" })
		if _, err := v.s.Core.ConfirmEmail(muster.WithActor(t.Context(), muster.Actor{Origin: muster.Origin{Wire: "corteza"}}), m.Token()); err != nil {
			t.Fatal(err)
		}
		v.is("confirmed", in.User.ID, "new", known, isActive)
	})
}

// TestOnePersonsNames: who is renamed by one wire is called so by all.
func TestOnePersonsNames(t *testing.T) {
	throughEveryWire(t, func(v *view) {
		for i, w := range v.wires {
			name := fmt.Sprint("person", i)
			user := v.person(w, name)
			called := func(want string) {
				t.Helper()
				v.each(func(w wire) bool { return w.readUser != nil }, func(other wire, admin asking) {
					got, there := other.readUser(admin, user)
					if !there || got.Name != want || got.Email != name+"@example.org" || got.Username != name && got.Username != "" {
						v.Errorf("made by %s, %s shows %+v, want the name %q", w.name, other.name, got, want)
					}
				})
			}
			called(name)
			v.each(func(w wire) bool { return w.rename != nil }, func(other wire, admin asking) {
				fresh := name + " renamed by " + other.name // Tat has each name once
				other.rename(admin, user, fresh)
				called(fresh)
			})
		}
	})
}

// TestOnePassword: it is one for all wires, and a new one ends the sessions of all.
func TestOnePassword(t *testing.T) {
	throughEveryWire(t, func(v *view) {
		user, now := v.person(v.wires[0], "ann"), known
		v.each(func(w wire) bool { return w.password != nil }, func(w wire, admin asking) {
			tokens, fresh := v.tokens("ann", now), "fresh-by-"+w.name
			w.password(admin, user, fresh)
			v.open("a new password by "+w.name, tokens, false)
			v.is("a new password by "+w.name, user, "ann", fresh, isActive)
			v.each(func(w wire) bool { return w.signIn != nil }, func(other wire, _ asking) {
				if other.signIn(v.T, v.s, "ann", now) != "" {
					v.Errorf("after a new password by %s, %s takes the old one", w.name, other.name)
				}
			})
			now = fresh
		})
	})
}

// TestOnePersonsKey: a key is a credential beside the password. It is refused as long as somebody is locked out by whatever wire,
// and good again when he is back; passwords and sessions are nothing to it, nor it to them.
func TestOnePersonsKey(t *testing.T) {
	throughEveryWire(t, func(v *view) {
		user := v.person(v.wires[0], "ann")
		v.each(func(w wire) bool { return w.enter != nil }, func(w wire, _ asking) {
			tokens := v.tokens("ann", known)
			key := w.enter(v.T, v.s, "ann")
			opens := func(after string, want bool) {
				t.Helper()
				for _, other := range v.wires {
					if got := other.lets(v.T, v.s, key); got != (want && other.name == w.name) {
						v.Errorf("%s: a key of %s opens %s: %v", after, w.name, other.name, got)
					}
				}
			}
			opens("new", true)
			v.open("a new key", tokens, true)
			v.each(func(w wire) bool { return w.password != nil }, func(other wire, admin asking) {
				other.password(admin, user, known)
				opens("a new password by "+other.name, true)
			})
			v.each(func(w wire) bool { return w.suspend != nil }, func(other wire, admin asking) {
				other.suspend(admin, user)
				opens("suspended by "+other.name, false)
				other.unsuspend(admin, user)
				opens("unsuspended by "+other.name, true)
			})
			v.each(func(w wire) bool { return w.delete != nil }, func(other wire, admin asking) {
				other.delete(admin, user)
				opens("deleted by "+other.name, false)
				v.wires[0].undelete(v.admin[v.wires[0].name], user)
				opens("undeleted", true)
			})
		})
	})
}

// TestOneGroup: a group that one wire makes, fills, renames or takes away is so in all.
func TestOneGroup(t *testing.T) {
	throughEveryWire(t, func(v *view) {
		ann, bob := v.person(v.wires[0], "ann"), v.person(v.wires[0], "bob")
		grouped := func(after string, group muster.ID, name string, there bool, members ...muster.ID) {
			t.Helper()
			v.each(func(w wire) bool { return w.readGroup != nil }, func(w wire, admin asking) {
				if got, is := w.readGroup(admin, group); is != there || there && got != name {
					v.Errorf("%s: %s shows the group %q, %v", after, w.name, got, is)
				}
				for _, user := range []muster.ID{ann, bob} {
					got, _ := w.readUser(admin, user)
					if there && got.Groups[group] != slices.Contains(members, user) {
						v.Errorf("%s: %s shows %v in %v", after, w.name, user, got.Groups)
					}
				}
			})
		}
		makes := func(w wire) bool { return w.createGroup != nil }
		v.each(makes, func(w wire, admin asking) {
			group := w.createGroup(admin, "Made by "+w.name, ann)
			grouped("made by "+w.name, group, "Made by "+w.name, true, ann)
			v.each(makes, func(other wire, by asking) {
				other.renameGroup(by, group, "Renamed by "+other.name)
				grouped("renamed by "+other.name, group, "Renamed by "+other.name, true, ann)
				other.addMember(by, group, bob)
				grouped("filled by "+other.name, group, "Renamed by "+other.name, true, ann, bob)
				other.removeMember(by, group, ann)
				grouped("emptied by "+other.name, group, "Renamed by "+other.name, true, bob)
				other.removeMember(by, group, bob)
				other.addMember(by, group, ann)
			})
			if w.archiveGroup != nil {
				archived := w.createGroup(admin, "Archived by "+w.name, ann)
				w.archiveGroup(admin, archived)
				grouped("archived by "+w.name, archived, "", false)
			}
			w.deleteGroup(admin, group)
			grouped("deleted by "+w.name, group, "", false)
		})
	})
}

// TestOneAdministrator: who joins the administrators by one wire is one in all, at once, and is none as soon as he has left.
func TestOneAdministrator(t *testing.T) {
	throughEveryWire(t, func(v *view) {
		ann := v.person(v.wires[0], "ann")
		tokens := v.tokens("ann", known)
		v.each(func(w wire) bool { return w.enter != nil }, func(w wire, _ asking) { tokens[w.name] = w.enter(v.T, v.s, "ann") })
		acts := func(after string, want bool) {
			t.Helper()
			v.each(func(w wire) bool { return w.readUser != nil }, func(w wire, admin asking) {
				if got, _ := w.readUser(admin, ann); got.Groups[muster.Administrators] != want {
					v.Errorf("%s: %s shows her in %v", after, w.name, got.Groups)
				}
				// What she sees by her own token tells what she may: others' e-mails.
				got, _ := w.readUser(asking{v.T, &mustertest.Client{URL: v.s.URL, Token: tokens[w.name]}}, v.adminID())
				if (got.Email == mustertest.AdminEmail) != want {
					v.Errorf("%s: %s shows her the e-mail %q", after, w.name, got.Email)
				}
			})
		}
		acts("at first", false)
		v.each(func(w wire) bool { return w.addMember != nil }, func(w wire, admin asking) {
			w.addMember(admin, muster.Administrators, ann)
			acts("promoted by "+w.name, true)
			w.removeMember(admin, muster.Administrators, ann)
			acts("demoted by "+w.name, false)
		})
	})
}

func (v *view) adminID() muster.ID {
	v.Helper()
	list, err := v.s.Core.ListMembers(muster.WithActor(v.Context(), muster.House()), muster.Administrators)
	if err != nil {
		v.Fatal(err)
	}
	return list[0]
}
