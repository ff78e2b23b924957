package server_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"muster/internal/blob/blobtest"
	"muster/internal/config"
	"muster/internal/mustertest"
	"muster/internal/server"
	"muster/internal/store/storetest"
)

// inBucket keeps files in a bucket.
func inBucket(b *blobtest.S3) mustertest.Option {
	return func(c *config.Config) {
		c.Files = config.Files{S3URL: b.URL + "/main", S3AccessKey: blobtest.AccessKey, S3SecretKey: blobtest.SecretKey}
	}
}

// TestFilesInABucket uploads a logo, reads it and its preview, as a whole and in part, and deletes it; all with a bucket in
// place of the folder.
func TestFilesInABucket(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		bucket := blobtest.New(t)
		s := mustertest.Start(t, engine, inBucket(bucket))
		admin, logo := s.Administrator(t), logo(t)
		value := upload(t, admin, logo).String(t, "response.value")
		id, ok := strings.CutPrefix(value, "attachment:")
		if !ok || len(bucket.Names()) != 2 || !strings.HasPrefix(bucket.Names()[0], "main/") {
			t.Fatalf("the value is %q, the bucket has %q", value, bucket.Names())
		}
		path := "/corteza/system/attachment/settings/" + id
		if a := get(t, s, path+"/original/logo.png", ""); a.Status != 200 || !bytes.Equal(a.Body, logo) || a.Header.Get("Content-Type") != "image/png" {
			t.Errorf("the original: %d, %d bytes, %v", a.Status, len(a.Body), a.Header)
		}
		if a := get(t, s, path+"/original/logo.png", "bytes=10-19"); a.Status != 206 || !bytes.Equal(a.Body, logo[10:20]) {
			t.Errorf("ten bytes: %d, %q", a.Status, a.Body)
		}
		if a := get(t, s, path+"/preview.jpg", ""); a.Status != 200 || !bytes.HasPrefix(a.Body, []byte("\xff\xd8")) {
			t.Errorf("the preview: %d, %d bytes", a.Status, len(a.Body))
		}
		if there, _ := filepath.Glob(filepath.Join(s.Config.Data, "files")); there != nil {
			t.Error("there is a folder of files, too")
		}
		if s.Log.Contains("Marker") || !s.Log.Contains("files are kept in a bucket") {
			t.Errorf("the log tells a key, or not the bucket: %s", s.Log.Text())
		}
	})
}

// TestBucketAway: an upload that the bucket refuses is an error without a secret, and the server lives on.
func TestBucketAway(t *testing.T) {
	bucket := blobtest.New(t)
	s := mustertest.Start(t, storetest.SQLite, inBucket(bucket))
	admin := s.Administrator(t)
	bucket.Before(func(w http.ResponseWriter, _ *http.Request) bool {
		blobtest.Refuse(w, http.StatusForbidden, "AccessDenied")
		return false
	})
	a := upload(t, admin, logo(t))
	if a.Error(t) == "" || strings.Contains(string(a.Body), "Marker") || strings.Contains(string(a.Body), "AccessDenied") {
		t.Errorf("answered %s", a.Body)
	}
	if s.Log.Contains("Marker") || !s.Log.Contains("AccessDenied (status 403)") {
		t.Errorf("the log tells a key, or not what is wrong: %s", s.Log.Text())
	}
	bucket.Before(nil)
	if a := upload(t, admin, logo(t)); a.Error(t) != "" {
		t.Errorf("answered %s", a.Body)
	}
}

// TestBadBucket: the server does not start, and says why; a check knows what can be known without asking.
func TestBadBucket(t *testing.T) {
	bucket := blobtest.New(t)
	for name, c := range map[string]struct {
		change func(*config.Files)
		check  bool // finds it, too
		want   string
	}{
		"bucket": {func(f *config.Files) { f.S3URL = strings.Replace(f.S3URL, blobtest.Bucket, "other", 1) }, false, "NoSuchBucket"},
		"key":    {func(f *config.Files) { f.S3SecretKey = "Marker-other" }, false, "SignatureDoesNotMatch"},
		"URL":    {func(f *config.Files) { f.S3URL = "http://Marker.example.org/b" }, true, "can't be used"},
	} {
		cfg := config.Config{Data: t.TempDir(), Listen: "127.0.0.1:0"}
		inBucket(bucket)(&cfg)
		c.change(&cfg.Files)
		s, err := server.Open(context.Background(), cfg, slog.New(slog.DiscardHandler), server.Options{})
		if s != nil {
			t.Fatalf("%s: it started", name)
		}
		errs := []error{err}
		if check := server.Check(cfg); c.check {
			errs = append(errs, check)
		} else if check != nil {
			t.Errorf("%s: the check asked the bucket: %v", name, check)
		}
		for _, err := range errs {
			if text := err.Error(); !strings.Contains(text, c.want) || !strings.Contains(text, "(hint: ") || strings.Contains(text, "Marker") {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}

func logo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func upload(t *testing.T, c *mustertest.Client, content []byte) mustertest.Answer {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("upload", "logo.png")
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return send(t, c, "POST", "/corteza/system/settings/ui.one.logo", &b, "Content-Type", form.FormDataContentType())
}

func get(t *testing.T, s *mustertest.Server, path, byteRange string) mustertest.Answer {
	t.Helper()
	return send(t, s.Nobody(), "GET", path, nil, "Range", byteRange)
}

func send(t *testing.T, c *mustertest.Client, method, path string, body io.Reader, name, value string) mustertest.Answer {
	t.Helper()
	req, err := http.NewRequest(method, c.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if value != "" {
		req.Header.Set(name, value)
	}
	return c.Send(t, req)
}
