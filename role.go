package muster

import "strings"

// The role words: how Tellius calls what people are (one-core, 5.3). A word is stored with users, and with groups, whose members
// are at least that. Only one of them means anything here: [RoleAdmin].
const (
	RoleSuperUser = "superUser" // an administrator; never stored, since that is a membership
	RoleAdmin     = "admin"     // may make users and groups, and nothing else
	RoleViewer    = "viewer"    // never stored: what people are who have no word

	RolePower              = "power"
	RoleInteractive        = "interactive"
	RoleExplorer           = "explorer"
	RoleDiscoverer         = "discoverer"
	RoleExploreAndDiscover = "exploreAndDiscover"
)

// Roles lists all role words.
func Roles() []string {
	return []string{
		RoleSuperUser, RoleAdmin, RolePower, RoleInteractive, RoleExplorer, RoleDiscoverer, RoleExploreAndDiscover, RoleViewer,
	}
}

// ParseRole reads a role word in any letter case and answers its proper spelling; false for what is none.
func ParseRole(s string) (string, bool) {
	for _, word := range Roles() {
		if strings.EqualFold(s, word) {
			return word, true
		}
	}
	return "", false
}
