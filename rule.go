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
