package corteza

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// formRoom is what a form may be larger than its file, in bytes.
const formRoom = 64 << 10

// handleUpload is the handler of a form with a file, which is read as it comes in.
func handleUpload(f func(*http.Request, *httpx.Upload) (any, error)) httpx.Handler {
	open := func(r *http.Request, into any) (err error) {
		*into.(**httpx.Upload), err = httpx.OpenUpload(r, "upload")
		return err
	}
	return handleBy(open, f)
}

// uploadSetting stores the file of a form and answers the setting that names it now.
func (f *facade) uploadSetting(r *http.Request, u *httpx.Upload) (any, error) {
	owner := func() (muster.ID, error) {
		text, err := u.Value("ownerID")
		if q := r.URL.Query(); q.Has("ownerID") {
			text = q.Get("ownerID") // the query wins, as everywhere on this wire
		}
		return dialect.ID(text), err
	}
	s, err := f.core.UploadSetting(r.Context(), r.PathValue("key"), core.Upload{Name: u.Name, MediaType: u.MediaType, Content: u, Owner: owner})
	if err != nil {
		return nil, err
	}
	answer := settingOf(*s)
	answer.UpdatedAt = fresh(s.UpdatedAt)
	return answer, nil
}

// attachment is the attachment object (contract, 9).
type attachment struct {
	AttachmentID string         `json:"attachmentID"`
	OwnerID      string         `json:"ownerID"`
	URL          string         `json:"url"` // relative to the API
	PreviewURL   string         `json:"previewUrl,omitempty"`
	Name         string         `json:"name"`
	Meta         attachmentMeta `json:"meta"`
	CreatedAt    string         `json:"createdAt"`
	UpdatedAt    string         `json:"updatedAt,omitempty"`
	DeletedAt    string         `json:"deletedAt,omitempty"`
}

type attachmentMeta struct {
	Original fileMeta          `json:"original"`
	Preview  *fileMeta         `json:"preview,omitempty"`
	Labels   map[string]string `json:"labels"`
}

type fileMeta struct {
	Size     int64             `json:"size"`
	Ext      string            `json:"ext"`
	MimeType string            `json:"mimetype"`
	Image    *muster.ImageSize `json:"image,omitempty"`
}

func fileMetaOf(f muster.File) fileMeta {
	return fileMeta{f.Size, f.Extension, f.MediaType, f.Image}
}

func attachmentOf(s core.SeenAttachment) attachment {
	a := s.Attachment
	at, signed := "/attachment/"+url.PathEscape(a.Kind)+"/"+a.ID.String(), ""
	if s.Signature != "" {
		signed = "?sign=" + url.QueryEscape(s.Signature) + "&userID=" + s.SignedFor.String()
	}
	out := attachment{
		AttachmentID: a.ID.String(), OwnerID: a.Owner.String(), Name: a.Name,
		URL:       at + "/original/" + url.PathEscape(a.Name) + signed,
		Meta:      attachmentMeta{Original: fileMetaOf(a.Original), Labels: a.Labels},
		CreatedAt: dialect.Instant(a.CreatedAt), UpdatedAt: dialect.Instant(a.UpdatedAt), DeletedAt: dialect.Instant(a.DeletedAt),
	}
	if p := a.Preview; p != nil {
		meta := fileMetaOf(*p)
		out.PreviewURL, out.Meta.Preview = at+"/preview."+p.Extension+signed, &meta
	}
	return out
}

func (f *facade) readAttachment(r *http.Request, _ none) (any, error) {
	return dialect.As(attachmentOf)(f.core.ReadAttachment(r.Context(), r.PathValue("kind"), pathID(r, "attachmentID")))
}

func (f *facade) deleteAttachment(r *http.Request, _ none) (any, error) {
	return done(f.core.DeleteAttachment(r.Context(), r.PathValue("kind"), pathID(r, "attachmentID")))
}

// serveOriginal answers the bytes of a file. What it is called in the path does not matter.
func (f *facade) serveOriginal(w http.ResponseWriter, r *http.Request) error {
	return serveFile(w, r, f.core.OpenOriginal)
}

// servePreview answers the small picture of a file. The extension in the path does not matter.
func (f *facade) servePreview(w http.ResponseWriter, r *http.Request) error {
	if !strings.HasPrefix(r.PathValue("preview"), "preview.") {
		http.Error(w, "404 page not found", http.StatusNotFound)
		return nil
	}
	return serveFile(w, r, f.core.OpenPreview)
}

type fileParams struct {
	Download bool    `json:"download"`
	Sign     string  `json:"sign"`
	UserID   idParam `json:"userID"`
}

// errMissingSigner is the error for an address that is signed, but not for anybody.
var errMissingSigner = muster.Errorf(muster.Invalid, "missing-signer", "missing or invalid user ID")

func serveFile(w http.ResponseWriter, r *http.Request, open func(context.Context, core.FileRequest) (*core.FileContent, error)) error {
	address := *r
	address.Body = http.NoBody // the signature comes before anything that somebody has sent is read
	var p fileParams
	if err := httpx.DecodeParams(&address, &p); err != nil {
		return err
	}
	q := core.FileRequest{Kind: r.PathValue("kind"), ID: pathID(r, "attachmentID"), User: muster.ID(p.UserID), Signature: p.Sign}
	switch {
	case q.Kind == muster.AttachmentSetting: // needs no signature
	case q.Signature == "":
		return muster.ErrUnauthenticated
	case q.User == 0:
		return errMissingSigner
	}
	c, err := open(r.Context(), q)
	if errors.Is(err, muster.ErrAttachmentNotFound) {
		w.WriteHeader(http.StatusNotFound) // with nothing, as the original
		return nil
	}
	if err != nil {
		return err
	}
	defer c.Close()
	httpx.ServeContent(w, r, httpx.Content{
		ReadSeeker: c, Name: c.Name, Type: c.MediaType, Size: c.Size, Modified: c.Modified, Inline: !p.Download, Public: c.Public,
	})
	return nil
}
