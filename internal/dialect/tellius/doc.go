// Package tellius speaks the public "APIs for users" of Tellius, so that scripts written for them work unchanged. There is no
// public code: the requests and answers are those of its help pages, and what nothing is published about was chosen by common
// custom; docs/dialects/tellius.md lists each endpoint with its test.
//
// Begin with the table in routes.go. A handler reads the body (body.go), asks one verb of the core and answers; shapes stand in
// the file of their noun, errors in errors.go.
//
// # Quirks worth knowing
//
// The token comes with the word Bearer before it or without. A success without content is 200 with an empty body. PUT is partial.
// The list of users has no pages: it is streamed. Ids are 24 hex digits. The group of the administrators is called SuperUsers, and
// the role superUser is nothing but being in it.
//
// # Where Muster differs on purpose
//
// Rights are looked up at each call, never read from a token. Deleting a user destroys nothing that he owned. An admin makes nobody
// mightier than himself. The last superUser stays. All failed sign-ins look alike.
package tellius
