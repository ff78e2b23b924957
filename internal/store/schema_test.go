package store

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"muster/internal/store/storetest"
)

// columnsNamed lists the tables that have a column of that name.
func columnsNamed(t *testing.T, s *Store, name string) []string {
	t.Helper()
	question := `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = $1
		AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'goose%'`
	if !s.Single() {
		question = `SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = $1 AND table_name NOT LIKE 'goose%'`
	}
	return slices.Sorted(slices.Values(must(all(read(t, s), column[string], question, name))(t)))
}

// TestOwnedKnowsEveryOwner: a noun with an owner that the register forgets would stay with who has left.
func TestOwnedKnowsEveryOwner(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		// A reminder belongs to whom it is for and to who gave it, a group to those who manage it.
		owners := []string{"owner", "assigned_to", "assigned_by", "manager"}
		var registered, got []string
		for _, o := range Owned() {
			if !slices.Contains(owners, o.Column) {
				t.Errorf("the owner of %s is in the column %s: name it owner, as everywhere", o.Noun, o.Column)
			}
			registered = append(registered, strings.Trim(o.Table, `"`)+"."+o.Column)
		}
		for _, column := range owners {
			for _, table := range columnsNamed(t, s, column) {
				got = append(got, table+"."+column)
			}
		}
		slices.Sort(registered)
		slices.Sort(got)
		if !slices.Equal(got, registered) {
			t.Errorf("the schema has owners in %q, the register in %q", got, registered)
		}
	})
}

// TestEveryColumnSaysWhomItNames: a column that names somebody who owns something has to be in the register, whatever it is
// called. A new column of numbers belongs into one of the two lists.
func TestEveryColumnSaysWhomItNames(t *testing.T) {
	// These name a user and stay when his things are handed over.
	staying := map[string]string{
		"signin_name.user_id": "how he signs in", "credential.user_id": "how he signs in", "mail_token.user_id": "how he signs in",
		"session.user_id": "how he is signed in", "session.behind": "who was it", "member.user_id": "rights", "setting.user_id": "his own taste",
		"event.actor": "who was it", "event.behind": "who was it", "event.subject": "what was it", "event.related": "what was it",
		"reminder.dismissed_by": "who was it", "access_key.user_id": "how he signs in", "presence.user_id": "where he is",
		"topic.private_of": "it is called after him", "topic_right.user_id": "rights", "contact.user_id": "his own list", "contact.contact": "another's list",
		"kept_topic.user_id": "his own list", "favourite_tag.user_id": "his own list", "attribute_set.user_id": "his own profile",
		"message.user_id": "his own inbox: what was written to him is for nobody else",
	}
	// These name no user, in whatever table.
	others := []string{
		"id", "realm", "version", "position", "count", "number", "node", "event", "session", "session_id", "attempts", "leased_until",
		"group_id", "resource_id", "access", "organisation", "username_given", "enabled", "snoozes", "preview_blob", "bytes", "successor", "repeated",
		"topic", "at", "place", "revision", "lists_in_full", "application",
	}
	each(t, func(t *testing.T, s *Store) {
		question := `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'INTEGER'
			AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' ORDER BY 1`
		if !s.Single() {
			question = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'bigint'
				AND table_name NOT LIKE 'goose%' ORDER BY 1`
		}
		owned := map[string]bool{}
		for _, o := range Owned() {
			owned[strings.Trim(o.Table, `"`)+"."+o.Column] = true
		}
		for _, name := range must(all(read(t, s), column[string], question))(t) {
			_, stays := staying[name]
			_, column, _ := strings.Cut(name, ".")
			named := owned[name] || stays || slices.Contains(others, column) || strings.HasSuffix(column, "_at")
			if !named {
				t.Errorf("whom does %s name? If it is who owns the row, it belongs into Owned(); else say here why it stays, or that it names nobody", name)
			}
		}
	})
}

// TestLastIDKnowsEveryTable: ids of a table that it forgets might be made twice.
func TestLastIDKnowsEveryTable(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var known []string
		for _, table := range idTables() {
			known = append(known, strings.Trim(table, `"`))
		}
		slices.Sort(known)
		if got := columnsNamed(t, s, "id"); !slices.Equal(got, known) {
			t.Errorf("the schema has ids in %q, lastID looks into %q", got, known)
		}
	})
}

// TestEveryUniqueIndexHasAnError: one that has none would be an internal error to the caller.
func TestEveryUniqueIndexHasAnError(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		question := `SELECT i.name FROM sqlite_master m JOIN pragma_index_list(m.name) i
			WHERE m.type = 'table' AND i."unique" = 1 AND i.origin <> 'pk' AND m.name NOT LIKE 'goose%'`
		if !s.Single() {
			question = `SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
				WHERE n.nspname = 'public' AND i.indisunique AND NOT i.indisprimary AND c.relname NOT LIKE 'goose%'`
		}
		got := slices.Sorted(slices.Values(must(all(read(t, s), column[string], question))(t)))
		if want := slices.Sorted(maps.Keys(uniqueErrors)); !slices.Equal(got, want) {
			t.Errorf("the schema has %q, the errors are for %q", got, want)
		}
		if s.Single() {
			for columns, index := range sqliteColumns {
				text := must(all(read(t, s), column[string], `SELECT sql FROM sqlite_master WHERE name = $1`, index))(t)
				if len(text) != 1 || !strings.Contains(text[0], indexed(columns)) {
					t.Errorf("the index %s is not on %s: %q", index, columns, text)
				}
			}
		}
	})
}

// indexed spells "user.realm, user.handle_key" as an index does.
func indexed(columns string) string {
	table, _, _ := strings.Cut(columns, ".")
	return "(" + strings.ReplaceAll(columns, table+".", "") + ")"
}

