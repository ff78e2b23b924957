package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"muster/internal/blob/blobtest"
)

func configS3(t *testing.T, url string) S3Config {
	return S3Config{URL: url, AccessKey: blobtest.AccessKey, SecretKey: blobtest.SecretKey, Folder: filepath.Join(t.TempDir(), "data")}
}

func openS3(t *testing.T, server *blobtest.S3, prefix string) *S3 {
	t.Helper()
	s, err := OpenS3(t.Context(), configS3(t, server.URL+prefix))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func put(t *testing.T, f blobs, id int64, text string) {
	t.Helper()
	if _, err := f.Put(t.Context(), id, strings.NewReader(text), int64(len(text))); err != nil {
		t.Fatal(err)
	}
}

// quiet fails if an error tells a key.
func quiet(t *testing.T, err error) {
	t.Helper()
	if text := fmt.Sprintf("%v %#v", err, err); strings.Contains(text, "Marker") {
		t.Errorf("the error tells a secret: %s", text)
	}
}

// TestObjects: a prefix is a place of its own, and what is not ours is nobody's.
func TestObjects(t *testing.T) {
	server := blobtest.New(t)
	s, other := openS3(t, server, "/a/b"), openS3(t, server, "")
	put(t, s, 7, "seven")
	put(t, other, 8, "eight")
	for _, name := range []string{"a/b/07", "a/b/0", "a/b/-1", "a/b/x", "a/b/c/9", "a/b9", "a/9"} {
		server.Store(name, nil)
	}
	if got := server.Names(); !slices.Contains(got, "a/b/7") || !slices.Contains(got, "8") {
		t.Errorf("objects are %q", got)
	}
	for f, want := range map[*S3]int64{s: 7, other: 8} {
		if got := list(t, f); !slices.Equal(got, []int64{want}) {
			t.Errorf("listed %v, want %d", got, want)
		}
	}
	for id, err := range s.List(t.Context()) { // one is enough
		if id != 7 || err != nil {
			t.Errorf("%d, %v", id, err)
		}
		break
	}
}

// TestStart: what is wrong with the bucket is told at once, with what to do, and no secret.
func TestStart(t *testing.T) {
	server := blobtest.New(t)
	down := httptest.NewServer(nil)
	down.Close()
	stranger := httptest.NewTLSServer(server) // its certificate is nobody's
	defer stranger.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*S3Config)
		want   string
	}{
		"no such bucket": {func(c *S3Config) { c.URL += "-2" }, "NoSuchBucket (status 404) (hint: make the bucket"},
		"access key":     {func(c *S3Config) { c.AccessKey = "Marker-other" }, "InvalidAccessKeyId (status 403) (hint: look at MUSTER_S3_ACCESS_KEY"},
		"secret key":     {func(c *S3Config) { c.SecretKey = "Marker-other" }, "SignatureDoesNotMatch (status 403) (hint: look at MUSTER_S3_ACCESS_KEY"},
		"nobody there":   {func(c *S3Config) { c.URL = down.URL + "/" + blobtest.Bucket }, "(hint: is MUSTER_S3_URL right"},
		"certificate":    {func(c *S3Config) { c.URL = stranger.URL + "/" + blobtest.Bucket }, "certificate"},
		"folder":         {func(c *S3Config) { c.Folder = file }, "(hint: the server has to be able to write there)"},
	} {
		config := configS3(t, server.URL)
		c.change(&config)
		s, err := OpenS3(t.Context(), config)
		if err == nil || !strings.Contains(err.Error(), c.want) || s != nil {
			t.Errorf("%s: %v", name, err)
		}
		quiet(t, err)
	}
}

func TestS3URLs(t *testing.T) {
	for url, want := range map[string]string{
		"https://s3.example.org/files":                             "files/ at s3.example.org in us-east-1",
		"https://s3.example.org:9000/files/":                       "files/ at s3.example.org:9000 in us-east-1",
		"https://s3.example.org/files/a/b.c?region=x-1":            "files/a/b.c/ at s3.example.org in x-1",
		"https://s3.eu-central-1.amazonaws.com/files":              "files/ at s3.eu-central-1.amazonaws.com in eu-central-1",
		"http://127.0.0.1:9000/files":                              "files/ at 127.0.0.1:9000 in us-east-1",
		"http://localhost/files":                                   "files/ at localhost in us-east-1",
		"http://[::1]:9000/files":                                  "files/ at [::1]:9000 in us-east-1",
		"http://s3.example.org/files":                              "",
		"http://192.0.2.1/files":                                   "",
		"s3://files/prefix":                                        "",
		"https://s3.example.org":                                   "",
		"https://s3.example.org/F":                                 "",
		"https://s3.example.org/files/../other":                    "",
		"https://s3.example.org/files//x":                          "",
		"https://s3.example.org/files/%20":                         "",
		"https://s3.example.org/files?endpoint=x":                  "",
		"https://s3.example.org/files?region=Marker%0a":            "",
		"https://s3.example.org/files?region=x#Marker":             "",
		"https://Marker:Marker@s3.example.org/files":               "",
		"https://[Marker/files":                                    "",
		"https:files":                                              "",
		"https://s3.example.org:Marker/files":                      "",
		"https://s3.example.org/files?region=x;Marker":             "",
		"https://s3.example.org/files/" + strings.Repeat("x", 300): "",
	} {
		s, err := NewS3(configS3(t, url))
		if err == nil {
			region, _ := s.client.GetBucketLocation(t.Context(), s.bucket) // knows it without asking
			if got := s.String() + " in " + region; got != want {
				t.Errorf("%s: %s, want %s", url, got, want)
			}
		} else if want != "" || !strings.Contains(err.Error(), "(hint: ") {
			t.Errorf("%s: %v", url, err)
		}
		quiet(t, err)
	}
	for _, key := range []string{"", "two\nlines", "a space"} {
		c := configS3(t, "https://s3.example.org/files")
		c.SecretKey = key
		if _, err := NewS3(c); !errors.Is(err, errS3Keys) {
			t.Errorf("%q is a key: %v", key, err)
		}
	}
}

