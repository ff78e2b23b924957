// Package live is the live link: a client of a user stays connected, and is pushed what is sent to him. Façades mount it; it
// speaks server-sent events (agora-chat.md, 10).
//
// # The life of a link
//
//	request ─ OpenLink ─ online ─ ready ─ what waits, oldest first ─ live, with a comment each 15 s ─ kicked, or gone ─ offline
//
// A [Hub] holds the links of its node. [Hub.Serve] takes the connection over from net/http, whose buffers would be most of what a
// link takes; what is pushed lies in a short buffer of the link until its own goroutine has written it. A client who does not read is cut: one write may take 20 seconds, and the
// buffer has bounds. He finds the rest in his inbox when he comes back.
//
// # Nothing lost, nothing twice
//
// A message is stored before anybody hears of it. Links hear of it by its event, on the node of the sender as on all others, and
// the hub reads what it has to push: so there is one way, and a commit of which nobody knows the end pushes nothing that is
// not there. A link is known to the hub before it reads its inbox; what was pushed meanwhile waits, and is left out if the inbox had
// it. Ids decide, not their order: messages of different nodes become visible in any order.
//
// What a link has shown comes again on the next link until the client acknowledges it.
//
// # Endings
//
// A link ends when its client leaves, when it is told to (disconnect, replaced), and when the credential by which it was opened is no
// longer good, whatever ended that: each change to the user or to the session has it looked at again, and so does each
// fourth heartbeat. The house that stops says when to come back, at different moments to different clients.
package live
