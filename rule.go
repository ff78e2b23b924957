package muster

// A Rule allows or denies one operation on a resource to the members of a group.
type Rule struct {
	Group     ID
	Resource  Resource
	Operation string
	Access    Access
}

// Access is what a rule says.
type Access int

// The answers of a rule. Inherit is the absence of one.
const (
	Inherit Access = iota
	Allow
	Deny
)

// A Permission is something that rules can speak of: an operation on a noun.
type Permission struct {
	Noun      Noun
	Operation string
}

// Permissions lists all that rules can speak of, in the order in which it is shown.
func Permissions() []Permission {
	return []Permission{
		{NounRealm, OpAccess},
		{NounRealm, OpGrant},
		{NounRealm, OpSettingsRead},
		{NounRealm, OpSettingsManage},
		{NounRealm, OpOrganisationCreate},
		{NounRealm, OpGroupCreate},
		{NounRealm, OpUserCreate},
		{NounRealm, OpApplicationCreate},
		{NounRealm, OpReminderAssign},
		{NounOrganisation, OpAccess},
		{NounApplication, OpRead},
		{NounApplication, OpUpdate},
		{NounApplication, OpDelete},
		{NounUser, OpRead},
		{NounUser, OpUpdate},
		{NounUser, OpDelete},
		{NounUser, OpSuspend},
		{NounUser, OpUnsuspend},
		{NounUser, OpUnmaskEmail},
		{NounUser, OpUnmaskName},
		{NounGroup, OpRead},
		{NounGroup, OpUpdate},
		{NounGroup, OpDelete},
		{NounGroup, OpMembersManage},
	}
}

// Valid reports whether the rule speaks of something that there is. Rules on the house as a whole have no id.
func (r Rule) Valid() bool {
	if r.Resource.ID < 0 || r.Resource.Noun == NounRealm && r.Resource.ID != 0 || r.Access < Inherit || r.Access > Deny {
		return false
	}
	for _, p := range Permissions() {
		if p.Noun == r.Resource.Noun && p.Operation == r.Operation {
			return true
		}
	}
	return false
}
