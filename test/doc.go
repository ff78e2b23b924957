// Package test tells stories over the real binary: each script/*.txt is run by testscript once per engine (see
// internal/store/storetest), with muster in PATH and a directory of its own, $WORK, that is removed afterwards.
//
//	go test ./test                              # all stories
//	go test ./test -run 'Stories/sqlite/life'   # one, on one engine; with -v it shows each step
//	go test ./test -update                      # rewrites what cmp compares
//
// Besides the commands of testscript (exec, cmp, grep, stdout, exists and so on) a story has these. With ! before it, a
// command has to fail.
//
//	serve [NAME=VALUE …] [FLAG …]
//		starts "muster serve" on a free port with its data in $WORK/data, and on PostgreSQL with a database of
//		the story's own, and waits until it listens: $URL is where. Its environment is the story's at its
//		beginning and the variables named here; what env sets later doesn't reach it. server.log is its log and
//		server.out its standard output. $PID is its process. One server at a time.
//	shutdown [TERM|INT|QUIT|HUP|KILL]
//		signals the server (TERM) and waits for its end. It fails if the exit status isn't 0, so a killed server
//		is "! shutdown KILL". Its data stay. (Testscript's own stop ends a story there and then; none may use it.)
//	http METHOD PATH [-auth TOKEN] [-basic USER:PASSWORD] [-header NAME:VALUE …] [-json BODY | -form BODY]
//		sends a request to $URL and PATH, or to PATH if it is a URL. The body comes to stdout, the header to
//		stderr, the status to $STATUS; no redirect is followed. TOKEN may be the name of a variable that capture
//		set. BODY may be @FILE. It fails only where there is no answer.
//	status CODE
//		fails unless the last answer has this status.
//	capture NAME JSONPATH
//		sets the variable NAME to a value of the last answer, which is JSON: names and positions with dots between
//		them ("response.set.0.id"), "#" for the length of a list, "." for the whole.
//	expect JSONPATH [VALUE]
//		fails unless the last answer has this value there (any, if none is given). Strings are without their
//		quotes; objects and lists are compact JSON with sorted names.
//	until JSONPATH VALUE METHOD PATH [flags]
//		sends a request like http, again and again, until the answer has this value there; ten seconds at most. For
//		what the server does after it has answered.
//	hides SECRET …
//		fails if one of the secrets (or variables of that name), a key, or the password of the database stands in
//		anything that the servers wrote: logs, files in $WORK/data, tables. Base64 and hex are seen through.
//	mail TO SUBJECT NAME
//		waits until a mail with that subject has left for TO, by the folder or by the SMTP server at $SMTP_URL,
//		and sets the variable NAME to what its link carries. Each mail is found once, the oldest first.
//	link NAME PATH [flags of http]
//		opens a live link, which is kept under that name until the story ends. It fails if there is none.
//	event NAME KIND
//		waits for the next event of a link, comments left out, which has to be of this kind, "end" where the
//		server has closed. Its data are the last answer then.
//	hangup NAME
//		closes a link.
//	sql STATEMENT
//		changes the database behind the server's back, while none runs.
//
// $EXAMPLES is the folder examples of the project.
//
// The conditions [sqlite] and [postgres] say on which engine the story runs. $DATABASE_URL is its database on
// PostgreSQL and empty on SQLite.
package test
