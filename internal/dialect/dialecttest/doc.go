// Package dialecttest replays recorded exchanges against a running server: what a dialect promises, as text that people read.
//
//	player := &dialecttest.Player{URL: server.URL + "/corteza/system", Values: map[string]string{"run": "golden"}}
//	player.Play(t, "testdata/users.txt")
//
// # The files
//
// A file holds exchanges, each with a name, a request, a line of ten hyphens, and the answer that is expected:
//
//	=== users/create
//	# Text for people: any lines that begin with a number sign, before the request.
//	POST /users/
//	Authorization: Bearer {{adminJWT}}
//
//	{"name": "Ann {{run}}"}
//	----------
//	200 application/json
//	Vary: Origin
//
//	{"response": {"userID": "<id:annID>", "name": "Ann {{run}}", "createdAt": "<nanotime>"}}
//
// The request is a method and a path, headers, and after a blank line a body. A body that begins with a brace or bracket is
// sent as application/json unless the headers say otherwise. The answer is a status and the exact Content-Type (none: the
// answer must have none), headers, and after a blank line a body (none: the answer must have none). Headers that are not
// named may be anything; "Name: -" says that there must be none. Blank lines at the end of a body don't count.
//
// {{name}} stands for a value: one that the test gave, or one that an earlier answer was captured for. It is put in as it is,
// so {{annID}} without quotes is a number.
//
// A JSON answer is compared as JSON: exactly the expected members in any order, lists in their order, numbers with all their
// digits. Any other is compared as text. In the strings of both, <class> stands for what differs from run to run, and
// <class:name> captures it. The classes are listed in [Player.Classes]. A class of numbers stands for a whole JSON number,
// all others for text or part of it; a word in angle brackets that is no class is itself.
//
// An exchange of one line "do NAME ARGUMENTS…" calls a function of the test, for what no request can do: reading a mail,
// turning the clock.
//
// # What has to be refused
//
// [Refuse] plays the shared table of refusals against a façade that describes itself by a [Facade]; docs/ops/refusals.md shows
// the table and who has joined.
//
// # Asking by hand
//
// A [Client] sends single requests. A façade's tests embed it, and give its answers the methods that know their wire.
//
// # What the documentation says
//
// [CheckPage] holds a wire's page in docs/dialects against its routes, and against the tests that the page names.
package dialecttest
