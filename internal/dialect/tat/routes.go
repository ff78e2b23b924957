package tat

import (
	"net/http"

	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API, in the order of the contract.
func (f *facade) routes() []httpx.Route {
	admin := func(a muster.Action, method, pattern string, h httpx.Handler) httpx.Route {
		return httpx.For(a, method, pattern, h).Besides(muster.OpAdminister)
	}
	return []httpx.Route{
		httpx.For(muster.ActionSignUpForKey, "POST", "/user", handleJSON(http.StatusCreated, f.createUser)),
		f.verifyRoute("/user/verify/{username}/{token}"),
		httpx.For(muster.ActionRequestKey, "POST", "/user/reset", handleJSON(http.StatusCreated, f.resetUser)),

		httpx.For(muster.ActionReadSelf, "GET", "/user/me", handle(http.StatusOK, f.me)),

		httpx.For(muster.ActionListPeople, "GET", "/users", handle(http.StatusOK, f.listUsers)),

		admin(muster.ActionConvertUser, "PUT", "/user/convert", handleJSON(http.StatusCreated, f.convertUser)),
		admin(muster.ActionSetSystemUser, "PUT", "/user/updatesystem", handleJSON(http.StatusCreated, f.updateSystemUser)),
		admin(muster.ActionResetKey, "PUT", "/user/resetsystem", handleJSON(http.StatusCreated, f.resetSystemUser)),
		admin(muster.ActionAddMember, "PUT", "/user/setadmin", handleJSON(http.StatusCreated, f.setAdministrator)),
		admin(muster.ActionRenameUser, "PUT", "/user/rename", handleJSON(http.StatusCreated, f.renameUser)),
		admin(muster.ActionRenameUser, "PUT", "/user/update", handleJSON(http.StatusCreated, f.updateUser)),
		admin(muster.ActionDeleteUser, "PUT", "/user/archive", handleJSON(http.StatusCreated, f.archiveUser)),
		admin(muster.ActionMendUser, "PUT", "/user/check", handleJSON(http.StatusCreated, f.checkUser)),

		httpx.Public("GET", "/version", handle(http.StatusOK, f.version)),
		httpx.Public("GET", "/capabilities", handle(http.StatusOK, f.capabilities)),
		admin(muster.ActionReadStatistics, "GET", "/stats/count", handle(http.StatusOK, f.countAll)),
		admin(muster.ActionReadStatistics, "GET", "/stats/instance", handle(http.StatusOK, f.instance)),
		admin(muster.ActionReadStatistics, "GET", "/system/cache/clean", handle(http.StatusOK, cache)),
		admin(muster.ActionReadStatistics, "GET", "/system/cache/info", handle(http.StatusOK, cache)),
	}
}

func (f *facade) verifyRoute(pattern string) httpx.Route {
	return httpx.For(muster.ActionVerifyKey, "GET", pattern, handle(http.StatusOK, f.verifyUser))
}
