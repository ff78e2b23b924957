// Package corteza speaks the system API of Corteza as it was in the middle of 2020, so that programs written for it work
// unchanged. The contract was measured on the original server; docs/dialects/corteza.md lists each endpoint with its test.
//
// Begin with the table in routes.go. A handler gets the parameters of its request, asks one verb of the core and says which
// shape the answer has; handle.go does the rest. Shapes stand in the file of their noun, sentences of errors in errors.go.
//
// Scripts speak this wire, too: what they are given is in scriptargs.go, and what they call in host.go, which are the handlers of
// the table once more.
//
// # Quirks worth knowing
//
// Whatever is routed answers 200; clients look at the keys response, success and error of the envelope (answer.go). Ids are
// decimal strings in objects and plain numbers inside a list's filter. Times have a fraction in the answer to a create and
// none later. Groups are called roles, events the action log.
//
// # Where Muster differs on purpose
//
// Tokens and passwords are taken from the Authorization header and from bodies, never from cookies or queries: this wire
// answers any origin with credentials, so a cookie would be everybody's. Tokens end with their session. A JSON content type
// may have parameters; a body of any other type is an error instead of being dropped. A username survives a PUT. Nobody
// disables himself or the last administrator, and only administrators act on administrators.
package corteza
