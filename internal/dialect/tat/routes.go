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

		httpx.For(muster.ActionContactsSeen, "GET", "/user/me/contacts/{since}", handle(http.StatusOK, f.contactsSince)),
		httpx.For(muster.ActionAddContact, "POST", "/user/me/contacts/{username}", handle(http.StatusCreated, f.addContact)),
		httpx.For(muster.ActionAddContact, "POST", "/user/me/contact/{username}", handle(http.StatusCreated, f.addContact)), // as the original's documentation has it
		httpx.For(muster.ActionRemoveContact, "DELETE", "/user/me/contacts/{username}", handle(http.StatusOK, f.removeContact)),
		httpx.For(muster.ActionKeepTopic, "POST", "/user/me/topics/{topic...}", handle(http.StatusCreated, f.addFavourite)),
		httpx.For(muster.ActionDropTopic, "DELETE", "/user/me/topics/{topic...}", handle(http.StatusOK, f.removeFavourite)),
		httpx.For(muster.ActionAddTag, "POST", "/user/me/tags/{tag}", handle(http.StatusCreated, f.addTag)),
		httpx.For(muster.ActionRemoveTag, "DELETE", "/user/me/tags/{tag}", handle(http.StatusOK, f.removeTag)),
		httpx.For(muster.ActionUnmuteTopic, "POST", "/user/me/enable/notifications/topics/{topic...}", handle(http.StatusCreated, f.enableTopic)),
		httpx.For(muster.ActionMuteTopic, "POST", "/user/me/disable/notifications/topics/{topic...}", handle(http.StatusCreated, f.disableTopic)),
		httpx.For(muster.ActionUnmuteTopics, "POST", "/user/me/enable/notifications/alltopics", handle(http.StatusCreated, f.enableTopics)),
		httpx.For(muster.ActionMuteTopics, "POST", "/user/me/disable/notifications/alltopics", handle(http.StatusCreated, f.disableTopics)),

		httpx.For(muster.ActionListPeople, "GET", "/users", handle(http.StatusOK, f.listUsers)),

		admin(muster.ActionConvertUser, "PUT", "/user/convert", handleJSON(http.StatusCreated, f.convertUser)),
		admin(muster.ActionSetSystemUser, "PUT", "/user/updatesystem", handleJSON(http.StatusCreated, f.updateSystemUser)),
		admin(muster.ActionResetKey, "PUT", "/user/resetsystem", handleJSON(http.StatusCreated, f.resetSystemUser)),
		admin(muster.ActionAddMember, "PUT", "/user/setadmin", handleJSON(http.StatusCreated, f.setAdministrator)),
		admin(muster.ActionRenameUser, "PUT", "/user/rename", handleJSON(http.StatusCreated, f.renameUser)),
		admin(muster.ActionRenameUser, "PUT", "/user/update", handleJSON(http.StatusCreated, f.updateUser)),
		admin(muster.ActionDeleteUser, "PUT", "/user/archive", handleJSON(http.StatusCreated, f.archiveUser)),
		admin(muster.ActionMendUser, "PUT", "/user/check", handleJSON(http.StatusCreated, f.checkUser)),

		httpx.For(muster.ActionListTopics, "GET", "/topics", handle(http.StatusOK, f.listTopics)),
		httpx.For(muster.ActionReadTopic, "GET", "/topic/{topic...}", handle(http.StatusOK, f.readTopic)),
		httpx.For(muster.ActionCreateTopic, "POST", "/topic", handleJSON(http.StatusCreated, f.createTopic)),
		httpx.For(muster.ActionDeleteTopic, "DELETE", "/topic/{topic...}", handle(http.StatusOK, f.deleteTopic)),
		f.rightRoute("/topic/add/rouser", muster.TopicReader, userRight),
		f.rightRoute("/topic/add/rwuser", muster.TopicWriter, userRight),
		f.rightRoute("/topic/add/adminuser", muster.TopicAdmin, userRight),
		f.rightRoute("/topic/remove/rouser", muster.TopicReader, userRight),
		f.rightRoute("/topic/remove/rwuser", muster.TopicWriter, userRight),
		f.rightRoute("/topic/remove/adminuser", muster.TopicAdmin, userRight),
		f.rightRoute("/topic/add/rogroup", muster.TopicReader, groupRight),
		f.rightRoute("/topic/add/rwgroup", muster.TopicWriter, groupRight),
		f.rightRoute("/topic/add/admingroup", muster.TopicAdmin, groupRight),
		f.rightRoute("/topic/remove/rogroup", muster.TopicReader, groupRight),
		f.rightRoute("/topic/remove/rwgroup", muster.TopicWriter, groupRight),
		f.rightRoute("/topic/remove/admingroup", muster.TopicAdmin, groupRight),

		httpx.For(muster.ActionListGroupsFull, "GET", "/groups", handle(http.StatusOK, f.listGroups)),
		admin(muster.ActionCreateGroup, "POST", "/group", handleJSON(http.StatusCreated, f.createGroup)),
		admin(muster.ActionUpdateGroup, "PUT", "/group/edit/{name}", handleJSON(http.StatusOK, f.editGroup)),
		admin(muster.ActionDeleteUnused, "DELETE", "/group/edit/{name}", handle(http.StatusOK, f.deleteGroup)),
		httpx.For(muster.ActionAddMember, "PUT", "/group/add/user", handleJSON(http.StatusCreated, f.onMember(f.core.AddMember))),
		httpx.For(muster.ActionAddManager, "PUT", "/group/add/adminuser", handleJSON(http.StatusCreated, f.onMember(f.core.AddManager))),
		httpx.For(muster.ActionRemoveMember, "PUT", "/group/remove/user", handleJSON(http.StatusOK, f.onMember(f.core.RemoveMember))),
		httpx.For(muster.ActionRemoveManager, "PUT", "/group/remove/adminuser", handleJSON(http.StatusOK, f.onMember(f.core.RemoveManager))),

		httpx.For(muster.ActionSetPresence, "POST", "/presenceget/{topic...}", handleJSON(http.StatusOK, f.setPresence)),
		httpx.For(muster.ActionListPresences, "GET", "/presences", handle(http.StatusOK, f.listPresences)),
		httpx.For(muster.ActionListPresences, "GET", "/presences/{topic...}", handle(http.StatusOK, f.listPresences)),
		httpx.For(muster.ActionRemovePresence, "DELETE", "/presences/{topic...}", handleJSON(http.StatusOK, f.removePresence)),

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
