// Package script runs JavaScript that is written as Corteza's automation scripts are, inside the process and within hard
// limits. It knows no user, no store and no wire: what a script may do is what the [HostFunc]s of a [Call] do.
//
// # A folder of scripts
//
// A [Folder] holds extensions: sub-folders of any name, and the folder itself (Corteza's runner looks at both, and so do its
// published extensions expect).
//
//	DIR/<extension>/server-scripts/**/*.js            run in the process
//	DIR/<extension>/client-scripts/<bundle>/**/*.js   run in browsers; the bundle is a web app's: admin, compose …
//	DIR/<extension>/lib/…                             anything else, for scripts of the extension to import
//
// A script's name is its path from "server-scripts" or "client-scripts" on, with the extension left out, as Corteza's
// clients expect it: "/server-scripts/sign-up/refuse.js:default". If two extensions hold files of one name, the first in the
// order of the alphabet keeps it, and the other is listed with an error. Files called *.test.js, folders called node_modules
// and whatever begins with a dot are left out. Links that lead out of the folder are not followed.
//
// A script that does not parse, imports what it may not or has a bad trigger stays in the list with its [Script.Errors], and
// harms no other. The folder is looked at again at most once a second, when somebody asks ([Folder.Scripts]) or by
// [Folder.Watch]; only what changed is built again.
//
// # What a script is given
//
// exec gets two arguments. The first is made of [Call.Args], a JSON object. Its members user, oldUser, role, oldRole,
// application, oldApplication, invoker and authUser become $user, $oldUser … (objects of the classes that Corteza's library
// has; the old ones, invoker and authUser are frozen) and rawUser, rawOldUser … (as they came); other members (eventType,
// resourceType, provider …) stay as they are, read-only. The second is the context: $authUser (a promise), $invoker, console
// and log (kept in [Result.Log]), System and SystemAPI (see below) and Compose, which is there for sendMail alone.
//
// What exec returns, or its promise brings, becomes [Result.Value] by the rule of Corteza's runner: a plain object as it is,
// anything else as {"result": it}, nothing as {}. So a before-script's changes are in "result" if that is the only member,
// or in the member that is called like the argument ("user"). False, an exception, a rejected promise and a promise that
// never settles are [Aborted].
//
// # Host functions
//
// System and SystemAPI call these; which of them exist is up to [Call.Host], and a missing one throws. An object is what
// Corteza's wire has under that name, an id is a decimal string. A list's answer is {"set": […], "filter": {…}}.
//
//	user.find(filter)                 list       filter: query, userID, email, handle, username, kind, limit, sort …
//	user.read(userID)                 user       rejects with "… not found" text of the host if there is none
//	user.create(user)                 user
//	user.update(user)                 user       the id is in it
//	user.delete(userID)
//	user.undelete(userID)
//	user.suspend(userID)
//	user.unsuspend(userID)
//	user.password(userID, password)
//	group.find(filter)                list       filter: query, handle, name, limit, sort … Objects are roles: roleID, name, handle
//	group.read(roleID)                role
//	group.create(role)                role
//	group.update(role)                role
//	group.delete(roleID)
//	group.undelete(roleID)
//	group.archive(roleID)
//	group.unarchive(roleID)
//	member.list(roleID)               [userID]
//	member.add(roleID, userID)
//	member.remove(roleID, userID)
//	rule.update(roleID, rules)                   rules: [{resource, operation, access}], access is allow, deny or inherit
//	application.find(filter)          list
//	application.read(applicationID)   application
//	application.create(application)   application
//	application.update(application)   application
//	application.delete(applicationID)
//	reminder.find(filter)             list
//	reminder.create(reminder)         reminder   reminder: {resource, payload, remindAt, assignedTo}
//	mail.send(mail)                              mail: {to: [address], cc: [address], subject, html}
//
// # Limits
//
// Each run has a new machine, without files, network, processes, timers or other scripts; [Limits] bound it. The caller is
// answered within Limits.Time and a quarter of a second, whatever the script does. Memory, time, stack, host calls and
// output are a *[LimitError]; what is written to the log beyond its limit is lost.
//
// The language is what QuickJS knows (ES2023 and some of what came later) without what could work on out of reach of the
// clock: Proxy, BigInt, SharedArrayBuffer, Atomics, WeakRef, eval and Function with texts, the set operations of Set, and
// Iterator's drop. Where the engine walks by itself, arrays may have a million elements, texts that are searched with regular
// expressions or parsed as JSON a million characters, and patterns 4,096. What is built in is frozen. Date stands still at
// the moment at which the run began, by Config.Now; its local methods use the server's time zone.
//
// A run is told to stop in three steps: the engine's interrupt, which scripts can't catch; a stack so small that no function
// can be called ([machine.choke] says why); and a machine that goes on even then is left behind, keeps its place until it
// ends, and its script is not run again before its file changes.
//
// # Where this comes from
//
// The layout and the words of triggers are those of Corteza's runner ("corredor") and of its extensions, the library's names
// those of corteza-js, both as of June 2020. Not taken over: packages of npm, TypeScript, authToken (a script runs with
// rights, and carries none), Compose but for sendMail, and ctx.frontendBaseURL.
package script
