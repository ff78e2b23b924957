package store

import (
	"testing"
	"time"

	"muster"
)

// A tenant is one of everything in a realm.
type tenant struct {
	user    *muster.User
	group   *muster.Group
	session *muster.Session
	token   *MailToken

	organisation *muster.Organisation
	application  *muster.Application
	reminder     *muster.Reminder
	attachment   *muster.Attachment
}

func newTenant(t *testing.T, s *Store, realm muster.ID) tenant {
	t.Helper()
	x := tenant{user: newUser(s, realm, "ann"), group: insertGroupIn(t, s, realm, "Staff")}
	x.user.Email, x.user.Handle, x.user.Name = "ann@example.org", "ann", "Ann"
	x.session = &muster.Session{ID: s.NewID(), Realm: realm, User: x.user.ID, CreatedAt: x.user.CreatedAt, ExpiresAt: x.user.CreatedAt.Add(time.Hour)}
	x.token = &MailToken{ID: s.NewID(), Realm: realm, User: x.user.ID, Purpose: "reset", ExpiresAt: x.user.CreatedAt.Add(time.Hour)}
	x.group.Handle = "staff"
	at := x.user.CreatedAt
	x.organisation = &muster.Organisation{ID: s.NewID(), Realm: realm, Name: "Acme", CreatedAt: at, Version: 1}
	x.application = &muster.Application{ID: s.NewID(), Realm: realm, Name: "Chat", Launcher: &muster.Launcher{URL: "/chat"}, CreatedAt: at, Version: 1}
	x.reminder = &muster.Reminder{
		ID: s.NewID(), Realm: realm, Resource: "a:b:1", Payload: []byte("{}"), AssignedTo: x.user.ID, AssignedBy: x.user.ID, RemindAt: at, CreatedAt: at, Version: 1,
	}
	x.attachment = &muster.Attachment{
		ID: s.NewID(), Realm: realm, Owner: x.user.ID, Kind: muster.AttachmentSetting, Name: "logo.png", Labels: map[string]string{"key": "ui.one.logo"},
		Preview: &muster.File{Blob: s.NewID(), Size: 1}, CreatedAt: at, Version: 1,
	}
	x.attachment.Original = muster.File{Blob: x.attachment.ID, Size: 2, Image: &muster.ImageSize{Width: 3}}
	write(t, s, func(tx *Tx) error {
		if err := tx.UpdateGroup(x.group); err != nil {
			return err
		}
		for _, name := range []string{x.user.Username, x.user.Email} {
			if _, err := tx.TakeSignInName(realm, x.user.ID, name); err != nil {
				return err
			}
		}
		if _, err := tx.InsertUser(x.user); err != nil {
			return err
		}
		if _, err := tx.AddMember(x.group.ID, x.user.ID, at); err != nil {
			return err
		}
		return firstError(
			tx.InsertSession(x.session), tx.InsertMailToken(x.token),
			tx.InsertOrganisation(x.organisation), tx.InsertApplication(x.application), tx.InsertReminder(x.reminder),
			tx.InsertAttachment(x.attachment),
			tx.run(`INSERT INTO setting (realm, name, user_id, value, updated_at) VALUES ($1, 'colour', 0, '"blue"', 1)`, realm),
			tx.AppendEvent(&muster.Event{Realm: realm, Action: "user.create", Resource: muster.UserResource(x.user.ID)}),
		)
	})
	return x
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// foreignReads ask a realm for what another one has; each answers how much it found.
func foreignReads() map[string]func(*Reader, muster.ID, tenant) (int, error) {
	return map[string]func(*Reader, muster.ID, tenant) (int, error){
		"User": func(r *Reader, realm muster.ID, x tenant) (int, error) { return found(r.User(realm, x.user.ID)) },
		"UserBySignInName": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.UserBySignInName(realm, "ann"))
		},
		"UserByEmail": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.UserByEmail(realm, x.user.Email))
		},
		"AnyUser": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			any, err := r.AnyUser(realm)
			return int(bit(any)), err
		},
		"Users": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			f := muster.UserFilter{IDs: []muster.ID{x.user.ID}, Deleted: muster.With, Suspended: muster.With}
			list, err := r.Users(realm, f, All(), All(), All())
			return list.Total, err
		},
		"UsersByID": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			users, err := r.UsersByID(realm, map[muster.ID]string{x.user.ID: ""})
			return len(users), err
		},
		"Group": func(r *Reader, realm muster.ID, x tenant) (int, error) { return found(r.Group(realm, x.group.ID)) },
		"GroupsOfEach": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			groups, err := r.GroupsOfEach(realm, []muster.ID{x.user.ID}, All())
			return len(groups[x.user.ID]), err
		},
		"GroupByName":   func(r *Reader, realm muster.ID, _ tenant) (int, error) { return found(r.GroupByName(realm, "staff")) },
		"GroupByHandle": func(r *Reader, realm muster.ID, _ tenant) (int, error) { return found(r.GroupByHandle(realm, "STAFF")) },
		"Groups": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			list, err := r.Groups(realm, muster.GroupFilter{Deleted: muster.With, Archived: muster.With}, All())
			return list.Total, err
		},
		"Session":   func(r *Reader, realm muster.ID, x tenant) (int, error) { return found(r.Session(realm, x.session.ID)) },
		"MailToken": func(r *Reader, realm muster.ID, x tenant) (int, error) { return found(r.MailToken(realm, x.token.ID)) },
		"Events": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			events, err := r.Events(realm, muster.EventFilter{})
			return len(events), err
		},
		"Organisation": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.Organisation(realm, x.organisation.ID))
		},
		"Organisations": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			list, err := r.Organisations(realm, "aC")
			return len(list), err
		},
		"Application": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.Application(realm, x.application.ID))
		},
		"Applications": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			list, err := r.Applications(realm, muster.ApplicationFilter{Contains: "HA"}, All())
			return list.Total, err
		},
		"Reminder": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.Reminder(realm, x.reminder.ID))
		},
		"Reminders": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			list, err := r.Reminders(realm, muster.ReminderFilter{Prefix: "a:", AssignedTo: x.user.ID, Involving: x.user.ID, ScheduledOnly: true, ExcludeDismissed: true})
			return list.Total, err
		},
		"Attachment": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.Attachment(realm, x.attachment.ID))
		},
		"FilesOf": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			n, bytes, err := r.FilesOf(realm, x.user.ID)
			if n == 1 && bytes != 3 {
				n = 0
			}
			return n, err
		},
		"Setting": func(r *Reader, realm muster.ID, _ tenant) (int, error) { return found(r.Setting(realm, 0, "colour")) },
		"UserStatistics": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			s, err := r.UserStatistics(realm)
			return s.Total, err
		},
		"ApplicationStatistics": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			s, err := r.ApplicationStatistics(realm)
			return s.Total, err
		},
		"GroupStatistics": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			s, err := r.GroupStatistics(realm)
			return s.Total, err
		},
		"Settings": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			settings, err := r.Settings(realm)
			return len(settings), err
		},
	}
}

