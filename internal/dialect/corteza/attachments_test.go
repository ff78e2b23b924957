package corteza_test

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/internal/store/storetest"
)

// A file is one to be uploaded.
type file struct{ name, mediaType, content string }

//go:embed testdata/logo.png
var logoPNG string

func logo() file { return file{"logo one.png", "image/png", logoPNG} }

func note() file { return file{"note.txt", "text/plain", "hello golden world, this is a note"} }

// form is a multipart form of a file, with values as name and value before and after it.
func form(f file, before, after []string) (contentType, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	values := func(pairs []string) {
		for i := 0; i+1 < len(pairs); i += 2 {
			_ = w.WriteField(pairs[i], pairs[i+1])
		}
	}
	values(before)
	head := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="upload"; filename="` + f.name + `"`}}
	if f.mediaType != "" {
		head["Content-Type"] = []string{f.mediaType}
	}
	part, _ := w.CreatePart(head) // into memory
	_, _ = io.WriteString(part, f.content)
	values(after)
	_ = w.Close()
	return w.FormDataContentType(), b.String()
}

func (c *client) upload(t *testing.T, key string, f file, after ...string) answer {
	t.Helper()
	contentType, body := form(f, nil, after)
	return c.send(t, "POST", "/settings/"+key, contentType, body)
}

// uploaded uploads a file and answers its id.
func (c *client) uploaded(t *testing.T, key string, f file, after ...string) string {
	t.Helper()
	value := c.upload(t, key, f, after...).Text(t, "response.value")
	id, ok := strings.CutPrefix(value, "attachment:")
	if !ok {
		t.Fatalf("the value is %q", value)
	}
	return id
}

// fetch asks for bytes.
func (c *client) fetch(t *testing.T, path string, headers ...string) answer {
	t.Helper()
	return c.send(t, "GET", path, "", "", headers...)
}

// TestRecordedFiles replays what was recorded of uploads.
func TestRecordedFiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.player()
		p.Do["upload"] = func(t *testing.T, args []string) {
			owner := slices.Clone(args[3:])
			if len(owner) > 0 {
				owner = []string{"ownerID", owner[0]}
			}
			a := h.admin.upload(t, args[0], map[string]file{"logo": logo(), "note": note()}[args[1]], owner...)
			p.Values[args[2]], _ = strings.CutPrefix(a.Text(t, "response.value"), "attachment:")
			if got := a.members(t, "response"); !slices.Equal(got, []string{"name", "updatedAt", "updatedBy", "value"}) || a.Text(t, "response.name") != args[0] {
				t.Errorf("answered %s", a.Body)
			}
			if _, err := time.Parse(time.RFC3339Nano, a.Text(t, "response.updatedAt")); err != nil {
				t.Error(err)
			}
		}
		p.Do["fetch"] = func(t *testing.T, args []string) {
			status, headers := 200, []string{}
			if len(args) > 5 {
				status, headers = 206, []string{"Range", "bytes=0-7"}
			}
			a := h.nobody().fetch(t, args[0], headers...)
			sum := sha256.Sum256(a.Body)
			got := []string{a.Header.Get("Content-Type"), fmt.Sprint(len(a.Body)), hex.EncodeToString(sum[:]), strings.ReplaceAll(a.Header.Get("Content-Disposition"), " ", "")}
			if a.Status != status || !slices.Equal(got, args[1:5]) || status == 206 && a.Header.Get("Content-Range") != "bytes "+args[5] {
				t.Errorf("answered %d %q, want %q", a.Status, got, args[1:])
			}
		}
		p.Play(t, "testdata/files.txt")
	})
}

// TestAttachmentHeaders: whatever is served, nothing of it runs, and what was deleted is not shown from a cache.
func TestAttachmentHeaders(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		id := h.admin.uploaded(t, "k", logo())
		path := "/attachment/settings/" + id + "/original/x"
		a := h.nobody().fetch(t, path, "Origin", "https://app.example")
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy":     "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
			"Access-Control-Allow-Origin": "https://app.example", "Accept-Ranges": "bytes",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		modified := a.Header.Get("Last-Modified")
		if _, err := http.ParseTime(modified); err != nil {
			t.Error(err)
		}
		for _, c := range []struct {
			header, value string
			status, bytes int
		}{
			{"If-Modified-Since", modified, 304, 0},
			{"Range", "bytes=880-", 206, 7},
			{"Range", "bytes=-5", 206, 5},
			{"Range", "bytes=900-", 416, -1},
		} {
			a := h.nobody().fetch(t, path, c.header, c.value)
			if a.Status != c.status || c.bytes >= 0 && len(a.Body) != c.bytes {
				t.Errorf("%s %s: %d with %d bytes", c.header, c.value, a.Status, len(a.Body))
			}
		}
		h.admin.DELETE(t, "/attachment/settings/"+id).ok(t)
		if a := h.nobody().fetch(t, path, "If-Modified-Since", modified); a.Status != 404 || len(a.Body) != 0 || a.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("deleted: %d %v", a.Status, a.Header)
		}
	})
}

// pngBomb says that it has two billion pixels.
func pngBomb() string {
	head := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), 45_000), 45_000), 8, 6, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head)))
}

// TestHostileFiles is failure 7 of the security yardstick: each file is refused, or is something that no browser shows.
func TestHostileFiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const script = "<script>alert(1)</script>"
		for name, f := range map[string]file{
			"svg":               {"a.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`},
			"html":              {"a.html", "text/html", script},
			"html as text":      {"a.html", "text/plain", script},
			"text as html":      {"a.txt", "text/html", script},
			"xhtml":             {"a.xhtml", "application/xhtml+xml", `<html xmlns="http://www.w3.org/1999/xhtml">` + script},
			"javascript":        {"a.js", "text/javascript", "alert(1)"},
			"gif and script":    {"a.js", "text/javascript", "GIF89a/*\x00\x00\x00*/=1;alert(1)"},
			"picture as html":   {"a.html", "image/png", logoPNG + script},
			"picture as script": {"logo.png", "text/html", logoPNG},
			"one for another":   {"logo.jpg", "image/jpeg", logoPNG},
			"pdf":               {"a.pdf", "application/pdf", "%PDF-1.7\n" + script},
			"octets":            {"a.bin", "", "\x00\x01\x02" + script},
			"no such type":      {"a.png.exe", "image/png; charset=utf-7", "MZ\x00"},
			"tiff":              {"a.tiff", "image/tiff", "II*\x00\x08\x00\x00\x00"},
			"bmp":               {"a.bmp", "image/bmp", "BM\x00\x00\x00\x00"},
		} {
			id := h.admin.uploaded(t, "hostile", f)
			a := h.nobody().fetch(t, "/attachment/settings/"+id+"/original/a.html")
			if a.Status != 200 || a.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment; filename=") ||
				a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasSuffix(a.Header.Get("Content-Security-Policy"), "; sandbox") {
				t.Errorf("%s: %d %v", name, a.Status, a.Header)
			}
			if string(a.Body) != f.content {
				t.Errorf("%s: other bytes", name)
			}
			if a := h.nobody().fetch(t, "/attachment/settings/"+id+"/preview.jpg"); a.Status != 404 {
				t.Errorf("%s: has a preview", name)
			}
		}
		before := h.Rows(t)
		for name, c := range map[string]struct {
			f    file
			want string
		}{
			"html as picture": {file{"a.png", "image/png", script}, "could not process image"},
			"bomb":            {file{"a.png", "image/png", pngBomb()}, "could not process image"},
			"broken gif":      {file{"a.gif", "image/gif", "GIF89a\xff\xff\xff\xff\xf7"}, "could not process image"},
			"half a picture":  {file{"a.png", "image/png", logoPNG[:400]}, "could not process image"},
			"empty":           {file{"a.png", "image/png", ""}, "the file is empty"},
			"too large":       {file{"a.bin", "", strings.Repeat("x", 32<<20+1)}, "the file is too large"},
			"far too large":   {file{"a.bin", "", strings.Repeat("x", 32<<20+128<<10)}, "error parsing http request body: the body is too large"},
			"NUL":             {file{"a\x00.png", "image/png", logoPNG}, "error parsing http request body: the form can't be read"},
			"direction":       {file{"a\u202egnp.exe", "", "x"}, "invalid name"},
			"dots":            {file{"..", "", "x"}, "invalid name"},
			"long":            {file{strings.Repeat("x", 201), "", "x"}, "invalid name"},
		} {
			a := h.admin.upload(t, "refused", c.f)
			if message := a.Error(t); message != c.want && !(name == "far too large" && message == "the file is too large") {
				t.Errorf("%s: %d %s, want %q", name, a.Status, a.Body, c.want)
			}
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}