// TestEnginesHaveOneSchema compares names, order and meaning of all columns, and the names of all indexes.
func TestEnginesHaveOneSchema(t *testing.T) {
	requireEngine(t, storetest.SQLite)
	requireEngine(t, storetest.PostgreSQL)
	lite, post := open(t, storetest.SQLite), open(t, storetest.PostgreSQL)
	for _, q := range [][2]string{
		{
			`SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'`,
			`SELECT table_name || '.' || column_name || ' ' || CASE data_type WHEN 'bigint' THEN 'INTEGER' ELSE upper(data_type) END
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'`,
		},
		{
			`SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`,
			`SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'`,
		},
	} {
		a := slices.Sorted(slices.Values(must(all(read(t, lite), column[string], q[0]))(t)))
		b := slices.Sorted(slices.Values(must(all(read(t, post), column[string], q[1]))(t)))
		if !slices.Equal(a, b) {
			t.Errorf("SQLite has\n%q\nPostgreSQL has\n%q", a, b)
		}
	}
}

// TestPostgresComparesBytes: another collation would sort and search otherwise than SQLite.
func TestPostgresComparesBytes(t *testing.T) {
	s := open(t, requireEngine(t, storetest.PostgreSQL))
	if got := must(all(read(t, s), column[string], `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name NOT LIKE 'goose%'`))(t); len(got) > 0 {
		t.Errorf("without COLLATE \"C\": %q", got)
	}
}

// TestEveryMethodKnowsItsRealm: each method is in the table of TestForeignRealmFindsNothing or says here why it needs none.
func TestEveryMethodKnowsItsRealm(t *testing.T) {
	// These take ids of objects that the caller has read by realm before, in the same transaction, or are about the house.
	without := map[string]string{
		"NewID": "an id", "Now": "the clock", "Context": "the closure", "AfterCommit": "the closure",
		"InsertUser": "the realm is in it", "InsertGroup": "the realm is in it", "InsertSession": "the realm is in it",
		"InsertMailToken": "the realm is in it", "InsertOrganisation": "the realm is in it",
		"InsertApplication": "the realm is in it", "InsertReminder": "the realm is in it", "AppendEvent": "the realm is in it", "InsertDelivery": "of an event",
		"IsMember": "read before", "RemoveMember": "read before", "Members": "read before",
		"GroupsOf": "read before", "LiveGroupsOf": "read before", "HasRole": "read before", "RulesOf": "read before", "RulesFor": "read before",
		"Credential": "read before", "SetCredential": "read before", "FreeSignInNames": "read before", "UseMailToken": "read before", "RealmCreatedAt": "the realm itself",
		"RemoveCredential": "read before", "Key": "read before", "SetKey": "read before", "KeyUsed": "read before",
		"VoidMailTokens": "read before", "SignedInFrom": "read before", "SetRule": "read before", "ClearRules": "read before", "MoveMembers": "read before",
		"EndSessionsOf": "read before", "EndOldSessionsOf": "read before",
		"InsertMessages": "the realm is said", "RemoveMessagesBefore": "the house", "MessagesWaiting": "the house", "EventChanges": "a change of whatever realm", "AnyMessageBefore": "the house", "MessagesOfSending": "links of all realms",
		"InsertAttachment": "the realm is in it", "DeletedAttachments": "the house", "KnownBlobs": "the house", "RemoveAttachments": "read before",
		"Realm": "the realm itself", "InsertRealm": "the realm itself",
		"InsertRefreshToken": "the realm is in it", "UseRefreshToken": "read before", "RepeatRefreshToken": "read before", "VoidRefreshToken": "read before",
		"VoidTokens": "read before", "RemoveRefreshTokens": "the house", "SpentRefreshTokens": "the house", "SpentSessions": "the house", "RemoveSessions": "the house",
		"InsertTopic": "the realm is in it", "TopicRights": "read before", "TopicLevels": "read before", "AddTopicRight": "read before",
		"RemoveTopicRight": "read before", "TopicsBelow": "the realm is in it", "AdministersBelow": "the realm is in it",
		"KeepTopic": "read before", "DropTopic": "read before", "DropTopics": "read before", "Kept": "read before", "CountKept": "read before",
		"AddFavouriteTag": "read before", "RemoveFavouriteTag": "read before", "FavouriteTags": "read before",
		"Contacts": "read before", "CountContacts": "read before", "AddContact": "read before", "RemoveContact": "read before",
		"RemoveManager": "read before", "IsManager": "read before", "InUse": "read before", "PeopleOf": "read before",
		"PutPresences": "the realm is in it", "PresencesOf": "nodes", "LastRevision": "nodes", "LivePresences": "nodes", "DropOldPresences": "nodes",
		"OtherAdministrator": "administrators are of the main realm",
		"Fact":               "the house", "StateFact": "the house", "ChangeFact": "the house", "NodeNumbers": "the house", "ChangesOf": "caches of all realms",
		"LastEventOf": "caches of all realms", "LeaseDeliveries": "the house", "FinishDelivery": "leased before",
		"PostponeDelivery": "leased before", "GiveBackDelivery": "leased before", "DeliveryWaits": "the house", "DueReminders": "the house", "DeliveriesWaiting": "the house",
	}
	tested := foreignReads()
	for name := range foreignWrites() {
		tested[name] = nil
	}
	kind := reflect.TypeFor[*Tx]()
	for i := range kind.NumMethod() {
		name := kind.Method(i).Name
		_, isTested := tested[name]
		if _, excused := without[name]; isTested == excused {
			t.Errorf("%s is tested with a foreign realm: %v; excused: %v", name, isTested, excused)
		}
	}
}
