package store

import "muster"

// An OwnedNoun says where a noun keeps the id of the user who owns it. Who hands over what a person owns walks this register,
// so a noun that is not in it would be forgotten; a test compares it with the schema.
type OwnedNoun struct {
	Noun   muster.Noun
	Table  string
	Column string
	Once   string // the column beside which nobody can be twice: who manages a group already needs no second row; empty: there is none
}

// Owned is the register of the nouns that somebody owns.
func Owned() []OwnedNoun {
	return []OwnedNoun{
		{muster.NounUser, `"user"`, "owner", ""}, // bots and service accounts belong to a person
		{muster.NounApplication, "application", "owner", ""},
		{muster.NounAttachment, "attachment", "owner", ""},
		{muster.NounReminder, "reminder", "assigned_to", ""},
		{muster.NounReminder, "reminder", "assigned_by", ""},
		{muster.NounGroup, "group_manager", "manager", "group_id"},
	}
}