func found[T any](v *T, err error) (int, error) { return int(bit(v != nil)), err }

// foreignWrites change from a realm what is another one's; each answers whether it changed anything.
func foreignWrites() map[string]func(*Tx, muster.ID, tenant) (bool, error) {
	return map[string]func(*Tx, muster.ID, tenant) (bool, error){
		"UpdateUser": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			moved := *x.user
			moved.Realm, moved.Name = realm, "Taken over"
			return changed(tx.UpdateUser(&moved))
		},
		"UpdateGroup": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			moved := *x.group
			moved.Realm, moved.Name = realm, "Taken over"
			return changed(tx.UpdateGroup(&moved))
		},
		"TakeSignInName": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			free, err := tx.TakeSignInName(realm, x.user.ID+1, "ann")
			return !free, err // each realm has names of its own
		},
		"FreeSignInName": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			if err := tx.FreeSignInName(realm, x.user.ID, "ann"); err != nil {
				return false, err
			}
			u, err := tx.UserBySignInName(x.user.Realm, "ann")
			return u == nil, err
		},
		"EndSession": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			return tx.EndSession(realm, x.session.ID, tx.Now())
		},
		"UpdateOrganisation": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			moved := *x.organisation
			moved.Realm, moved.Name = realm, "Taken over"
			return changed(tx.UpdateOrganisation(&moved))
		},
		"UpdateApplication": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			moved := *x.application
			moved.Realm, moved.Name = realm, "Taken over"
			return changed(tx.UpdateApplication(&moved))
		},
		"UpdateReminder": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			moved := *x.reminder
			moved.Realm, moved.Resource = realm, "taken over"
			return changed(tx.UpdateReminder(&moved))
		},
		"DeleteAttachment": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			return tx.DeleteAttachment(realm, x.attachment.ID, tx.Now())
		},
		"SetSetting": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			if err := tx.SetSetting(realm, muster.Setting{Name: "colour", Value: []byte(`"red"`)}); err != nil {
				return false, err
			}
			s, err := tx.Setting(x.user.Realm, 0, "colour")
			return string(s.Value) != `"blue"`, err
		},
		"RemoveSetting": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			if err := tx.RemoveSetting(realm, 0, "colour"); err != nil {
				return false, err
			}
			s, err := tx.Setting(x.user.Realm, 0, "colour")
			return s == nil, err
		},
		"AddMember": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			stranger := &muster.User{ID: tx.NewID(), Realm: realm, Username: "stranger", Version: 1}
			if _, err := tx.InsertUser(stranger); err != nil {
				return false, err
			}
			return tx.AddMember(x.group.ID, stranger.ID, tx.Now())
		},
	}
}

func changed(err error) (bool, error) {
	if err == error(muster.ErrConflictingWrite) {
		return false, nil
	}
	return true, err
}

// TestForeignRealmFindsNothing is failure 6 of the security yardstick, where rows are read and written.
func TestForeignRealmFindsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		at := newTenant(t, s, insertRealm(t, s, "home"))
		for name, f := range foreignReads() {
			home := must(f(read(t, s), at.user.Realm, at))(t)
			if home != 1 {
				t.Errorf("%s finds %d at home", name, home)
			}
		}
		abroad := insertRealm(t, s, "abroad")
		for name, f := range foreignReads() {
			if n := must(f(read(t, s), abroad, at))(t); n != 0 {
				t.Errorf("%s finds %d of another realm", name, n)
			}
		}
		for name, f := range foreignWrites() {
			write(t, s, func(tx *Tx) error {
				did, err := f(tx, abroad, at)
				if did {
					t.Errorf("%s changed another realm", name)
				}
				return err
			})
		}
	})
}
