// Package blob keeps the bytes of files, each under a number that the house has made. It knows neither names nor types nor
// owners: those are rows, and a blob that no row speaks of does not exist for anybody.
//
// # The life of a blob
//
//	Put begins    <shard>/<id>.part is written
//	Put ends      synced, renamed to <shard>/<id>, and the folder synced
//	the row       is written after that: from here on somebody can ask for it
//	Delete        after the row has gone
//
// Whatever goes wrong on the way (a full disk, a client that leaves, a kill) leaves a part or a blob without a row, and never
// a blob under its name that is not whole. List shows both, so that whoever knows the rows can clean up.
//
// An [S3] has the same four methods, and neither parts nor shards: an upload there is not visible before it is complete.
package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// The errors of a store. What else comes from the disk is wrapped as it is.
var (
	ErrNotFound = fs.ErrNotExist
	ErrTooLarge = errors.New("blob: larger than the limit")
)

// A File is an open blob. Read and Seek work as those of a file.
type File struct {
	io.ReadSeekCloser
	Size int64 // bytes
}

// copyWithin copies r into w, at most limit bytes, until ctx ends. It answers how many.
func copyWithin(ctx context.Context, w io.Writer, r io.Reader, limit int64) (int64, error) {
	n, err := io.Copy(w, io.LimitReader(&watched{ctx, r}, limit+1))
	if err == nil && n > limit {
		err = ErrTooLarge
	}
	return n, err
}

// A watched reader ends with its context.
type watched struct {
	ctx context.Context
	r   io.Reader
}

func (w *watched) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(b)
}
