// Package bench measures Muster on the machine it runs on: how many requests a second it answers, how long they take, what
// they cost in processor time and memory.
//
// [Run] seeds a house with people, through the verbs of core, so that its indexes, events and sign-in names are those of a
// real one. Then it starts this same binary twice: as the server that is measured, and as a bare net/http handler that
// answers the same bytes and does nothing for them. Both are processes of their own, so that each one's processor time and
// memory can be told from those of the client, which is this process. One scenario after the other, each of the two is
// driven in a closed loop: so many connections, each of which sends its next request once it has the answer to the last.
//
// Numbers of two machines, or of one machine on two days, can't be compared. The ratio to the bare handler, measured seconds
// apart on the same machine with the same client, can. docs/ops/bench.md says how to read the table.
//
// Everything stays on the loopback device and in a folder that is removed in the end. What bench has started it ends, by its
// process, however Run returns.
package bench
