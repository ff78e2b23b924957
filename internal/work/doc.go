// Package work does what has to be done after a change was committed. It sends mail ([Runner]), runs scripts ([Errander]), tells of
// reminders that are due ([Bell]) and removes what nobody needs any more ([Cleaner]).
//
// # The life of a letter
//
// A verb of the core puts a letter into the outbox, in the transaction of its change. A [Runner] leases letters that are due,
// fills the templates, has the mail sent, and says what became of it:
//
//	due → leased → sent                                  finished
//	             → user deleted or suspended, address    finished, nothing sent
//	               not his now, link expired
//	             → refused for good, or a day old        finished, with the class of the failure
//	             → failed for the moment                 due again after 30 s, 1 min, 2 min, … 1 h (8 min with a link)
//	             → not tried: no time left, or stopping  due again at once
//
// Its texts, links and sender are what the settings say when it is sent. Templates of the settings that make no mail cost
// nobody his letter: the house's own are used, and the log says so.
//
// A crash between sending and finishing sends the letter again once the lease has run out, under the same number: see
// [muster/internal/mailer] for what that means to who gets it. Several nodes share one outbox; a lease keeps them apart.
//
// # What is kept secret
//
// A letter's token is in the mail and nowhere else. Logs hold the number and the kind of a letter and why it failed, never
// an address, a token or a text.
package work
