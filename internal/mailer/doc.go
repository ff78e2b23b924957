// Package mailer writes mails and takes them to where they leave the house: an SMTP server, or a folder of .eml files. It
// knows no user, no token and no store.
//
// # A mail
//
// A [Mail] is one HTML part for one recipient:
//
//	Content-Type: text/html; charset=UTF-8
//	Content-Transfer-Encoding: quoted-printable
//
// The recipient is a bare address. Whatever could add a second one or another header (line ends, control and invisible
// characters, lists, comments, quoted local parts) is refused before a byte is written. A domain that is not ASCII is
// written in its ASCII form.
//
// # Once, or once more
//
// Send is called again when it is not known what became of a mail. The number that names the mail is then the same, and so
// are its Message-ID and its file: a folder never holds it twice, and a server that has it already can see that.
//
// # Failures
//
// [Permanent] tells whether trying again is of no use, [Down] whether other mails would fail alike, [Class] says in one
// word what happened. No error of this package holds an address of a person, a subject, a body, the password of the server
// or a word that the server said: they may all be logged.
//
// # Texts
//
// [Render] fills templates with [Fields]: those that the house comes with ([Default]), or an administrator's. Whoever writes
// a template can neither reach anything else nor keep the house busy: see [CheckTemplate].
package mailer