// TestFileNames: a name is shown as it was given, without folders, and leads nowhere.
func TestFileNames(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for given, want := range map[string][2]string{ // the name, and how it is told
			"../../etc/passwd": {"passwd", "filename=passwd"},
			`..\\boot.ini`:     {"boot.ini", "filename=boot.ini"},
			"/etc/shadow":      {"shadow", "filename=shadow"},
			"a b&c=d;e.txt":    {"a b&c=d;e.txt", "filename=a+b%26c%3Dd%3Be.txt"},
			`quo\"te.txt`:      {`quo"te.txt`, "filename=quo%22te.txt"},
			"grüße.txt":        {"grüße.txt", "filename=gr%C3%BC%C3%9Fe.txt; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt"},
			"100%25.txt":       {"100%25.txt", "filename=100%2525.txt"},
			"<script>.txt":     {"<script>.txt", "filename=%3Cscript%3E.txt"},
		} {
			id := h.admin.uploaded(t, "named", file{given, "", "x"})
			a := h.admin.GET(t, "/attachment/settings/"+id)
			if got := a.Text(t, "response.name"); got != want[0] {
				t.Errorf("%s is called %s", given, got)
			}
			b := h.nobody().fetch(t, a.Text(t, "response.url"))
			if got := b.Header.Get("Content-Disposition"); b.Status != 200 || strings.TrimPrefix(strings.TrimPrefix(got, "inline; "), "attachment; ") != want[1] {
				t.Errorf("%s: %d %s", given, b.Status, got)
			}
		}
		err := filepath.WalkDir(filepath.Join(h.Config.Data, "files"), func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.Trim(d.Name(), "0123456789") != "" {
				t.Errorf("%s has a name that is not ours", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestUploadForm: the form is looked at before the right, the right before the bytes.
func TestUploadForm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		weak := h.person(t, "weak")
		weak.upload(t, "k", logo()).fails(t, "not allowed to create attachments")
		if e := h.log(t, "limit=1")[0]; e.Resource != "system:attachment" || e.Action != "create" || e.Severity != 1 || e.Error != "not allowed to create attachments" {
			t.Errorf("logged %+v", e)
		}
		h.nobody().upload(t, "k", logo()).fails(t, "Unauthorized")
		for _, c := range []*client{h.admin, weak.client} {
			c.send(t, "POST", "/settings/k", "application/json", `{"upload":"x"}`).failsWith(t, "error parsing http request body: ")
			c.send(t, "POST", "/settings/k", "", "").failsWith(t, "error parsing http request body: ")
			c.send(t, "POST", "/settings/k", "multipart/form-data", "x").failsWith(t, "error parsing http request body: ")
			c.send(t, "POST", "/settings/k", "multipart/form-data; boundary=x", "--y\r\n").failsWith(t, "error parsing http request body: ")
			contentType, body := form(logo(), nil, nil)
			c.send(t, "POST", "/settings/k", contentType, strings.Replace(body, `name="upload"`, `name="other"`, 1)).fails(t, "error parsing http request body: the form has no file")
			c.send(t, "POST", "/settings/k", contentType, strings.Replace(body, `; filename="logo one.png"`, "", 1)).fails(t, "error parsing http request body: the form has no file")
		}
		contentType, body := form(note(), []string{"ownerID", weak.id, "other", "x"}, nil)
		h.admin.send(t, "POST", "/settings/mine", contentType, body).Text(t, "response.value")
		h.admin.GET(t, "/settings/mine").is(t, `{"response":null}`)
		h.admin.GET(t, "/settings/mine?ownerID="+weak.id).Text(t, "response.value")
		contentType, body = form(note(), nil, []string{"ownerID", "0"})
		h.admin.send(t, "POST", "/settings/query?ownerID="+weak.id, contentType, body).Text(t, "response.value")
		h.admin.GET(t, "/settings/query").is(t, `{"response":null}`)
		h.admin.upload(t, "k", note(), "ownerID", "999").fails(t, masked)
		h.admin.upload(t, "auth.internal.enabled", note()).failsWith(t, "auth.internal.enabled has to be a boolean")
		h.admin.send(t, "POST", "/settings/k", contentType, body[:len(body)/2]).failsWith(t, "error parsing http request body: ")
		h.admin.upload(t, "k", note(), slices.Repeat([]string{"a", "b"}, 20)...).failsWith(t, "error parsing http request body: ")
		h.admin.upload(t, "k", note(), "a", strings.Repeat("x", 70<<10)).failsWith(t, "error parsing http request body: ")
		h.admin.GET(t, "/settings/k").is(t, `{"response":null}`)

		id := h.admin.uploaded(t, "k", note())
		weak.GET(t, "/attachment/settings/"+id).Text(t, "response.url")
		weak.DELETE(t, "/attachment/settings/"+id).fails(t, "not allowed to delete this attachment")
		h.nobody().GET(t, "/attachment/settings/"+id).fails(t, "Unauthorized")
		h.nobody().DELETE(t, "/attachment/settings/"+id).fails(t, "Unauthorized")
		h.admin.DELETE(t, "/attachment/settings/"+id).ok(t)
		if e := h.log(t, "limit=1")[0]; e.Resource != "system:attachment" || e.Action != "delete" || string(e.Meta["attachment.name"]) != `"note.txt"` || e.Description != "delete note.txt" {
			t.Errorf("logged %+v", e)
		}
		if got := slices.Sorted(maps.Keys(h.log(t, "resource=system:attachment&action=create&limit=1")[0].Meta)); !slices.Contains(got, "attachment.name") {
			t.Errorf("logged %v", got)
		}
	})
}

// TestKindsOfAttachments: only settings' files are everybody's. Others need an address that is signed for them, for a user, and
// not too old; no other kind opens them.
func TestKindsOfAttachments(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, public := h.admin.uploaded(t, "k", logo()), h.admin.uploaded(t, "l", logo())
		h.SQL(t, "UPDATE attachment SET kind = 'compose' WHERE id = "+id) // no wire makes others yet
		admin := h.admin.GET(t, "/auth/check").Text(t, "response.user.userID")
		other := h.person(t, "other")

		other.GET(t, "/attachment/compose/"+id).fails(t, masked)
		other.GET(t, "/attachment/settings/"+id).fails(t, masked)
		other.GET(t, "/attachment/compose/"+public).fails(t, masked)
		h.admin.DELETE(t, "/attachment/settings/"+id).fails(t, masked)
		for _, path := range []string{"/attachment/settings/" + id + "/original/x", "/attachment/settings/" + id + "/preview.jpg"} {
			if a := h.admin.fetch(t, path); a.Status != 404 || len(a.Body) != 0 {
				t.Errorf("%s: %d", path, a.Status)
			}
		}
		a := h.admin.GET(t, "/attachment/compose/"+id)
		for member, want := range map[string]string{"url": "image/png", "previewUrl": "image/jpeg"} {
			whole := a.Text(t, "response."+member)
			path, query, _ := strings.Cut(whole, "?")
			values, err := url.ParseQuery(query)
			if err != nil || len(values) != 2 || values.Get("userID") != admin || len(values.Get("sign")) < 40 {
				t.Fatalf("signed %q", whole)
			}
			b := h.nobody().fetch(t, whole)
			if b.Status != 200 || b.Header.Get("Content-Type") != want || b.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" || b.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %v", whole, b.Status, b.Header)
			}
			with := func(name, value string) string {
				v := maps.Clone(values)
				v.Set(name, value)
				return path + "?" + v.Encode()
			}
			sign := values.Get("sign")
			h.nobody().GET(t, path).fails(t, "Unauthorized")
			h.nobody().GET(t, path+"?userID="+admin).fails(t, "Unauthorized")
			h.nobody().GET(t, path+"?sign="+sign).fails(t, "missing or invalid user ID")
			h.nobody().GET(t, with("userID", "x")).fails(t, "missing or invalid user ID")
			for what, path := range map[string]string{
				"user": with("userID", other.id), "cut": with("sign", sign[:len(sign)-1]), "longer": with("sign", sign+"A"), "other": with("sign", "x"),
				"kind": strings.Replace(whole, "compose", "messaging", 1), "file": strings.Replace(whole, id, public, 1),
			} {
				if message := h.nobody().GET(t, path).Error(t); message != "missing or invalid signature" {
					t.Errorf("%s of another: %s", what, message)
				}
			}
			// Signed or not, nothing that is read as a setting's file is of another kind.
			if b := h.nobody().fetch(t, strings.Replace(whole, "compose", "settings", 1)); b.Status != 404 {
				t.Errorf("as a setting's: %d", b.Status)
			}
			h.Clock.Advance(59 * time.Minute)
			if b := h.nobody().fetch(t, whole); b.Status != 200 {
				t.Errorf("within the hour: %d", b.Status)
			}
			h.Clock.Advance(time.Minute)
			h.nobody().GET(t, whole).fails(t, "missing or invalid signature")
			if h.Log.Contains(sign) || h.Log.Contains(url.QueryEscape(sign)) {
				t.Error("the signature is in the log")
			}
			a = h.admin.GET(t, "/attachment/compose/"+id)
		}
		if a := h.nobody().fetch(t, "/attachment/settings/"+public+"/other"); a.Status != 404 || string(a.Body) != "404 page not found\n" {
			t.Errorf("what is no preview: %d %s", a.Status, a.Body)
		}
	})
}

