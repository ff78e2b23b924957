// Package httpx is the one wrapper around net/http that all façades share: handlers that return errors, routing without
// redirects, limits, request ids, decoding and encoding. It imports the standard library and the vocabulary only; it
// knows no wire, no right and no object.
//
// # The way of a request
//
//	NewServer    header size and time, idle time, HTTP/2 streams
//	NewHandler   request id → security headers → access log → recover → limits → the mount that the path begins with
//	NewRouter    one façade: path and method → Route, else the wire's own 404 or 405
//	Wire.Wrap    what the façade does for each route: authentication
//	route.Handler    ReadBody, DecodeJSON, DecodeParams or DecodeFormFirst; a verb of the core; JSON; or an error, spelled by Wire.Error
//
// The access log stands outside recover, so that the answer to a panic is in it too. Everything before the router answers
// in text/plain (414, 400, 503, and 404 outside all mounts), because no wire is known yet.
//
// # Routes
//
// A façade is a table of routes: [Public] for those that nobody needs to be signed in for, [For] for those that stand for
// an entry of the catalogue. Patterns are those of [http.ServeMux] without method and host, with two differences: a
// pattern that ends in a slash matches that path only, and GET doesn't answer HEAD. No redirect ever leaves; see
// docs/adr/0001-servemux-wrapped-once.md.
//
// # Limits
//
// The numbers are the constants of limits.go. A body beyond its limit is an error of code "too-large", a body that comes
// too slowly "too-slow", one of the wrong type, charset or encoding "unsupported-media-type", and anything that can't be
// read "malformed". All four are of [muster.Invalid] and hold neither input nor names of Go types; each wire spells them
// in its own words.
//
// # Cookies
//
// A façade that takes tokens from a cookie has [Origins.Check] refuse changes that pages of other sites cause, lets web apps of
// listed origins read its answers by [Origins.Allow], and sets the cookie for TLS only where [Secure] says so.
//
// # Logs
//
// The access log holds the method, the pattern of the route, the status, bytes, milliseconds, the request id and the
// client's address. It never holds a raw path, a query, a header or a body: those may carry tokens. An error that is not
// a [muster.Error] is logged here, once, with the request id; the client hears "internal error" only.
package httpx
