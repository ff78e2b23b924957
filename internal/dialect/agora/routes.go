package agora

import (
	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API below /{org}/{app}, in the order of the contract.
func (f *facade) routes() []httpx.Route {
	return []httpx.Route{
		httpx.For(muster.ActionRegisterUsers, "POST", "/users", f.answer(f.register)),
		httpx.For(muster.ActionReadAppUser, "GET", "/users/{username}", f.answer(f.readUser)),
		httpx.For(muster.ActionListAppUsers, "GET", "/users", f.answer(f.listUsers)),
		httpx.For(muster.ActionDeleteUser, "DELETE", "/users/{username}", f.answer(f.deleteUser)),
		httpx.For(muster.ActionDeleteOldest, "DELETE", "/users", f.answer(f.deleteUsers)),
		httpx.For(muster.ActionChangePassword, "PUT", "/users/{username}/password", f.answer(f.setPassword)),
		httpx.For(muster.ActionSuspendUser, "POST", "/users/{username}/deactivate", f.answer(f.deactivate)),
		httpx.For(muster.ActionUnsuspendUser, "POST", "/users/{username}/activate", f.answer(f.activate)),

		httpx.For(muster.ActionDisconnectUser, "GET", "/users/{username}/disconnect", f.answer(f.disconnect)),
		httpx.For(muster.ActionDisconnectUser, "POST", "/users/{username}/disconnect", f.answer(f.disconnect)),
		httpx.For(muster.ActionDisconnectUser, "GET", "/users/{username}/disconnect/{resource}", f.answer(f.disconnect)),
		httpx.For(muster.ActionDisconnectUser, "DELETE", "/users/{username}/disconnect/{resource}", f.answer(f.disconnect)),
		httpx.For(muster.ActionReadStatus, "GET", "/users/{username}/status", f.answer(f.status)),
		httpx.For(muster.ActionReadStatuses, "POST", "/users/batch/status", f.answer(f.statuses)),
		httpx.For(muster.ActionListLinks, "GET", "/users/{username}/resources", f.answer(f.resources)),
		httpx.For(muster.ActionCountMessages, "GET", "/users/{username}/offline_msg_count", f.answer(f.countMessages)),
		httpx.For(muster.ActionReadMessageState, "GET", "/users/{username}/offline_msg_status/{msg_id}", f.answer(f.messageState)),
		httpx.For(muster.ActionSendMessage, "POST", "/messages/users", f.answer(f.sendMessage)),
		httpx.For(muster.ActionSendMessage, "POST", "/messages", f.answer(f.sendOldMessage)),
		httpx.For(muster.ActionOpenLink, "GET", "/sdk/users/{username}/link", f.link),
		httpx.For(muster.ActionAcknowledgeMessages, "POST", "/sdk/users/{username}/link/ack", f.answer(f.acknowledge)),

		httpx.For(muster.ActionSignInApp, "POST", "/token", f.answer(f.token)),
		httpx.For(muster.ActionReadTokenEnd, "GET", "/sdk/users/{username}/token/expires", f.answer(f.tokenEnd)),

		httpx.For(muster.ActionSetName, "PUT", "/users/{username}", f.answer(f.rename)),
		httpx.For(muster.ActionSetAttributes, "PUT", "/metadata/user/{username}", f.answer(f.setAttributes)),
		httpx.For(muster.ActionReadAttributes, "GET", "/metadata/user/{username}", f.answer(f.readAttributes)),
		httpx.For(muster.ActionCollectAttributes, "POST", "/metadata/user/get", f.answer(f.collectAttributes)),
		httpx.For(muster.ActionRemoveAttributes, "DELETE", "/metadata/user/{username}", f.answer(f.removeAttributes)),
		httpx.For(muster.ActionMeasureAttributes, "GET", "/metadata/user/capacity", f.answer(f.measureAttributes)),
	}
}

// perSecond is how many calls of a route an application has in a second where its operator says nothing (contract, 6 and 11);
// -1 for any number: clients of users, of whom there may be many, are no calls of the application.
func perSecond(route httpx.Route) int {
	switch route.String() {
	case "DELETE /users":
		return 30
	case "POST /users/batch/status":
		return 50
	case "GET /sdk/users/{username}/link", "POST /sdk/users/{username}/link/ack":
		return -1
	}
	return 100
}

// Rows are the endpoints that a limit can be set for.
func Rows() map[string]bool {
	rows := map[string]bool{}
	for _, route := range (&facade{}).routes() {
		rows[route.String()] = true
	}
	return rows
}
