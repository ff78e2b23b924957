// Package muster is the vocabulary of Muster, the user system in one binary.
//
// It holds nouns only: what a [User], a [Group], a [Rule], a [Session] or an [Event] is, how an [ID] is made and
// spelled, what can go wrong ([Error]), who asks ([Actor]) and what can be asked for ([Action], the catalogue). The
// verbs are methods of internal/core; SQL is in internal/store; each wire that speaks to the outside is a façade of
// its own. Nothing in this package does input or output.
//
// # The domain on one page
//
// A [Realm] is a namespace. Usernames and e-mails of its users share one space of sign-in names that is unique in any
// letter case (see [Fold]), so that "username or e-mail" never needs a guess. The realm main ([MainRealm]) exists from
// the start.
//
// A [User] is active, unconfirmed (has an e-mail that nobody has proven yet), suspended or deleted. Deletion is soft and
// frees the names. A user always has a username; where a wire gives none it is made from what is known
// (UsernameGiven is false then).
//
// A [Group] is a named set of users and may carry rules. Two are built in: [Everyone], which each signed-in user is in
// without being a member, and [Administrators]. "Administrator" means: live member of Administrators.
//
// A [Rule] allows or denies one operation on one [Resource] to one group. The engine in internal/perm decides; the verb
// in internal/core asks, once, inside the one function through which every change goes.
//
// A [Session] is one signed-in client. It owns its tokens: ending it ends them all at once.
//
// Each change, and each refusal of a signed-in caller, leaves an [Event]. Events are the audit trail, and the outbox
// rows that hang on them are the only way by which mail leaves the house.
package muster
