package core

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"path"
	"strings"
	"testing"
	"testing/iotest"

	"muster"
	"muster/internal/preview"
)

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func upload(name, mediaType string, content io.Reader) Upload {
	return Upload{Name: name, MediaType: mediaType, Content: content, Owner: func() (muster.ID, error) { return 0, nil }}
}

// uploaded uploads a file and answers its id.
func (h *house) uploaded(ctx context.Context, key string, u Upload) muster.ID {
	h.t.Helper()
	s, err := h.UploadSetting(ctx, key, u)
	h.must(err)
	text, ok := strings.CutPrefix(strings.Trim(string(s.Value), `"`), "attachment:")
	id, isID := muster.ParseID(text)
	if !ok || !isID {
		h.t.Fatalf("the setting is %s", s.Value)
	}
	return id
}

// blobs are the ids that the disk knows.
func (h *house) blobs() (ids []int64) {
	h.t.Helper()
	for id, err := range h.files.blobs.List(h.context()) {
		h.must(err)
		ids = append(ids, id)
	}
	return ids
}

func (h *house) content(f *FileContent, err error) string {
	h.t.Helper()
	h.must(err)
	defer f.Close()
	b, err := io.ReadAll(f)
	h.must(err)
	return string(b)
}

func settingFile(id muster.ID) FileRequest {
	return FileRequest{Kind: muster.AttachmentSetting, ID: id}
}

func TestUploadSetting(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		ctx := h.as(admin)
		h.quiet()
		picture := pngOf(400, 200)
		id := h.uploaded(ctx, "ui.one.logo", upload(`C:\pictures\..\logo.png`, "image/png", bytes.NewReader(picture)))
		e := h.emitted("attachment.create")[0]
		if e.Resource != attachmentResource(id) || e.Actor != admin.User.ID || e.Changes["attachment.name"] != "logo.png" || e.Changes["setting.name"] != "ui.one.logo" {
			t.Errorf("event %+v", e)
		}
		a, err := h.ReadAttachment(ctx, muster.AttachmentSetting, id)
		h.must(err)
		if a.Name != "logo.png" || a.Owner != admin.User.ID || a.Labels["key"] != "ui.one.logo" || a.Labels["ownedBy"] != "0" || a.Signature != "" ||
			a.Original.Size != int64(len(picture)) || a.Original.MediaType != "image/png" || *a.Original.Image != (muster.ImageSize{Width: 400, Height: 200}) ||
			a.Preview == nil || a.Preview.MediaType != "image/jpeg" || *a.Preview.Image != (muster.ImageSize{Width: 320, Height: 160}) {
			t.Errorf("%+v %+v", a.Attachment, a.Preview)
		}
		if got := h.content(h.OpenOriginal(h.nobody(), settingFile(id))); got != string(picture) {
			t.Errorf("%d other bytes", len(got))
		}
		if got := h.content(h.OpenPreview(h.nobody(), settingFile(id))); int64(len(got)) != a.Preview.Size {
			t.Errorf("a preview of %d bytes", len(got))
		}
		if got := len(h.blobs()); got != 2 {
			t.Errorf("%d blobs", got)
		}

		h.quiet()
		h.must(h.DeleteAttachment(ctx, muster.AttachmentSetting, id))
		h.emitted("attachment.delete")
		for _, open := range []func(context.Context, FileRequest) (*FileContent, error){h.OpenOriginal, h.OpenPreview} {
			_, err := open(h.nobody(), settingFile(id))
			h.refused(err, muster.ErrAttachmentNotFound)
		}
		h.refused(h.DeleteAttachment(ctx, muster.AttachmentSetting, id), muster.ErrAttachmentNotFound)
	})
}

