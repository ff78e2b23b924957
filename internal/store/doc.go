// Package store is all the SQL of Muster: one text for two engines, SQLite and PostgreSQL.
//
// Reading goes through a [Reader], writing through [Store.Write], which hands a [Tx] to a closure on the group writer: the
// only goroutine of a node that changes anything (see writer.go). What differs between the engines is in sqlite.go and
// postgres.go and in two folders of migrations.
//
// # Rules that hold in every file
//
// Placeholders are $1, $2, … Instants are Unix microseconds, 0 for none. Keys are folded in Go ([muster.Fold]) and compared
// byte for byte. A prefix is a range of keys, never LIKE. Every row belongs to a realm, and methods take the realm first.
// Uniqueness is never decided by a SELECT: insert, with ON CONFLICT DO NOTHING where "taken" is an answer, and let the
// index say so. There are no engine functions, no now(), no arrays.
//
// After an error of the database a Tx is dead: every later call answers that error, and the closure's work is rolled back
// whatever the closure returns. PostgreSQL would insist on it anyway; this way SQLite behaves alike.
package store
