package blob

import (
	"context"
	"errors"
	"io"

	"github.com/minio/minio-go/v7"
)

// Open opens a blob for reading, until ctx ends. It asks for all of it at once: most readers want that, and who seeks costs
// one request more. Without a blob the error is [ErrNotFound].
func (s *S3) Open(ctx context.Context, id int64) (*File, error) {
	o := &object{ctx: ctx, s: s, name: s.object(id)}
	if err := o.request(); err != nil {
		return nil, err
	}
	return &File{o, o.size}, nil
}

// An object is a blob that is being read. It is not safe for concurrent use.
type object struct {
	ctx  context.Context
	s    *S3
	name string
	etag string // what all requests have to find
	size int64  // bytes

	at   int64         // what Read reads next
	body io.ReadCloser // nil: nothing is asked for
	from int64         // where the body stands
}

// request asks for everything from o.at on.
func (o *object) request() error {
	var options minio.GetObjectOptions
	if o.at > 0 {
		_ = options.SetRange(o.at, 0) // from there to the end is a range
	}
	if o.etag != "" {
		_ = options.SetMatchETag(o.etag) // has one
	}
	body, info, _, err := o.s.client.GetObject(o.ctx, o.s.bucket, o.name, options)
	if err != nil {
		return failure(err)
	}
	if o.at == 0 {
		o.size, o.etag = info.Size, info.ETag
	} else if info.Size != o.size-o.at {
		_ = body.Close()
		return errors.New("blob: S3 answers another range")
	}
	o.body, o.from = body, o.at
	return nil
}

// Read reads from where the last Read or Seek has ended.
func (o *object) Read(b []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body != nil && o.from != o.at {
		_ = o.Close() // nobody wants the rest
	}
	if o.body == nil {
		if err := o.request(); err != nil {
			return 0, err
		}
	}
	n, err := o.body.Read(b)
	o.at += int64(n)
	o.from = o.at
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, failure(err)
	case o.at < o.size:
		return n, io.ErrUnexpectedEOF
	}
	return n, nil // the next one ends
}

// Seek sets where Read reads next, and asks the server for nothing.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	}
	if whence < io.SeekStart || whence > io.SeekEnd || offset < 0 {
		return 0, errors.New("blob: no place in the file")
	}
	o.at = offset
	return offset, nil
}

// Close ends what is asked for.
func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	body := o.body
	o.body = nil
	return body.Close()
}