// TestUploadRefused: whatever is refused leaves nothing behind, on the disk or in the database.
func TestUploadRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		unread := iotest.ErrReader(errors.New("the content was read before the right was asked for"))
		h.quiet()
		_, err := h.UploadSetting(h.as(ann), "ui.one.logo", upload("logo.png", "", unread))
		h.refused(err, muster.ErrDenied)
		h.emitted("attachment.create:denied")
		_, err = h.UploadSetting(h.nobody(), "ui.one.logo", upload("logo.png", "", unread))
		h.refused(err, muster.ErrUnauthenticated)

		whose := func(id muster.ID) Upload {
			u := upload("a.txt", "", strings.NewReader("hello"))
			u.Owner = func() (muster.ID, error) { return id, nil }
			return u
		}
		for name, c := range map[string]struct {
			key  string
			u    Upload
			want *muster.Error
		}{
			"no name":            {"k", upload("..", "", strings.NewReader("x")), muster.InvalidField("name", "")},
			"NUL in the name":    {"k", upload("a\x00.png", "", strings.NewReader("x")), muster.InvalidField("name", "")},
			"empty":              {"k", upload("a.txt", "", strings.NewReader("")), muster.ErrEmptyFile},
			"too large":          {"k", upload("a.bin", "", io.LimitReader(endless{}, muster.MaxFile+1)), muster.ErrFileTooLarge},
			"no picture":         {"k", upload("a.png", "", strings.NewReader("<html>")), muster.ErrImage},
			"says it is one":     {"k", upload("a", "image/gif", strings.NewReader("<html>")), muster.ErrImage},
			"broken picture":     {"k", upload("a.gif", "", strings.NewReader("GIF89a")), muster.ErrImage},
			"not of this type":   {muster.SettingSignUp, upload("a.txt", "", strings.NewReader("x")), muster.InvalidField("setting", "")},
			"no name of setting": {"", upload("a.txt", "", strings.NewReader("x")), muster.InvalidField("setting", "")},
			"of nobody":          {"k", whose(999), muster.ErrUserNotFound},
			"broken off":         {"k", upload("a.txt", "", io.MultiReader(strings.NewReader("x"), iotest.ErrReader(muster.ErrInvalidToken))), muster.ErrInvalidToken},
		} {
			_, err := h.UploadSetting(h.as(admin), c.key, c.u)
			if h.refused(err, c.want); t.Failed() {
				t.Fatal(name)
			}
			if got := h.blobs(); len(got) != 0 {
				t.Fatalf("%s leaves %v", name, got)
			}
		}
		s, err := h.ReadSetting(h.as(admin), "k", 0)
		if err != nil || s != nil {
			t.Errorf("the setting is %v, %v", s, err)
		}
		n, bytes, err := h.store.Reader(h.context()).FilesOf(muster.MainRealm, admin.User.ID)
		if n != 0 || bytes != 0 || err != nil {
			t.Errorf("%d files of %d bytes, %v", n, bytes, err)
		}
		id := h.uploaded(h.as(admin), "k", whose(ann.User.ID))
		if s, err := h.ReadSetting(h.as(admin), "k", ann.User.ID); err != nil || s == nil {
			t.Errorf("ann's setting is %v, %v", s, err)
		}
		h.refused(h.DeleteAttachment(h.as(ann), muster.AttachmentSetting, id), muster.ErrDenied)
	})
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// insert stores an attachment as no verb makes it.
func (h *house) insert(a *muster.Attachment, content string) {
	h.t.Helper()
	a.ID, a.Realm, a.CreatedAt, a.Version = h.store.NewID(), muster.MainRealm, h.clock.Now(), 1
	a.Original.Blob = a.ID
	if content != "" {
		n, err := h.files.blobs.Put(h.context(), int64(a.ID), strings.NewReader(content), 100)
		h.must(err)
		a.Original.Size = n
	}
	h.must(h.store.Write(h.context(), func(tx *storeTx) error { return tx.InsertAttachment(a) }, nil))
}

func TestQuota(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		h.insert(&muster.Attachment{Owner: admin.User.ID, Original: muster.File{Size: muster.MaxFilesBytes - 10}}, "")
		_, err := h.UploadSetting(h.as(admin), "k", upload("a.txt", "", strings.NewReader("eleven byte")))
		h.refused(err, muster.ErrFilesFull)
		id := h.uploaded(h.as(admin), "k", upload("a.txt", "", strings.NewReader("ten bytes!")))
		h.must(h.DeleteAttachment(h.as(admin), muster.AttachmentSetting, id))
		_, err = h.UploadSetting(h.as(admin), "k", upload("a.txt", "", strings.NewReader("x")))
		h.refused(err, muster.ErrFilesFull) // what is deleted takes room as long as its bytes are there
	})
}

func TestUploadsAtOnce(t *testing.T) {
	h := newHouse(t, "sqlite")
	h.confirmation(false)
	admin := h.join("admin")
	ctx := h.as(admin)
	hold := make(chan struct{})
	begun, done := make(chan struct{}, uploadsAtOnce), make(chan error, uploadsAtOnce)
	for range uploadsAtOnce {
		go func() {
			_, err := h.UploadSetting(ctx, "k", upload("a.txt", "", io.MultiReader(strings.NewReader("x"), &held{begun, hold})))
			done <- err
		}()
	}
	for range uploadsAtOnce {
		<-begun
	}
	_, err := h.UploadSetting(ctx, "k", upload("a.txt", "", strings.NewReader("x")))
	h.refused(err, muster.ErrBusy)
	close(hold)
	for range uploadsAtOnce {
		h.must(<-done)
	}
	h.uploaded(ctx, "k", upload("a.txt", "", strings.NewReader("x")))
}

