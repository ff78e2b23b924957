package core

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	"muster"
	"muster/internal/blob"
	"muster/internal/preview"
	"muster/internal/store"
)

// Blobs keep the bytes of files. What they promise is told by package blob.
type Blobs interface {
	Put(ctx context.Context, id int64, r io.Reader, limit int64) (int64, error)
	Open(ctx context.Context, id int64) (*blob.File, error)
	Delete(ctx context.Context, id int64) error
	List(ctx context.Context) iter.Seq2[int64, error]
}

// files is what happens to files outside of transactions. Bytes are written before the row that speaks of them, and removed after
// it, so that a row never lacks its bytes.
type files struct {
	blobs    Blobs
	previews *preview.Maker
	newID    func() muster.ID

	turns turns // of those who upload
}

// uploadsAtOnce is how many files one user may send at the same time.
const uploadsAtOnce = 4

func newFiles(o Options) *files {
	return &files{blobs: o.Blobs, previews: preview.New(), newID: o.Store.NewID, turns: newTurns(uploadsAtOnce)}
}

// store keeps the bytes of an upload, looks into them, and makes a preview of a picture. The attachment that it answers has no
// row yet. If it fails, nothing stays.
func (f *files) store(ctx context.Context, owner muster.ID, name string, u Upload) (*muster.Attachment, error) {
	leave, err := f.turns.enter(owner)
	if err != nil {
		return nil, err
	}
	defer leave()
	// The preview's id comes first: the larger one is a row's, so that no id is made twice after a restart.
	small, id := f.newID(), f.newID()
	a := &muster.Attachment{ID: id, Realm: muster.MainRealm, Owner: owner, Name: name, CreatedAt: id.Time(), Version: 1}
	a.Original = muster.File{Blob: id, Extension: strings.TrimPrefix(path.Ext(name), ".")}
	if a.Original.Size, err = f.put(ctx, id, u.Content); err == nil {
		err = f.lookInto(ctx, a, small, u.MediaType)
	}
	if err != nil {
		f.discard(ctx, a)
		return nil, err
	}
	return a, nil
}

func (f *files) put(ctx context.Context, id muster.ID, r io.Reader) (int64, error) {
	n, err := f.blobs.Put(ctx, int64(id), r, muster.MaxFile)
	switch {
	case errors.Is(err, blob.ErrTooLarge):
		return 0, muster.ErrFileTooLarge
	case err == nil && n == 0:
		return 0, muster.ErrEmptyFile
	}
	return n, err
}

// lookInto finds out what the bytes are, and keeps a preview of a picture.
func (f *files) lookInto(ctx context.Context, a *muster.Attachment, small muster.ID, declared string) error {
	content, err := f.blobs.Open(ctx, int64(a.ID))
	if err != nil {
		return err
	}
	defer content.Close()
	head := make([]byte, preview.HeadSize)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	t, err := fileType(preview.Sniff(head[:n]), a.Original.Extension, declared)
	a.Original.MediaType = string(t)
	if err != nil || !t.Image() {
		return err
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return f.addPreview(ctx, a, small, content, t)
}

func (f *files) addPreview(ctx context.Context, a *muster.Attachment, small muster.ID, content io.ReadSeeker, t preview.Type) error {
	p, err := f.previews.Make(ctx, content, t)
	switch {
	case errors.Is(err, preview.ErrImage):
		return muster.ErrImage
	case errors.Is(err, preview.ErrBusy):
		return muster.ErrBusy
	case err != nil:
		return err
	}
	a.Original.Image = imageSize(p.Source)
	a.Preview = &muster.File{Blob: small, Size: int64(len(p.Data)), Extension: p.Type.Extension(), MediaType: string(p.Type), Image: imageSize(p.Size)}
	_, err = f.blobs.Put(ctx, int64(small), bytes.NewReader(p.Data), int64(len(p.Data)))
	return err
}

func imageSize(s preview.Size) *muster.ImageSize {
	return &muster.ImageSize{Width: s.Width, Height: s.Height, Animated: s.Animated}
}

// fileType is what a file is served as. A picture is one only if its content, its extension and what the sender calls it agree,
// where the latter two say anything; what calls itself a picture and is none is refused. Text is what three times calls itself
// plain. All else is octets: nobody's browser shows them.
func fileType(content preview.Type, extension, declared string) (preview.Type, error) {
	claimed := preview.ClaimedBy(extension)
	if declared = strings.ToLower(declared); declared == "image/jpg" {
		declared = string(preview.JPEG)
	}
	silent := declared == "" || declared == string(preview.Octets)
	agrees := silent || declared == string(content)
	switch {
	case content.Image() && agrees && (extension == "" || claimed == content):
		return content, nil
	case content.Image():
		return preview.Octets, nil
	case claimed != "" || preview.Type(declared).Image():
		return "", muster.ErrImage
	case content == preview.Text && agrees && (extension == "" || strings.EqualFold(extension, "txt")):
		return preview.Text, nil
	}
	return preview.Octets, nil
}

// discard removes the bytes of a file that will have no row. What can't be removed now is found by CleanAttachments.
func (f *files) discard(ctx context.Context, a *muster.Attachment) {
	ctx = context.WithoutCancel(ctx)
	_ = f.blobs.Delete(ctx, int64(a.ID))
	if a.Preview != nil {
		_ = f.blobs.Delete(ctx, int64(a.Preview.Blob))
	}
}

// roomFor refuses a file for which its owner has no room. All that takes room counts, what is deleted too until its bytes are
// gone: otherwise somebody could fill the disk by uploading and deleting.
func roomFor(q *store.Reader, owner muster.ID, size int64) error {
	n, bytes, err := q.FilesOf(muster.MainRealm, owner)
	if err == nil && (n >= muster.MaxFiles || bytes+size > muster.MaxFilesBytes) {
		err = muster.ErrFilesFull
	}
	return err
}
