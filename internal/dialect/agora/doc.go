// Package agora speaks the user-system API of Agora Chat, also sold as Easemob IM, so that server programs written for it work
// unchanged. The contract was put together from the vendor's pages, from its clients and from recorded answers;
// docs/dialects/agora.md lists each endpoint with its test.
//
// Begin with the table in routes.go: it is below /{org}/{app}, which agora.go takes off after it has found the application. A
// handler gets a [call], asks one verb of the core and says what of the envelope its answer has; answer.go does the rest. The
// words of errors are in errors.go.
//
// # Who asks
//
// Each application has users of its own, or is bound to the people of the house. Its servers come with a token of the application,
// its users with one of their own; both are opaque if the house made them, and begin with 007 if the application signed them
// itself. An application may do anything to its users but those who are administrators; users may ask about themselves only.
//
// # Quirks worth knowing
//
// What is looked at first is fixed: application, route, call frequency, token, body, arguments, and the user last, so that nobody
// learns who exists before he has shown a token. Success is always 200. Usernames are shown in lower case, and a user's UUID can
// stand wherever his name can. A page that is the last has no cursor member at all: the vendor's Java client would begin again at
// an empty one. A JSON body may come without a content type, as the same client sends it.
package agora