// A held reader says that it has begun, and ends when it is let go.
type held struct{ begun, hold chan struct{} }

func (r *held) Read([]byte) (int, error) {
	r.begun <- struct{}{}
	<-r.hold
	return 0, io.EOF
}

// TestSignedFiles: the address of a file that not everybody may see covers kind, id, user and end, and ends with its user.
func TestSignedFiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		a := &muster.Attachment{Owner: ann.User.ID, Kind: "compose", Name: "a.txt", Original: muster.File{MediaType: "text/plain"}}
		h.insert(a, "hello")
		other := &muster.Attachment{Owner: ann.User.ID, Kind: "compose", Name: "b.txt", Original: muster.File{MediaType: "text/plain"}}
		h.insert(other, "other")

		_, err := h.ReadAttachment(h.as(bob), "compose", a.ID)
		h.refused(err, muster.ErrAttachmentNotFound)
		_, err = h.ReadAttachment(h.as(ann), muster.AttachmentSetting, a.ID)
		h.refused(err, muster.ErrAttachmentNotFound)
		_, err = h.ReadAttachment(h.as(admin), "compose", a.ID)
		h.must(err)
		seen, err := h.ReadAttachment(h.as(ann), "compose", a.ID)
		h.must(err)

		q := FileRequest{Kind: "compose", ID: a.ID, User: ann.User.ID, Signature: seen.Signature}
		f, err := h.OpenOriginal(h.nobody(), q)
		if got := h.content(f, err); got != "hello" || f.Public {
			t.Errorf("%q, public %v", got, f.Public)
		}
		_, err = h.OpenPreview(h.nobody(), q)
		h.refused(err, muster.ErrAttachmentNotFound) // there is none

		bad := func(what string, q FileRequest, want *muster.Error) {
			t.Helper()
			f, err := h.OpenOriginal(h.nobody(), q)
			if err == nil {
				_ = f.Close()
				t.Errorf("%s: opened", what)
			}
			h.refused(err, want)
		}
		swap := func(change func(*FileRequest)) FileRequest { q := q; change(&q); return q }
		bad("another kind", swap(func(q *FileRequest) { q.Kind = "messaging" }), muster.ErrBadSignature)
		bad("as a setting", swap(func(q *FileRequest) { q.Kind = muster.AttachmentSetting }), muster.ErrAttachmentNotFound)
		bad("another file", swap(func(q *FileRequest) { q.ID = other.ID }), muster.ErrBadSignature)
		bad("another user", swap(func(q *FileRequest) { q.User = bob.User.ID }), muster.ErrBadSignature)
		bad("a later end", swap(func(q *FileRequest) { q.Signature = "9" + q.Signature }), muster.ErrBadSignature)
		bad("nothing", swap(func(q *FileRequest) { q.Signature = "" }), muster.ErrBadSignature)
		for i := range seen.Signature {
			bad("cut", swap(func(q *FileRequest) { q.Signature = q.Signature[:i] }), muster.ErrBadSignature)
			bad("changed", swap(func(q *FileRequest) { q.Signature = q.Signature[:i] + "~" + q.Signature[i+1:] }), muster.ErrBadSignature)
		}

		h.must(h.SuspendUser(h.as(admin), ann.User.ID))
		bad("of somebody who is locked out", q, muster.ErrBadSignature)
		h.must(h.UnsuspendUser(h.as(admin), ann.User.ID))
		h.content(h.OpenOriginal(h.nobody(), q))
		h.advance(fileSignatureLife)
		bad("too old", q, muster.ErrBadSignature)
	})
}

