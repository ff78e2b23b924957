package core

import (
	"context"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"muster"
	"muster/internal/token"
)

// SeenAttachment is an attachment and what the caller needs to fetch its bytes.
type SeenAttachment struct {
	*muster.Attachment
	Signature string // of the addresses; "" where everybody may see the file
	SignedFor muster.ID
}

// ReadAttachment answers what is known of a file of that kind. Anybody who is signed in may ask for the file of a setting; of
// others only who has given it and who may manage settings know that there are any.
func (c *Core) ReadAttachment(ctx context.Context, kind string, id muster.ID) (SeenAttachment, error) {
	return view(ctx, c, muster.ActionReadAttachment, func(v *View) (SeenAttachment, error) {
		if err := legalID(id); err != nil {
			return SeenAttachment{}, err
		}
		if err := v.Require(attachmentResource(id)); err != nil {
			return SeenAttachment{}, err
		}
		a, err := v.attachment(kind, id)
		if err != nil {
			return SeenAttachment{}, err
		}
		if isPublicKind(kind) {
			return SeenAttachment{Attachment: a}, nil
		}
		if a.Owner != v.Actor.User && !v.May(muster.Realm(), muster.OpSettingsManage) {
			return SeenAttachment{}, muster.ErrAttachmentNotFound
		}
		signature, err := c.signFile(kind, id, v.Actor.User)
		return SeenAttachment{a, signature, v.Actor.User}, err
	})
}

func isPublicKind(kind string) bool { return kind == muster.AttachmentSetting }

// attachment reads a file of that kind. One of another kind is none.
func (v *View) attachment(kind string, id muster.ID) (*muster.Attachment, error) {
	a, err := v.Attachment(muster.MainRealm, id)
	if err == nil && (a == nil || a.Kind != kind) {
		err = muster.ErrAttachmentNotFound
	}
	return a, err
}

// A FileRequest asks for the bytes of a file by its address. Where the kind is not one that everybody may see, the address is
// signed for a user.
type FileRequest struct {
	Kind      string
	ID        muster.ID
	User      muster.ID
	Signature string
}

// FileContent is an open file. Whoever gets it closes it.
type FileContent struct {
	io.ReadSeekCloser
	Name      string
	MediaType string
	Size      int64
	Modified  time.Time
	Public    bool // everybody may see it
}

// OpenOriginal opens a file. Nobody needs to be signed in, but an address of most kinds needs a signature: without a good one
// the error is [muster.ErrBadSignature], for what does not exist [muster.ErrAttachmentNotFound].
func (c *Core) OpenOriginal(ctx context.Context, q FileRequest) (*FileContent, error) {
	return c.openFile(ctx, muster.ActionOpenOriginal, q, func(a *muster.Attachment) *muster.File { return &a.Original })
}

// OpenPreview opens the small picture of a file, like OpenOriginal. A file without one gives [muster.ErrAttachmentNotFound].
func (c *Core) OpenPreview(ctx context.Context, q FileRequest) (*FileContent, error) {
	return c.openFile(ctx, muster.ActionOpenPreview, q, func(a *muster.Attachment) *muster.File { return a.Preview })
}

func (c *Core) openFile(ctx context.Context, action muster.Action, q FileRequest, which func(*muster.Attachment) *muster.File) (*FileContent, error) {
	a, err := view(ctx, c, action, func(v *View) (*muster.Attachment, error) {
		v.about.Resource = attachmentResource(q.ID)
		if err := v.mayOpen(q); err != nil {
			return nil, err
		}
		a, err := v.attachment(q.Kind, q.ID)
		if err == nil && which(a) == nil {
			err = muster.ErrAttachmentNotFound
		}
		return a, err
	})
	if err != nil {
		return nil, err
	}
	f := which(a)
	content, err := c.files.blobs.Open(ctx, int64(f.Blob))
	if err != nil {
		return nil, c.explain(ctx, action, err) // there is a row: the disk has lost something
	}
	name := a.Name
	if f != &a.Original {
		name = strings.TrimSuffix(name, path.Ext(name)) + "." + f.Extension
	}
	return &FileContent{content, name, f.MediaType, content.Size, a.CreatedAt, isPublicKind(a.Kind)}, nil
}

// mayOpen checks the signature where there has to be one. It ends with its user: who is locked out loses his addresses too.
func (v *View) mayOpen(q FileRequest) error {
	if isPublicKind(q.Kind) {
		return nil
	}
	if !v.core.knowsFileSignature(q) {
		return muster.ErrBadSignature
	}
	u, err := v.User(muster.MainRealm, q.User)
	if err == nil && (u == nil || !u.Live()) {
		err = muster.ErrBadSignature
	}
	return err
}

// fileSignatureLife is how long a signed address is good.
const fileSignatureLife = time.Hour

// signFile makes a signature: the Unix second at which it ends, a dot, and a MAC over kind, id, user and end.
func (c *Core) signFile(kind string, id, user muster.ID) (string, error) {
	end := strconv.FormatInt(c.now().Add(fileSignatureLife).Unix(), 10)
	mac, err := c.keys.MAC(token.FileURL, kind, id.String(), user.String(), end)
	return end + "." + mac, err
}

func (c *Core) knowsFileSignature(q FileRequest) bool {
	end, mac, _ := strings.Cut(q.Signature, ".")
	if !c.keys.MatchMAC(token.FileURL, mac, q.Kind, q.ID.String(), q.User.String(), end) {
		return false
	}
	second, err := strconv.ParseInt(end, 10, 64)
	return err == nil && c.now().Before(time.Unix(second, 0))
}