// TestKeysAreNotShown: not by whatever prints them.
func TestKeysAreNotShown(t *testing.T) {
	c := configS3(t, "https://s3.example.org/files")
	s, err := NewS3(c)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v %v %+v %#v", c, c, c, s, s, s); strings.Contains(text, "Marker") {
		t.Error(text)
	}
}

// TestLostAnswer: the server takes a blob and can't say so. Then it is removed again.
func TestLostAnswer(t *testing.T) {
	server := blobtest.New(t)
	s := openS3(t, server, "")
	server.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			return true
		}
		server.Store("7", []byte("x"))
		panic(http.ErrAbortHandler)
	})
	_, err := s.Put(t.Context(), 7, strings.NewReader("x"), 1)
	if err == nil || len(server.Names()) != 0 {
		t.Errorf("%v, left is %q", err, server.Names())
	}
	quiet(t, err)
}

// TestRefusals: whatever the server says, its code is told and no more; nothing stays.
func TestRefusals(t *testing.T) {
	server := blobtest.New(t)
	s := openS3(t, server, "")
	put(t, s, 7, "seven")
	for _, c := range []struct{ code, want string }{
		{"AccessDenied", "AccessDenied (status 403)"}, {"Marker " + blobtest.SecretKey, "no code that could be read (status 403)"},
	} {
		server.Before(func(w http.ResponseWriter, r *http.Request) bool {
			blobtest.Refuse(w, http.StatusForbidden, c.code)
			return false
		})
		_, put := s.Put(t.Context(), 8, strings.NewReader("x"), 1)
		_, open := s.Open(t.Context(), 7)
		var listed error
		for _, err := range s.List(t.Context()) {
			listed = err
		}
		for name, err := range map[string]error{"put": put, "open": open, "delete": s.Delete(t.Context(), 7), "list": listed} {
			if err == nil || !strings.HasSuffix(err.Error(), c.want) || errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
			quiet(t, err)
		}
	}
	if got := server.Names(); !slices.Equal(got, []string{"7"}) {
		t.Errorf("left are %q", got)
	}
}

// TestTroubleThatPasses: a server that is busy once is asked again, and gets the whole blob.
func TestTroubleThatPasses(t *testing.T) {
	server := blobtest.New(t)
	s := openS3(t, server, "")
	asked := 0
	server.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if asked++; asked > 1 {
			return true
		}
		_, _ = io.CopyN(io.Discard, r.Body, 3)
		blobtest.Refuse(w, http.StatusServiceUnavailable, "SlowDown")
		return false
	})
	put(t, s, 7, "seven")
	if got, _ := read(t, s, 7); got != "seven" {
		t.Errorf("holds %q", got)
	}
}

// TestCutAnswer: half a blob is an error, not an end.
func TestCutAnswer(t *testing.T) {
	server := blobtest.New(t)
	s := openS3(t, server, "")
	put(t, s, 7, "seven")
	server.Before(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", "5")
		w.Header().Set("ETag", `"x"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		_, _ = io.WriteString(w, "se")
		return false
	})
	file, err := s.Open(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if b, err := io.ReadAll(file); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v", b, err)
	}
}

// TestReplacedWhileRead: bytes of two blobs are never mixed.
func TestReplacedWhileRead(t *testing.T) {
	s := openS3(t, blobtest.New(t), "")
	put(t, s, 7, "seven")
	file, err := s.Open(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	put(t, s, 7, "eight")
	if _, err := file.Seek(2, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(file); err == nil {
		t.Errorf("read %q", b)
	}
}

// TestRequests: who reads all asks once, who reads a range asks for that range, and who seeks alone asks for nothing.
func TestRequests(t *testing.T) {
	server := blobtest.New(t)
	s := openS3(t, server, "")
	put(t, s, 7, "seven")
	before := len(server.Asked())
	if got, _ := read(t, s, 7); got != "seven" {
		t.Errorf("holds %q", got)
	}
	file, err := s.Open(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, whence := range []int{io.SeekEnd, io.SeekStart} {
		if _, err := file.Seek(0, whence); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := file.Seek(3, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(file); err != nil || string(b) != "en" {
		t.Errorf("read %q, %v", b, err)
	}
	get := "GET /" + blobtest.Bucket + "/7"
	if got := server.Asked()[before:]; !slices.Equal(got, []string{get, get, get + " bytes=3-"}) {
		t.Errorf("asked %q", got)
	}
}

// TestSilentServer: who asks can stop waiting.
func TestSilentServer(t *testing.T) {
	server := blobtest.New(t)
	s := openS3(t, server, "")
	ctx, cancel := context.WithCancel(t.Context())
	server.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			return true
		}
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done() // never answers
		return false
	})
	if _, err := s.Put(ctx, 7, bytes.NewReader([]byte("x")), 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestStall: a connection ends when nothing moves, and not while something does.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		go func() { _, _ = io.Copy(io.Discard, there) }()
		c, start := &restless{here}, time.Now()
		answer := make(chan error, 1)
		go func() {
			_, err := c.Read(make([]byte, 1))
			answer <- err
		}()
		for range 3 { // an upload that takes longer than stallTime
			<-time.After(stallTime * 3 / 4)
			if _, err := c.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-answer; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != stallTime*9/4+stallTime {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
