package tellius

import (
	"slices"

	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API, in the order of the contract. What only superUsers have demands to administer besides what the
// verb needs; what admins have, too, needs what the word admin allows.
func (f *facade) routes() []httpx.Route {
	const administer, group = muster.OpAdminister, muster.OpGroupCreate
	return slices.Concat([]httpx.Route{
		httpx.For(muster.ActionSignIn, "POST", "/api/login", f.login),
		httpx.For(muster.ActionSignIn, "POST", "/api/auth/login", f.newerLogin),
		httpx.For(muster.ActionRefreshSession, "POST", "/api/refreshToken", f.refresh),
	}, below("", "/api", func(path string) []httpx.Route {
		return []httpx.Route{
			httpx.For(muster.ActionCreateUser, "POST", path+"/users", f.createUser),
			httpx.For(muster.ActionUpdateUser, "PUT", path+"/users/{userId}", f.updateUser).Besides(administer),
			httpx.For(muster.ActionWalkUsers, "GET", path+"/users", f.listUsers),
			httpx.For(muster.ActionDeleteUser, "DELETE", path+"/users/{userId}", f.deleteUser).Besides(administer),
			httpx.For(muster.ActionHandOver, "POST", path+"/assignUserObjects", f.assignUserObjects),

			httpx.For(muster.ActionCreateGroup, "POST", path+"/groups", f.createGroup),
			httpx.For(muster.ActionUpdateGroup, "PUT", path+"/groups/{groupId}", f.updateGroup).Besides(group),
			httpx.For(muster.ActionListGroups, "GET", path+"/groups", f.listGroups).Besides(group),
			httpx.For(muster.ActionDeleteGroup, "DELETE", path+"/groups/{groupId}", f.deleteGroup).Besides(administer),
		}
	}))
}

// below are the same rows below two prefixes.
func below(one, other string, rows func(path string) []httpx.Route) []httpx.Route {
	return append(rows(one), rows(other)...)
}
