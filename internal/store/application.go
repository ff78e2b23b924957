package store

import (
	"encoding/json"

	"muster"
)

const applicationColumns = `id, realm, name, owner, enabled, launcher, created_at, updated_at, deleted_at, version`

func scanApplication(row scanner) (*muster.Application, error) {
	var a muster.Application
	var enabled, created, updated, deleted int64
	var launcher string
	err := row.Scan(&a.ID, &a.Realm, &a.Name, &a.Owner, &enabled, &launcher, &created, &updated, &deleted, &a.Version)
	if err != nil {
		return nil, err
	}
	a.Enabled = enabled == 1
	a.CreatedAt, a.UpdatedAt, a.DeletedAt = instant(created), instant(updated), instant(deleted)
	if launcher == "" {
		return &a, nil
	}
	a.Launcher = &muster.Launcher{}
	return &a, json.Unmarshal([]byte(launcher), a.Launcher)
}

// launcherText is a launcher as it is stored.
func launcherText(l *muster.Launcher) (string, error) {
	if l == nil {
		return "", nil
	}
	text, err := json.Marshal(l)
	return string(text), err
}

// Application reads one application, deleted or not; nil if the realm has none of that id.
func (r *Reader) Application(realm, id muster.ID) (*muster.Application, error) {
	a, ok, err := one(r, scanApplication, `SELECT `+applicationColumns+` FROM application WHERE id = $1 AND realm = $2`, id, realm)
	if !ok {
		return nil, err
	}
	return a, err
}

var applicationSort = sortColumns{
	"id": "id", "owner": "owner", "name": "name_key", "enabled": "enabled", "launcher": "launcher",
	"createdAt": "created_at", "updatedAt": "updated_at", "deletedAt": "deleted_at",
}

// Applications lists the applications of a realm that f selects and the caller may see.
func (r *Reader) Applications(realm muster.ID, f muster.ApplicationFilter, see Visible) (muster.List[*muster.Application], error) {
	var w where
	w.add("realm = ?", realm)
	w.state("deleted_at", f.Deleted)
	w.visible("id", see)
	w.contains("name_key", muster.Fold(f.Contains))
	return listOf(r, scanApplication, applicationColumns, "application", w, applicationSort, f.Sort, f.Page)
}

// InsertApplication stores a new application.
func (tx *Tx) InsertApplication(a *muster.Application) error {
	launcher, err := launcherText(a.Launcher)
	if err != nil {
		return err
	}
	return tx.run(`INSERT INTO application (`+applicationColumns+`, name_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.ID, a.Realm, a.Name, a.Owner, bit(a.Enabled), launcher, stamp(a.CreatedAt), stamp(a.UpdatedAt), stamp(a.DeletedAt), a.Version, muster.Fold(a.Name))
}

// UpdateApplication stores all of an application and raises its version. It fails like [Tx.UpdateUser].
func (tx *Tx) UpdateApplication(a *muster.Application) error {
	launcher, err := launcherText(a.Launcher)
	if err != nil {
		return err
	}
	n, err := tx.exec(`UPDATE application SET name = $1, owner = $2, enabled = $3, launcher = $4, updated_at = $5, deleted_at = $6, name_key = $7,
		version = version + 1 WHERE id = $8 AND realm = $9 AND version = $10`,
		a.Name, a.Owner, bit(a.Enabled), launcher, stamp(a.UpdatedAt), stamp(a.DeletedAt), muster.Fold(a.Name), a.ID, a.Realm, a.Version)
	return raise(&a.Version, n, err)
}
