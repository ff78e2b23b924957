package store

import "muster"

const organisationColumns = `id, realm, name, created_at, updated_at, archived_at, deleted_at, version`

func scanOrganisation(row scanner) (*muster.Organisation, error) {
	var o muster.Organisation
	var created, updated, archived, deleted int64
	err := row.Scan(&o.ID, &o.Realm, &o.Name, &created, &updated, &archived, &deleted, &o.Version)
	o.CreatedAt, o.UpdatedAt, o.ArchivedAt, o.DeletedAt = instant(created), instant(updated), instant(archived), instant(deleted)
	return &o, err
}

// Organisation reads one organisation, in whatever state; nil if the realm has none of that id.
func (r *Reader) Organisation(realm, id muster.ID) (*muster.Organisation, error) {
	o, ok, err := one(r, scanOrganisation, `SELECT `+organisationColumns+` FROM organisation WHERE id = $1 AND realm = $2`, id, realm)
	if !ok {
		return nil, err
	}
	return o, err
}

// Organisations lists the live organisations whose names begin with prefix, by name.
func (r *Reader) Organisations(realm muster.ID, prefix string) ([]*muster.Organisation, error) {
	var w where
	w.add("realm = ?", realm)
	w.add("archived_at = 0 AND deleted_at = 0")
	if prefix != "" {
		w.prefix("name_key", muster.Fold(prefix))
	}
	return allOf(r, scanOrganisation, number(`SELECT `+organisationColumns+` FROM organisation`+w.text()+` ORDER BY name_key, id`), w.args...)
}

// InsertOrganisation stores a new organisation.
func (tx *Tx) InsertOrganisation(o *muster.Organisation) error {
	return tx.run(`INSERT INTO organisation (`+organisationColumns+`, name_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		o.ID, o.Realm, o.Name, stamp(o.CreatedAt), stamp(o.UpdatedAt), stamp(o.ArchivedAt), stamp(o.DeletedAt), o.Version, muster.Fold(o.Name))
}

// UpdateOrganisation stores all of an organisation and raises its version. It fails like [Tx.UpdateUser].
func (tx *Tx) UpdateOrganisation(o *muster.Organisation) error {
	n, err := tx.exec(`UPDATE organisation SET name = $1, updated_at = $2, archived_at = $3, deleted_at = $4, name_key = $5, version = version + 1
		WHERE id = $6 AND realm = $7 AND version = $8`,
		o.Name, stamp(o.UpdatedAt), stamp(o.ArchivedAt), stamp(o.DeletedAt), muster.Fold(o.Name), o.ID, o.Realm, o.Version)
	return raise(&o.Version, n, err)
}
