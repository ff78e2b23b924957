package core

import (
	"context"
	"encoding/json"
	"io"
	"path"
	"strings"

	"muster"
)

// An Upload is a file on its way in.
type Upload struct {
	Name      string // as the sender calls it; folders are cut off
	MediaType string // what the sender says it is; "" for nothing
	Content   io.Reader
	Owner     func() (muster.ID, error) // whose setting it becomes, 0 for the house; asked after Content has been read
}

func attachmentResource(id muster.ID) muster.Resource {
	return muster.Resource{Noun: muster.NounAttachment, ID: id}
}

// UploadSetting stores a file and sets the setting to "attachment:<id>", both or neither. The right is asked for before a byte
// is read, and once more when the row is written. Errors: [muster.ErrEmptyFile], [muster.ErrFileTooLarge], [muster.ErrImage] for
// what should be a picture and is none, [muster.ErrFilesFull], [muster.ErrBusy]; those of the settings; those of Content.
//
// The file that the setting named before stays: its address may be in use elsewhere.
func (c *Core) UploadSetting(ctx context.Context, key string, u Upload) (*muster.Setting, error) {
	action := muster.ActionCreateAttachment
	name, err := fileName(u.Name)
	if err != nil {
		return nil, c.explain(ctx, action, err)
	}
	_, err = view(ctx, c, action, func(v *View) (struct{}, error) {
		v.about.Changes = addChanges(nil, []any{"attachment.name", name, "setting.name", legalSettingName(key)})
		if err := v.Require(muster.Realm()); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, roomFor(v.Reader, v.Actor.User, 0)
	})
	if err != nil {
		return nil, err
	}
	a, err := c.files.store(ctx, muster.ActorFrom(ctx).User, name, u)
	if err != nil {
		return nil, c.refuseUpload(ctx, action, name, err)
	}
	s, err := c.setUploaded(ctx, action, a, key, u.Owner)
	if refused(err) {
		c.files.discard(ctx, a)
	}
	return s, err
}

// refuseUpload records what was wrong with a file.
func (c *Core) refuseUpload(ctx context.Context, action muster.Action, name string, err error) error {
	about := muster.Event{Resource: muster.Resource{Noun: muster.NounAttachment}, Changes: addChanges(nil, []any{"attachment.name", name})}
	c.recordRefusal(ctx, muster.ActorFrom(ctx), action, about, err)
	return c.explain(ctx, action, err)
}

// setUploaded makes a stored file visible: its row and its setting are one change.
func (c *Core) setUploaded(ctx context.Context, action muster.Action, a *muster.Attachment, key string, whose func() (muster.ID, error)) (*muster.Setting, error) {
	owner, err := whose()
	if err != nil {
		return nil, c.explain(ctx, action, err)
	}
	a.Kind, a.Labels = muster.AttachmentSetting, map[string]string{"key": key, "ownedBy": owner.String()}
	value, err := json.Marshal("attachment:" + a.ID.String())
	if err != nil {
		return nil, c.explain(ctx, action, err)
	}
	setting := muster.Setting{Name: key, Owner: owner, Value: value}
	checked := c.checkTemplates(ctx, []muster.Setting{setting})
	return do(ctx, c, action, func(tx *Tx) (*muster.Setting, error) {
		tx.About(attachmentResource(a.ID), "attachment.name", a.Name, "setting.name", legalSettingName(key), "setting.owner", owner)
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		if err := tx.insertFile(a); err != nil {
			return nil, err
		}
		if err := tx.mustExist(owner); err != nil {
			return nil, err
		}
		if err := tx.setSetting(setting, checked); err != nil {
			return nil, err
		}
		tx.Record(attachmentResource(a.ID), "attachment.size", a.Original.Size, "attachment.mimetype", a.Original.MediaType)
		return tx.Setting(muster.MainRealm, owner, key)
	})
}

// insertFile writes the row of a stored file, if there is room for it.
func (tx *Tx) insertFile(a *muster.Attachment) error {
	if err := roomFor(tx.Reader, a.Owner, a.Bytes()); err != nil {
		return err
	}
	return tx.InsertAttachment(a)
}

// mustExist refuses the id of nobody; 0 is the house.
func (tx *Tx) mustExist(owner muster.ID) error {
	if owner == 0 {
		return nil
	}
	u, err := tx.User(muster.MainRealm, owner)
	if err == nil && u == nil {
		err = muster.ErrUserNotFound
	}
	return err
}

// refused reports whether it is sure that nothing was committed. Of other failures nobody knows; what they leave is found by
// CleanAttachments.
func refused(err error) bool {
	e, foreign := muster.AsError(err)
	return err != nil && !foreign && e.Kind != muster.Internal && e.Kind != muster.Busy
}

// fileName is the name of a file without folders, whichever system the sender has.
func fileName(sent string) (string, error) {
	name := path.Base("/" + strings.ReplaceAll(sent, `\`, "/"))
	if name == "/" || name == "." || name == ".." || !muster.ValidText(name, muster.MaxName) {
		return "", muster.InvalidField("name", "1 to 200 characters, none of them control characters")
	}
	return name, nil
}

// legalSettingName keeps out of the audit trail what can't be a name.
func legalSettingName(key string) string {
	if !muster.ValidText(key, maxSettingName) {
		return ""
	}
	return key
}

// DeleteAttachment deletes a file of that kind. Nobody can read it from now on; its bytes go a week later. A setting that names
// it keeps its value.
func (c *Core) DeleteAttachment(ctx context.Context, kind string, id muster.ID) error {
	_, err := do(ctx, c, muster.ActionDeleteAttachment, func(tx *Tx) (struct{}, error) {
		tx.About(attachmentResource(id))
		if err := legalID(id); err != nil {
			return struct{}{}, err
		}
		a, err := tx.Attachment(muster.MainRealm, id)
		if err != nil {
			return struct{}{}, err
		}
		if a != nil {
			tx.About(attachmentResource(id), "attachment.name", a.Name)
		}
		if err := tx.Require(muster.Realm()); err != nil {
			return struct{}{}, err
		}
		if a == nil || a.Kind != kind {
			return struct{}{}, muster.ErrAttachmentNotFound
		}
		tx.Record(attachmentResource(id))
		_, err = tx.DeleteAttachment(muster.MainRealm, id, tx.Now())
		return struct{}{}, err
	})
	return err
}
