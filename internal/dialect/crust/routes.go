package crust

import (
	"slices"
	"strings"

	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API, in the order of the contract. Collections answer without the final slash too.
func (f *facade) routes() []httpx.Route {
	return slices.Concat(
		one(muster.ActionRenewSession, "GET", "/auth/check", f.check),
		one(muster.ActionSignIn, "POST", "/auth/login", f.login),
		one(muster.ActionSignOut, "GET", "/auth/logout", f.logout),

		one(muster.ActionListOrganisations, "GET", "/organisations/", handle(f.listOrganisations)),
		one(muster.ActionCreateOrganisation, "POST", "/organisations/", handle(f.createOrganisation)),
		one(muster.ActionUpdateOrganisation, "PUT", "/organisations/{id}", handle(f.updateOrganisation)),
		one(muster.ActionDeleteOrganisation, "DELETE", "/organisations/{id}", remove("id", f.core.DeleteOrganisation)),
		one(muster.ActionReadOrganisation, "GET", "/organisations/{id}", handle(f.readOrganisation)),
		one(muster.ActionArchiveOrganisation, "POST", "/organisations/{id}/archive", remove("id", f.core.ArchiveOrganisation)),

		one(muster.ActionListGroups, "GET", "/teams/", handle(f.listTeams)),
		one(muster.ActionCreateGroup, "POST", "/teams/", handle(f.createTeam)),
		one(muster.ActionUpdateGroup, "PUT", "/teams/{teamID}", handle(f.updateTeam)),
		one(muster.ActionReadGroup, "GET", "/teams/{teamID}", show("teamID", f.core.ReadGroup, teamOf)),
		one(muster.ActionDeleteGroup, "DELETE", "/teams/{teamID}", remove("teamID", f.core.DeleteGroup)),
		one(muster.ActionArchiveGroup, "POST", "/teams/{teamID}/archive", remove("teamID", f.core.ArchiveGroup)),
		one(muster.ActionMoveGroup, "POST", "/teams/{teamID}/move", handle(f.moveTeam)),
		one(muster.ActionMergeGroups, "POST", "/teams/{teamID}/merge", handle(f.mergeTeam)),
		one(muster.ActionAddMember, "POST", "/teams/{teamID}/memberAdd", handle(f.addMember)),
		one(muster.ActionRemoveMember, "POST", "/teams/{teamID}/memberRemove", handle(f.removeMember)),

		one(muster.ActionListUsers, "GET", "/users/", f.listUsers),
		one(muster.ActionCreateUser, "POST", "/users/", handle(f.createUser)),
		one(muster.ActionUpdateUser, "PUT", "/users/{userID}", handle(f.updateUser)),
		one(muster.ActionReadMember, "GET", "/users/{userID}", show("userID", f.core.ReadMember, userOf)),
		one(muster.ActionDeleteUser, "DELETE", "/users/{userID}", remove("userID", f.core.DeleteUser)),
		one(muster.ActionSuspendUser, "POST", "/users/{userID}/suspend", onID("userID", f.core.SuspendUser)),
		one(muster.ActionUnsuspendUser, "POST", "/users/{userID}/unsuspend", onID("userID", f.core.UnsuspendUser)),
	)
}

// one is one row of the contract: one route, or two for a collection.
func one(a muster.Action, method, pattern string, h httpx.Handler) []httpx.Route {
	rows := []httpx.Route{httpx.For(a, method, pattern, h)}
	if bare, collection := strings.CutSuffix(pattern, "/"); collection {
		rows = append(rows, httpx.For(a, method, bare, h))
	}
	return rows
}
