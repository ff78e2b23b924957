// Package blobtest is an S3 server in memory, for tests: one bucket, path style, and as much of S3 as Muster asks for.
// It checks signatures and digests as the real one does.
package blobtest

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a server asks for.
const (
	Bucket    = "muster-files"
	AccessKey = "Marker-access-7f1c"
	SecretKey = "Marker-secret-93ab0e"
)

// An S3 is a server. Its methods are safe for concurrent use.
type S3 struct {
	URL string // of the bucket

	mu      sync.Mutex
	objects map[string][]byte
	before  func(w http.ResponseWriter, r *http.Request) bool
	asked   []string
	page    int
}

// New starts a server, which ends with the test.
func New(t testing.TB) *S3 {
	t.Helper()
	s := &S3{objects: map[string][]byte{}, page: 1000}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.URL = h.URL + "/" + Bucket
	return s
}

// Before has f see each request first; the server answers only if it reports true. Nil takes f away.
func (s *S3) Before(f func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// Pages has a listing answer at most n names a request.
func (s *S3) Pages(n int) { s.mu.Lock(); defer s.mu.Unlock(); s.page = n }

// Store stores an object behind everybody's back.
func (s *S3) Store(name string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[name] = content
}

// Names are the names of all objects, sorted.
func (s *S3) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

// Asked are the requests so far: METHOD /PATH, with a space and the range where one is asked for.
func (s *S3) Asked() []string { s.mu.Lock(); defer s.mu.Unlock(); return slices.Clone(s.asked) }

// ServeHTTP answers a request.
func (s *S3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Range")))
	before := s.before
	s.mu.Unlock()
	if before != nil && !before(w, r) {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // half a request stores nothing
	}
	if code := refusal(r, body); code != "" {
		Refuse(w, http.StatusForbidden, code)
		return
	}
	bucket, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case bucket != Bucket:
		Refuse(w, http.StatusNotFound, "NoSuchBucket")
	case name == "" && r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "2":
		s.list(w, r)
	default:
		s.object(w, r, name, body)
	}
}

func (s *S3) object(w http.ResponseWriter, r *http.Request, name string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, there := s.objects[name]
	switch r.Method {
	case http.MethodPut:
		s.objects[name] = body
		w.Header().Set("ETag", etag(body))
	case http.MethodDelete:
		delete(s.objects, name)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodGet, http.MethodHead:
		if !there {
			Refuse(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", etag(content))
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Unix(1e9, 0), bytes.NewReader(content))
	default:
		Refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

func etag(content []byte) string { return fmt.Sprintf(`"%x"`, sha256.Sum256(content)) }

type listing struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	IsTruncated           bool
	NextContinuationToken string
	Contents              []entry
}

type entry struct {
	Key          string
	LastModified time.Time
	Size         int
}

func (s *S3) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	most := s.page
	if n, err := strconv.Atoi(q.Get("max-keys")); err == nil && n > 0 {
		most = min(most, n)
	}
	var l listing
	for _, name := range slices.Sorted(maps.Keys(s.objects)) {
		if !strings.HasPrefix(name, q.Get("prefix")) || name <= q.Get("continuation-token") {
			continue
		}
		if len(l.Contents) == most {
			l.IsTruncated, l.NextContinuationToken = true, l.Contents[most-1].Key
			break
		}
		l.Contents = append(l.Contents, entry{name, time.Unix(1e9, 0).UTC(), len(s.objects[name])})
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(l)
}

// Refuse answers as S3 does. Its words repeat secrets, as those of a bad server might.
func Refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>you sent %s and %s</Message></Error>", code, AccessKey, SecretKey)
}

// refusal is the code of what is wrong with a request's signature or body, "" if nothing is.
func refusal(r *http.Request, body []byte) string {
	said := map[string]string{}
	scheme, fields, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		said[name] = value
	}
	key, scope, _ := strings.Cut(said["Credential"], "/")
	digest := r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case scheme != "AWS4-HMAC-SHA256" || said["Signature"] == "":
		return "AccessDenied"
	case key != AccessKey:
		return "InvalidAccessKeyId"
	case said["Signature"] != signature(r, scope, said["SignedHeaders"], digest):
		return "SignatureDoesNotMatch"
	case digest != fmt.Sprintf("%x", sha256.Sum256(body)):
		return "XAmzContentSHA256Mismatch"
	}
	return ""
}

// signature is what version 4 of AWS's signatures makes of a request.
func signature(r *http.Request, scope, signed, digest string) string {
	var headers strings.Builder
	for name := range strings.SplitSeq(signed, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, value)
	}
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	request := strings.Join([]string{r.Method, cmp.Or(r.URL.EscapedPath(), "/"), query, headers.String(), signed, digest}, "\n")
	key := []byte("AWS4" + SecretKey)
	for word := range strings.SplitSeq(scope, "/") { // date, region, service, aws4_request
		key = mac(key, word)
	}
	text := fmt.Sprintf("AWS4-HMAC-SHA256\n%s\n%s\n%x", r.Header.Get("X-Amz-Date"), scope, sha256.Sum256([]byte(request)))
	return hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
