package dialecttest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"net/http"
	"strings"
	"time"

	"muster"
	"muster/internal/core"
)

// Files is how a façade takes and serves files.
type Files struct {
	Routes []string // which take one
	Upload func(name, mediaType, content string) Call
	Fetch  func(Answer) Call // of the bytes of what was uploaded, under a name that looks like a page
	// Read asks for what is known of a file that not everybody may see, and Address for its bytes, as that answer says, with a
	// signature and without a session. Both are nil where there are no such addresses.
	Read    func(kind string, id muster.ID) Call
	Address func(Answer) Call
}

func takesFiles(f *Facade) string {
	if f.Files == nil {
		return "it takes no files"
	}
	return ""
}

// onePixel is the smallest picture that there is.
func onePixel() string {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 1, 1))) // into memory
	return b.String()
}

// picture is a file that stands on every stage.
func (s *Stage) picture() muster.ID {
	s.t.Helper()
	setting, err := s.Core.UploadSetting(s.System(), muster.SettingLogo, core.Upload{
		Name: "logo.png", Content: strings.NewReader(onePixel()), Owner: func() (muster.ID, error) { return 0, nil },
	})
	s.must(err)
	id, _ := muster.ParseID(strings.Trim(strings.TrimPrefix(string(setting.Value), `"attachment:`), `"`))
	return id
}

// bomb says that it has two billion pixels.
func bomb() string {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), 45_000), 45_000)
	head = append(head, 8, 6, 0, 0, 0)
	return string(binary.BigEndian.AppendUint32(append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...), crc32.ChecksumIEEE(head)))
}

// Row 23. Send: uploads of a wrong type, polyglots, SVG, HTML, ../x, 33 MiB, a pixel bomb, nothing; then addresses with a
// foreign kind, id, a cut or an old signature. Want: refused, or an attachment under a sandbox; 404 with nothing.
func uploads(s *Stage) {
	const script = "<script>alert(1)</script>"
	s.unchanged(func() {
		for what, c := range map[string]Call{
			"no picture":     s.f.Files.Upload("a.png", "image/png", script),
			"broken picture": s.f.Files.Upload("a.gif", "image/gif", "GIF89a\xff\xff\xff\xff\xf7"),
			"bomb":           s.f.Files.Upload("a.png", "image/png", bomb()),
			"33 MiB":         s.f.Files.Upload("a.bin", "", strings.Repeat("x", 33<<20)),
			"nothing":        s.f.Files.Upload("a.txt", "text/plain", ""),
		} {
			before := heap()
			s.refused(what, s.as(s.Admin, c))
			if after := heap(); after > before+(32<<20) {
				s.t.Errorf("%s: the heap grew from %d to %d MiB", what, before>>20, after>>20)
			}
		}
		s.refused("without the right", s.as(s.Weak, s.f.Files.Upload("a.txt", "text/plain", "hello")))
	})
	for what, f := range map[string][3]string{
		"svg":                {"a.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`},
		"html":               {"a.html", "text/html", script},
		"html as text":       {"a.html", "text/plain", script},
		"picture and script": {"a.js", "text/javascript", "GIF89a/*\x00*/=1;alert(1)"},
		"picture as page":    {"a.html", "image/png", onePixel() + script},
		"one for another":    {"a.jpg", "image/jpeg", onePixel()},
		"a way out":          {"../../x.html", "text/html", script},
	} {
		a := s.as(s.Admin, s.f.Files.Upload(f[0], f[1], f[2]))
		if s.f.Refused(a) {
			continue
		}
		a = s.nobody(s.f.Files.Fetch(a))
		disposition := a.Header.Get("Content-Disposition")
		safe := a.Status == http.StatusOK && strings.HasPrefix(disposition, "attachment;") && !strings.Contains(disposition, "..") &&
			a.Header.Get("Content-Type") == "application/octet-stream" && string(a.Body) == f[2]
		s.want(what, "octets to be saved", safe, a)
	}
	s.signedFiles()
}

// signedFiles: an address covers all of itself, and has an end.
func (s *Stage) signedFiles() {
	if s.f.Files.Read == nil {
		return
	}
	own, other := s.picture(), s.picture()
	s.SQL(s.t, "UPDATE attachment SET kind = 'private', owner = $1 WHERE id IN ($2, $3)", int64(s.Ann.ID), int64(own), int64(other))
	good := s.signedFor(own)
	for what, path := range map[string]string{
		"another kind":          strings.Replace(good.Path, "private", "secret", 1),
		"a kind of everybody's": strings.Replace(good.Path, "private", muster.AttachmentSetting, 1),
		"another file":          strings.Replace(good.Path, own.String(), other.String(), 1),
		"another user":          strings.Replace(good.Path, s.Ann.ID.String(), s.Weak.ID.String(), 1),
		"no signature":          good.Path[:strings.Index(good.Path, "?")],
	} {
		s.refused(what, s.nobody(Call{Method: good.Method, Path: path}))
	}
	from, to := strings.Index(good.Path, "sign=")+len("sign="), strings.Index(good.Path, "&")
	for i := from; i < to; i++ {
		s.refused("cut", s.nobody(Call{Method: good.Method, Path: good.Path[:i] + good.Path[to:]}))
	}
	s.Clock.Advance(time.Hour)
	s.refused("too old", s.nobody(good))
}

// signedFor is a good address of a file.
func (s *Stage) signedFor(id muster.ID) Call {
	s.t.Helper()
	c := s.f.Files.Address(s.as(s.Ann, s.f.Files.Read("private", id)))
	a := s.nobody(c)
	s.want(c.Path, "the file", a.Status == http.StatusOK && !s.f.Refused(a) && string(a.Body) == onePixel(), a)
	return c
}
