package httpx

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"muster"
)

// The limits of a multipart form.
const (
	PartLimit      = 16       // parts
	PartValueLimit = 64 << 10 // bytes of one value that is no file
)

// ErrNoFile means that a multipart form has no file in the field that needs one.
var ErrNoFile = muster.Errorf(muster.Invalid, "no-file", "the form has no file")

// An Upload is the file of a multipart form, while it comes in: nothing of it is kept in memory or on the disk.
type Upload struct {
	Name      string // as the client calls it, perhaps with folders
	MediaType string // as the client calls it, in lower case and without parameters; "" if it says nothing that can be read
	form      *form
	part      *multipart.Part
}

// OpenUpload reads a multipart form up to the file in that field. Errors: [ErrUnsupported] for any other type of body,
// [ErrNoFile], [ErrMalformed], and those of [ReadBody].
func OpenUpload(r *http.Request, field string) (*Upload, error) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, ErrUnsupported
	}
	if media, err := MediaType(r); err != nil || media != "multipart/form-data" {
		return nil, ErrUnsupported
	}
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, malformed("", "the form has no boundary")
	}
	f := &form{reader: reader, field: field, values: map[string]string{}}
	part, err := f.next()
	if err == io.EOF {
		err = ErrNoFile
	}
	if err != nil {
		return nil, err
	}
	media, _ := MediaType(&http.Request{Header: http.Header(part.Header)})
	return &Upload{part.FileName(), media, f, part}, nil
}

// Read reads the file. Its errors are those of [ReadBody].
func (u *Upload) Read(b []byte) (int, error) {
	n, err := u.part.Read(b)
	if err != nil && err != io.EOF {
		err = bodyError(err)
	}
	return n, err
}

// Value is a value of the form, "" if it has none. It reads what follows the file, so it is for when the file has been read.
func (u *Upload) Value(name string) (string, error) {
	if _, err := u.form.next(); err != io.EOF {
		if err == nil {
			err = malformed(u.form.field, "the form has two files")
		}
		return "", err
	}
	return u.form.values[name], nil
}

// A form is a multipart form up to where it has been read.
type form struct {
	reader *multipart.Reader
	field  string
	values map[string]string
	parts  int
	ended  bool
}

// next reads values up to the next file in the field; io.EOF if there is none any more. The field without a file is a value as any other.
func (f *form) next() (*multipart.Part, error) {
	for !f.ended {
		part, err := f.reader.NextRawPart()
		if err == io.EOF { // and no other that wraps it: that is a form that ends early
			f.ended = true
			break
		}
		if err != nil {
			return nil, formError(err)
		}
		if f.parts++; f.parts > PartLimit {
			return nil, malformed("", "the form has too many parts")
		}
		if part.FormName() == f.field && part.FileName() != "" {
			return part, nil
		}
		if err := f.keep(part); err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// keep keeps a value. Of two of one name the first counts, as in all forms.
func (f *form) keep(part *multipart.Part) error {
	b, err := io.ReadAll(io.LimitReader(part, PartValueLimit+1))
	switch {
	case err != nil:
		return formError(err)
	case len(b) > PartValueLimit:
		return ErrTooLarge
	}
	if _, twice := f.values[part.FormName()]; !twice && part.FileName() == "" {
		f.values[part.FormName()] = string(b)
	}
	return nil
}

// formError gives what is wrong with a form its word.
func formError(err error) error {
	known := bodyError(err)
	if errors.Is(known, ErrTooLarge) || errors.Is(known, ErrTooSlow) {
		return known
	}
	return malformed("", "the form can't be read")
}