// TestUploadKeepsTheHeapFlat: a file of the largest size goes through without being held.
func TestUploadKeepsTheHeapFlat(t *testing.T) {
	h := newHouse(t, storetest.SQLite)
	const most = 24 << 20 // of heap more than before, garbage included; the file is 32 MiB
	contentType, body := form(file{"a.bin", "", "|"}, nil, nil)
	head, tail, _ := strings.Cut(body, "|")
	runtime.GC()
	content := &metered{left: 32 << 20}
	content.base = content.heap()
	req, err := http.NewRequest("POST", h.admin.URL+"/settings/k", io.MultiReader(strings.NewReader(head), content, strings.NewReader(tail)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	id, _ := strings.CutPrefix(h.admin.Send(t, req).Text(t, "response.value"), "attachment:")
	if more := int64(content.peak) - int64(content.base); more > most {
		t.Errorf("the heap grew by %d MiB", more>>20)
	}
	if a := h.nobody().fetch(t, "/attachment/settings/"+id+"/original/x", "Range", "bytes=0-0"); a.Header.Get("Content-Range") != "bytes 0-0/33554432" {
		t.Errorf("stored %v", a.Header)
	}
}

// A metered reader looks at the heap each mebibyte.
type metered struct {
	left, since int
	base, peak  uint64
}

func (m *metered) heap() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

func (m *metered) Read(b []byte) (int, error) {
	if m.left == 0 {
		return 0, io.EOF
	}
	n := min(len(b), m.left)
	m.left -= n
	if m.since += n; m.since >= 1<<20 {
		m.since, m.peak = 0, max(m.peak, m.heap())
	}
	return n, nil
}
