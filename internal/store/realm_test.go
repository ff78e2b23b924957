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
	refresh *RefreshToken

	organisation *muster.Organisation
	application  *muster.Application
	reminder     *muster.Reminder
	attachment   *muster.Attachment
	message      muster.Message
	topic        *muster.Topic
}

func newTenant(t *testing.T, s *Store, realm muster.ID) tenant {
	t.Helper()
	x := tenant{user: newUser(s, realm, "ann"), group: insertGroupIn(t, s, realm, "Staff")}
	x.user.Email, x.user.Handle, x.user.Name = "ann@example.org", "ann", "Ann"
	x.session = &muster.Session{ID: s.NewID(), Realm: realm, User: x.user.ID, CreatedAt: x.user.CreatedAt, ExpiresAt: x.user.CreatedAt.Add(time.Hour)}
	x.token = &MailToken{ID: s.NewID(), Realm: realm, User: x.user.ID, Purpose: "reset", ExpiresAt: x.user.CreatedAt.Add(time.Hour)}
	x.refresh = &RefreshToken{ID: s.NewID(), Realm: realm, Session: x.session.ID, ExpiresAt: x.user.CreatedAt.Add(time.Hour)}
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
	x.message = muster.Message{ID: s.NewID(), User: x.user.ID, From: "bob", Type: "txt", Body: []byte(`{"msg":"hello"}`)}
	x.attachment.Original = muster.File{Blob: x.attachment.ID, Size: 2, Image: &muster.ImageSize{Width: 3}}
	x.topic = &muster.Topic{
		ID: s.NewID(), Realm: realm, PrivateOf: x.user.ID, Path: "/Work", CreatedAt: at,
		Rights: []muster.TopicRight{{Level: muster.TopicReader, User: x.user.ID}},
	}
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
			tx.InsertSession(x.session), tx.InsertMailToken(x.token), tx.InsertRefreshToken(x.refresh),
			tx.InsertOrganisation(x.organisation), tx.InsertApplication(x.application), tx.InsertReminder(x.reminder),
			tx.InsertAttachment(x.attachment), tx.InsertTopic(x.topic), tx.InsertMessages(realm, []muster.Message{x.message}),
			tx.SetAttributes(realm, x.user.ID, map[string]string{"sign": "hello"}, len("signhello")),
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
		"UsersFrom": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			users, err := r.UsersFrom(realm, 0, 10)
			return len(users), err
		},
		"MoreUsersThan": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			more, err := r.MoreUsersThan(realm, 0)
			return int(bit(more)), err
		},
		"Attributes": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			set, err := r.Attributes(realm, x.user.ID)
			return len(set), err
		},
		"AttributesSize": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			n, err := r.AttributesSize(realm)
			return int(n) / len("signhello"), err
		},
		"UsersAfter": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			users, err := r.UsersAfter(realm, "", 0, 10)
			return len(users), err
		},
		"NameTaken": func(r *Reader, realm muster.ID, _ tenant) (int, error) {
			taken, err := r.NameTaken(realm, 0, "ANN")
			return int(bit(taken)), err
		},
		"People": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			list, err := r.People(realm, muster.PeopleFilter{IDs: []muster.ID{x.user.ID}}, All())
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
		"RefreshToken": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.RefreshToken(realm, x.refresh.ID))
		},
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
		"Recipients": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			list, err := r.Recipients(realm, []string{"ann"})
			return len(list), err
		},
		"Called": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			list, err := r.Called(realm, []string{"ann"})
			return len(list), err
		},
		"Inbox": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			list, err := r.Inbox(realm, x.user.ID, time.Time{}, 0, 1000)
			return len(list), err
		},
		"InboxSize": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return r.InboxSize(realm, x.user.ID, time.Time{})
		},
		"MessageWaits": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			waits, err := r.MessageWaits(realm, x.user.ID, x.message.ID, time.Time{})
			return int(bit(waits)), err
		},
		"CountOwned": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			counts, err := r.CountOwned(realm, x.user.ID)
			return int(bit(len(counts) > 0)), err
		},
		"Topic": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			return found(r.Topic(realm, x.user.ID, "/Work"))
		},
		"Topics": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			list, err := r.Topics(realm, x.user.ID, muster.TopicFilter{Names: []string{"/Private/ann/Work"}})
			return list.Total, err
		},
		"ReadableTopics": func(r *Reader, realm muster.ID, x tenant) (int, error) {
			names, err := r.ReadableTopics(realm, x.user.ID, nil)
			return len(names), err
		},
		"CountTopics": func(r *Reader, realm muster.ID, _ tenant) (int, error) { return r.CountTopics(realm) },
		"Setting":     func(r *Reader, realm muster.ID, _ tenant) (int, error) { return found(r.Setting(realm, 0, "colour")) },
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
		"SetAttributes": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			if err := tx.SetAttributes(realm, x.user.ID, map[string]string{"sign": "taken"}, 9); err != nil {
				return false, err
			}
			set, err := tx.Attributes(x.user.Realm, x.user.ID)
			return set["sign"] != "hello", err
		},
		"RemoveAttributes": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			if err := tx.RemoveAttributes(realm, x.user.ID); err != nil {
				return false, err
			}
			set, err := tx.Attributes(x.user.Realm, x.user.ID)
			return set == nil, err
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
		"ProveRefreshToken": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			return tx.ProveRefreshToken(realm, x.refresh.ID, tx.Now())
		},
		"HandOver": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			counts, err := tx.HandOver(realm, x.user.ID, x.user.ID+1, tx.Now())
			return len(counts) > 0, err
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
		"DeleteTopic": func(tx *Tx, realm muster.ID, x tenant) (bool, error) { return tx.DeleteTopic(realm, x.topic.ID) },
		"KeepReadableTopics": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			n, err := tx.KeepReadableTopics(muster.MutedTopics, realm, x.user.ID)
			return n > 0, err
		},
		"AddManager": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			stranger := &muster.User{ID: tx.NewID(), Realm: realm, Username: "manager", Version: 1}
			if _, err := tx.InsertUser(stranger); err != nil {
				return false, err
			}
			return tx.AddManager(x.group.ID, stranger.ID, tx.Now())
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
		"RemoveMessages": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			n, err := tx.RemoveMessages(realm, x.user.ID, []muster.ID{x.message.ID})
			return n > 0, err
		},
		"RemoveMessagesUpTo": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			if err := tx.RemoveMessagesUpTo(realm, x.user.ID, x.message.ID); err != nil {
				return false, err
			}
			n, err := tx.InboxSize(x.user.Realm, x.user.ID, time.Time{})
			return n == 0, err
		},
		"RemoveInbox": func(tx *Tx, realm muster.ID, x tenant) (bool, error) {
			if err := tx.RemoveInbox(realm, x.user.ID); err != nil {
				return false, err
			}
			n, err := tx.InboxSize(x.user.Realm, x.user.ID, time.Time{})
			return n == 0, err
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
