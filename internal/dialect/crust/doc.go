// Package crust speaks the system API of Crust as it was at the turn of 2018, with teams, so that programs written for it work
// unchanged. The contract was measured on the original server; docs/dialects/crust.md lists each endpoint with its test.
//
// Begin with the table in routes.go. A handler gets the parameters of its request, asks one verb of the core and says which
// shape the answer has; handle.go does the rest. Shapes stand in the file of their noun, sentences of errors in errors.go.
//
// # Quirks worth knowing
//
// Whatever is routed answers 200; clients look at the keys response and error. An action without a value answers
// {"response": false}: that is its success. Ids are decimal strings. Collections answer with and without a final slash. What is
// suspended, archived or deleted is not there, and neither is the group everyone; deleting what is not there succeeds. An update
// leaves alone what it does not name or names blank.
//
// # The token
//
// It comes as Authorization: Bearer, or as the cookie jwt, which pages of other sites can't use: it is HttpOnly, SameSite=Lax
// and belongs to the path of the mount, and a change that shows it has to come from an origin of the house. A token that is no
// good is an error on every route, open or not, and takes its cookie with it, so that nobody is locked out by an old one.
//
// # Where Muster differs on purpose
//
// In eighteen points, which the contract numbers D1 to D18; each has a test of its name.
package crust
