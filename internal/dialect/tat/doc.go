// Package tat speaks the users API of Tat, the message engine, as its last version (2021) did, with what it leans on: topics,
// groups, contacts, presences. Programs written for it work unchanged. docs/dialects/tat.md lists each endpoint with its test.
//
// Begin with the table in routes.go. A handler gets the parameters of its request, asks one verb of the core, and answers a
// value; the table says with which status. Shapes stand in wire.go and in the file of their noun, sentences of errors in
// words.go; errors.go says which status they have.
//
// # Quirks worth knowing
//
// There is no session: each request carries a username and a generated password in headers, in one of four spellings
// (auth.go). Tat's own client compares the status with exactly one code and takes any other for a failure, a success too: the
// codes of the table are that client's, also where the original answers others. Errors are {"error":"…"}, and many of them
// repeat what was asked. A few successes are the JSON string "".
//
// Users, topics and groups are named in paths, by the spelling that is shown and no other. Dates are Unix seconds, ids 24 hex
// digits. Archiving a user is deleting him; a suspended user is as if absent.
//
// # Where Muster differs on purpose
//
// Input that the original refuses with 500 is refused with 400, and what is refused changes nothing. Verifying uses its token
// up once, however many try. Asking for a new password never tells whether there is an account, and the callback of such a
// mail leads to no foreign host. Administrators are members of the administrators' group, in every wire.
package tat
