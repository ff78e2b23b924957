package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// An S3 keeps blobs as objects of a bucket: <prefix>/<id>, where the id is a decimal number. It is safe for concurrent use,
// also by several processes.
//
// An upload is received whole before it is sent, in a file that has no name (on Unix) in a folder of this machine. So one
// request stores the blob or doesn't: there is no upload in parts that a kill could leave behind, and the server compares
// what it got with a SHA-256 that was known beforehand.
type S3 struct {
	client   *minio.Core
	close    func()
	endpoint string // HOST:PORT
	bucket   string
	prefix   string // "" or with a slash at its end
	folder   string // of uploads that are being received
}

// The times that an S3 has. What is read ends with the context of who reads, or when nothing moves for stallTime.
const (
	callTime   = 30 * time.Second // the longest that sending, removing or the check at the start takes
	forgetTime = 5 * time.Second  // the same, for removing what a Put that failed may have stored
	attempts   = 3                // of a request that the server could not answer
)

// OpenS3 opens the bucket. It looks whether the bucket is there and may be listed, and whether uploads can be received in
// the folder, which is made if it is not there. Errors are for the operator, and hold no secret.
func OpenS3(ctx context.Context, c S3Config) (*S3, error) {
	s, err := NewS3(c)
	if err != nil {
		return nil, err
	}
	if err := s.check(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *S3) check(ctx context.Context) error {
	if err := os.MkdirAll(s.folder, folderMode); err != nil {
		return fmt.Errorf("making the folder of uploads on their way: %w (hint: the server has to be able to write there)", err)
	}
	part, err := s.receive()
	if err != nil {
		return fmt.Errorf("making a file for uploads on their way: %w (hint: the server has to be able to write there)", err)
	}
	part.discard()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true, MaxKeys: 1}) {
		if o.Err != nil {
			return fmt.Errorf("bucket %s at %s: %w (hint: %s)", s.bucket, s.endpoint, failure(o.Err), hint(o.Err))
		}
		break
	}
	return nil
}

// Close closes connections that wait. Open files stay open.
func (s *S3) Close() error { s.close(); return nil }

// String is where blobs are, for a log.
func (s *S3) String() string { return s.bucket + "/" + s.prefix + " at " + s.endpoint }

// GoString keeps the keys out of %#v too.
func (s *S3) GoString() string { return s.String() }

func (s *S3) object(id int64) string { return s.prefix + strconv.FormatInt(id, 10) }

// Put stores what r holds, at most limit bytes, and answers how many they are. When it returns without an error the server
// has said that it keeps the blob; with one, nothing can be opened under that id, unless the server took the blob, could not
// say so, and can't be reached to remove it again: List shows it then. Errors: [ErrTooLarge]; those of r and ctx; those of
// the server and of the folder of uploads.
func (s *S3) Put(ctx context.Context, id int64, r io.Reader, limit int64) (int64, error) {
	if id <= 0 {
		return 0, errors.New("blob: not an id")
	}
	part, err := s.receive()
	if err != nil {
		return 0, fmt.Errorf("blob: %w", err)
	}
	defer part.discard()
	digest := sha256.New()
	n, err := copyWithin(ctx, io.MultiWriter(part, digest), r, limit)
	if err != nil {
		return 0, err
	}
	if err := s.send(ctx, id, io.NewSectionReader(part, 0, n), hex.EncodeToString(digest.Sum(nil))); err != nil {
		s.forget(ctx, id)
		return 0, err
	}
	return n, nil
}

func (s *S3) send(ctx context.Context, id int64, content *io.SectionReader, digest string) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	// Without this option the library would sign chunk by chunk, and leave the digest out.
	options := minio.PutObjectOptions{DisableContentSha256: true, ContentType: "application/octet-stream"}
	_, err := s.client.PutObject(ctx, s.bucket, s.object(id), content, content.Size(), "", digest, options)
	return failure(err)
}

// forget removes what a failed Put may have stored nevertheless: an answer can get lost.
func (s *S3) forget(ctx context.Context, id int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTime)
	defer cancel()
	_ = s.Delete(ctx, id) // what can't be removed now is listed later
}

// Delete removes a blob. One that is not there is no error.
func (s *S3) Delete(ctx context.Context, id int64) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err := failure(s.client.RemoveObject(ctx, s.bucket, s.object(id), minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// List names the blobs that are there, in no order. Objects that are not ours are left out. It ends with the first error.
func (s *S3) List(ctx context.Context) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
			if o.Err != nil {
				yield(0, failure(o.Err))
				return
			}
			if id, ours := s.idOf(o.Key); ours && !yield(id, nil) {
				return
			}
		}
	}
}

func (s *S3) idOf(object string) (id int64, ours bool) {
	id, err := strconv.ParseInt(path.Base(object), 10, 64)
	return id, err == nil && id > 0 && s.object(id) == object
}

// A part is an upload that is being received.
type part struct{ *os.File }

// receive makes an empty part. Its name is taken away at once where the system allows that, so that a kill leaves nothing.
func (s *S3) receive() (part, error) {
	file, err := os.CreateTemp(s.folder, "upload-*"+partSuffix) // 0600
	if err == nil {
		_ = os.Remove(file.Name())
	}
	return part{file}, err
}

func (p part) discard() {
	_ = p.Close()
	_ = os.Remove(p.Name()) // is gone already, but on Windows
}

// failure is what an error of the library tells: of the server the code and the status, never its words, which may repeat
// what it was sent.
func failure(err error) error {
	var answer minio.ErrorResponse
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &answer):
		return fmt.Errorf("blob: S3: %w", cause(err))
	case answer.Code == minio.NoSuchKey:
		return fmt.Errorf("blob: S3: %w", ErrNotFound)
	}
	return fmt.Errorf("blob: S3 refuses: %s (status %d)", code(answer.Code), answer.StatusCode)
}

// code is a code of S3, if it looks like one.
func code(text string) string {
	letters := strings.IndexFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) < 0
	if text == "" || len(text) > 60 || !letters {
		return "no code that could be read"
	}
	return text
}