func TestCleanAttachments(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		_, err := h.CleanAttachments(h.as(admin))
		h.refused(err, muster.ErrDenied)

		kept := h.uploaded(h.as(admin), "kept", upload("a.png", "", bytes.NewReader(pngOf(10, 10))))
		gone := h.uploaded(h.as(admin), "gone", upload("b.png", "", bytes.NewReader(pngOf(10, 10))))
		lost := h.store.NewID() // an upload that a crash has ended
		_, err = h.files.blobs.Put(h.context(), int64(lost), strings.NewReader("x"), 1)
		h.must(err)
		h.must(h.DeleteAttachment(h.as(admin), muster.AttachmentSetting, gone))
		clean := func(want, left int, events ...string) {
			t.Helper()
			h.quiet()
			n, err := h.CleanAttachments(h.system())
			h.must(err)
			h.emitted(events...)
			if n != want || len(h.blobs()) != left {
				t.Errorf("removed %d, want %d; left are %v, want %d", n, want, h.blobs(), left)
			}
		}
		clean(0, 5)
		h.advance(unknownBlobsStay)
		clean(1, 4) // what was lost
		h.advance(deletedFilesStay)
		young := h.store.NewID() // an upload under way
		_, err = h.files.blobs.Put(h.context(), int64(young), strings.NewReader("x"), 1)
		h.must(err)
		clean(2, 3, "attachment.clean-up")
		clean(0, 3)
		h.content(h.OpenOriginal(h.nobody(), settingFile(kept)))
		h.content(h.OpenPreview(h.nobody(), settingFile(kept)))
	})
}

// TestLostBytes: a row without its bytes is our fault, not the caller's.
func TestLostBytes(t *testing.T) {
	h := newHouse(t, "sqlite")
	h.confirmation(false)
	id := h.uploaded(h.as(h.join("admin")), "k", upload("a.txt", "", strings.NewReader("x")))
	h.must(h.files.blobs.Delete(h.context(), int64(id)))
	_, err := h.OpenOriginal(h.nobody(), settingFile(id))
	h.refused(err, muster.ErrInternal)
}

// TestFullDiskWhileUploading: the caller hears that it is our fault, and nothing stays.
func TestFullDiskWhileUploading(t *testing.T) {
	h := newHouse(t, "sqlite")
	h.confirmation(false)
	ctx := h.as(h.join("admin"))
	h.files.blobs = fullDisk{h.files.blobs}
	_, err := h.UploadSetting(ctx, "k", upload("a.png", "", bytes.NewReader(pngOf(10, 10))))
	h.refused(err, muster.ErrInternal)
	if s, err := h.ReadSetting(ctx, "k", 0); err != nil || s != nil || len(h.blobs()) != 0 {
		t.Errorf("%v, %v, %v", s, err, h.blobs())
	}
}

// A fullDisk has room for what comes first, the original, and for nothing after it.
type fullDisk struct{ Blobs }

func (d fullDisk) Put(ctx context.Context, id int64, r io.Reader, limit int64) (int64, error) {
	for range d.List(ctx) {
		return 0, errors.New("no space left on device")
	}
	return d.Blobs.Put(ctx, id, r, limit)
}

func TestFileTypes(t *testing.T) {
	picture, gif := string(pngOf(1, 1)), "GIF89a…"
	for _, c := range []struct{ name, declared, content, want string }{
		{"a.png", "image/png", picture, "image/png"},
		{"a.PNG", "", picture, "image/png"},
		{"a", "", picture, "image/png"},
		{"a", "application/octet-stream", picture, "image/png"},
		{"a.html", "image/png", picture, "application/octet-stream"},
		{"a.png", "text/html", picture, "application/octet-stream"},
		{"a.jpg", "image/jpeg", picture, "application/octet-stream"},
		{"a.js", "", gif, "application/octet-stream"},
		{"a.png", "", "<html>", "error"},
		{"a.txt", "image/webp", "hello", "error"},
		{"a.gif", "image/gif", "hello", "error"},
		{"a.txt", "text/plain", "hello", "text/plain"},
		{"a.TXT", "", "hello", "text/plain"},
		{"a", "", "hello", "text/plain"},
		{"a.txt", "text/html", "<script>", "application/octet-stream"},
		{"a.html", "text/html", "<script>", "application/octet-stream"},
		{"a.svg", "image/svg+xml", "<svg/>", "application/octet-stream"},
		{"a.js", "", "alert(1)", "application/octet-stream"},
		{"a.txt", "text/plain", "a\x00b", "application/octet-stream"},
		{"a.pdf", "application/pdf", "%PDF-1.4\n", "application/octet-stream"},
		{"a.tiff", "image/tiff", "II*\x00", "application/octet-stream"},
	} {
		got, err := fileType(preview.Sniff([]byte(c.content)), strings.TrimPrefix(path.Ext(c.name), "."), c.declared)
		if err != nil {
			got = "error"
		}
		if string(got) != c.want {
			t.Errorf("%+v is %s", c, got)
		}
	}
}
