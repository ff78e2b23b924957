package store

import (
	"encoding/json"
	"time"

	"muster"
)

const attachmentColumns = `id, realm, owner, kind, name, labels, original, preview, created_at, updated_at, deleted_at, version`

func scanAttachment(row scanner) (*muster.Attachment, error) {
	var a muster.Attachment
	var labels, original, preview string
	var created, updated, deleted int64
	err := row.Scan(&a.ID, &a.Realm, &a.Owner, &a.Kind, &a.Name, &labels, &original, &preview, &created, &updated, &deleted, &a.Version)
	if err != nil {
		return nil, err
	}
	a.CreatedAt, a.UpdatedAt, a.DeletedAt = instant(created), instant(updated), instant(deleted)
	if err := json.Unmarshal([]byte(labels), &a.Labels); err != nil {
		return nil, err
	}
	if preview != "" {
		a.Preview = &muster.File{}
		if err := json.Unmarshal([]byte(preview), a.Preview); err != nil {
			return nil, err
		}
	}
	return &a, json.Unmarshal([]byte(original), &a.Original)
}

// Attachment reads one attachment that is not deleted; nil if the realm has none of that id.
func (r *Reader) Attachment(realm, id muster.ID) (*muster.Attachment, error) {
	a, ok, err := one(r, scanAttachment, `SELECT `+attachmentColumns+` FROM attachment WHERE id = $1 AND realm = $2 AND deleted_at = 0`, id, realm)
	if !ok {
		return nil, err
	}
	return a, err
}

// FilesOf answers how many attachments a user has and how many bytes they take, those included that are deleted but not removed.
func (r *Reader) FilesOf(realm, owner muster.ID) (n int, bytes int64, err error) {
	type total struct {
		n     int
		bytes int64
	}
	t, _, err := one(r, func(row scanner) (t total, err error) { err = row.Scan(&t.n, &t.bytes); return t, err },
		`SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM attachment WHERE realm = $1 AND owner = $2`, realm, owner)
	return t.n, t.bytes, err
}

// DeletedAttachments lists the ids of at most limit attachments of all realms that were deleted before that instant.
func (r *Reader) DeletedAttachments(before time.Time, limit int) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT id FROM attachment WHERE deleted_at > 0 AND deleted_at < $1 ORDER BY deleted_at LIMIT $2`, stamp(before), limit)
}

// KnownBlobs are those of the ids, at most a thousand, that a row of any realm speaks of.
func (r *Reader) KnownBlobs(ids []muster.ID) (map[muster.ID]bool, error) {
	known := map[muster.ID]bool{}
	if len(ids) == 0 {
		return known, nil
	}
	text := `SELECT id FROM attachment WHERE id IN (` + marks(len(ids)) + `) UNION ALL SELECT preview_blob FROM attachment WHERE preview_blob IN (` + marks(len(ids)) + `)`
	list, err := allOf(r, column[muster.ID], number(text), append(anys(ids), anys(ids)...)...)
	for _, id := range list {
		known[id] = true
	}
	return known, err
}

// InsertAttachment stores a new attachment, whose original lies under the attachment's own id.
func (tx *Tx) InsertAttachment(a *muster.Attachment) error {
	labels, err := json.Marshal(a.Labels)
	if err != nil {
		return err
	}
	original, err := json.Marshal(a.Original)
	if err != nil {
		return err
	}
	var preview []byte
	var blob muster.ID
	if a.Preview != nil {
		blob = a.Preview.Blob
		if preview, err = json.Marshal(a.Preview); err != nil {
			return err
		}
	}
	return tx.run(`INSERT INTO attachment (`+attachmentColumns+`, preview_blob, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		a.ID, a.Realm, a.Owner, a.Kind, a.Name, string(labels), string(original), string(preview),
		stamp(a.CreatedAt), stamp(a.UpdatedAt), stamp(a.DeletedAt), a.Version, blob, a.Bytes())
}

// DeleteAttachment marks an attachment as deleted. It answers false if the realm has none of that id that is not.
func (tx *Tx) DeleteAttachment(realm, id muster.ID, at time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE attachment SET deleted_at = $1, version = version + 1 WHERE id = $2 AND realm = $3 AND deleted_at = 0`, stamp(at), id, realm)
	return n == 1, err
}

// RemoveAttachments takes away the rows of attachments that are deleted, and answers how many they were.
func (tx *Tx) RemoveAttachments(ids []muster.ID) (removed int64, err error) {
	return tx.each(`DELETE FROM attachment WHERE id = $1 AND deleted_at > 0`, ids)
}
