package store

import "muster"

// Contacts lists the contacts of a user who are neither deleted nor suspended, in order of adding.
func (r *Reader) Contacts(user muster.ID) ([]*muster.User, error) {
	return all(r, scanUser, `SELECT `+userColumns+` FROM contact c JOIN "user" ON id = c.contact
		WHERE c.user_id = $1 AND deleted_at = 0 AND suspended_at = 0 ORDER BY c.position`, user)
}

// CountContacts counts the contacts of a user, in whatever state they are.
func (r *Reader) CountContacts(user muster.ID) (int, error) {
	n, _, err := one(r, column[int], `SELECT COUNT(*) FROM contact WHERE user_id = $1`, user)
	return n, err
}

// AddContact makes another user, or himself, a contact of the user; it answers false if he was one.
func (tx *Tx) AddContact(user, contact muster.ID) (bool, error) {
	n, err := tx.exec(`INSERT INTO contact (user_id, contact, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, user, contact, tx.NewID())
	return n == 1, err
}

// RemoveContact takes a contact of the user away; it answers false if he was none.
func (tx *Tx) RemoveContact(user, contact muster.ID) (bool, error) {
	n, err := tx.exec(`DELETE FROM contact WHERE user_id = $1 AND contact = $2`, user, contact)
	return n == 1, err
}
