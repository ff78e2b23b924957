// Package preview says what a file is by looking into it, and makes small pictures of large ones. What it gets was sent by
// strangers: nothing in it is believed.
//
// # What a file is
//
// [Sniff] looks at the first bytes. There are four types of images (png, jpeg, gif, webp), plain text, and octets. No other
// decoder is linked: what is not one of the four is never decoded.
//
// # How much work a picture may be
//
// The header is read first, and from it alone follows what decoding will take: at most 24 million pixels, 16,384 a side and
// 96 MiB of memory, counting what the decoder of that format needs besides the picture (16 bits a channel, interlacing,
// progressive coding, lossless WebP). What needs more is refused before anything is decoded. Two pictures are worked on at
// once, each for ten seconds; a decoder that panics has refused.
//
// A preview holds pixels and nothing else: no metadata survives. The orientation that a JPEG's EXIF tells is applied.
package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/webp"
)

// The bounds of one picture.
const (
	MaxPixels = 24_000_000
	MaxSide   = 16_384
	maxMemory = 96 << 20 // bytes
	maxFrames = 1000     // of a GIF; more are not counted
	quality   = 85       // of JPEG
	maxWidth  = 320      // of the preview of a landscape
	maxHeight = 180      // of all others
)

// The bounds of all.
const (
	defaultWorkers = 2
	defaultTime    = 10 * time.Second
)

// ErrImage is the answer to what is not a whole picture, is too large, or takes too long.
var ErrImage = errors.New("preview: not a picture that can be worked on")

// ErrBusy means that nobody had time for the picture.
var ErrBusy = errors.New("preview: too many pictures at once")

// A Size is how large a picture is, in pixels, and whether it moves.
type Size struct {
	Width, Height int
	Animated      bool
}

// A Preview is a small picture of a large one.
type Preview struct {
	Source Size // of the large one, as it is to be shown
	Size
	Type Type
	Data []byte
}

// A Maker makes previews. It is safe for concurrent use.
type Maker struct {
	places chan struct{}
	time   time.Duration
}

// New returns a Maker.
func New() *Maker {
	return &Maker{places: make(chan struct{}, defaultWorkers), time: defaultTime}
}

// Make makes the preview of a picture of that type, which [Sniff] has found out. Errors: [ErrImage], [ErrBusy] when no worker
// became free in ten seconds, and those of ctx.
func (m *Maker) Make(ctx context.Context, r io.ReadSeeker, t Type) (*Preview, error) {
	work, cancel := context.WithTimeout(ctx, m.time)
	defer cancel()
	select {
	case m.places <- struct{}{}:
		defer func() { <-m.places }()
	case <-work.Done():
		return nil, errors.Join(ctx.Err(), ErrBusy)
	}
	p, err := render(&source{r: r, ctx: work}, t)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrImage, err)
	}
	return p, nil
}

// render does the work. A panic of a decoder is an error of the picture.
func render(s *source, t Type) (p *Preview, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			p, err = nil, fmt.Errorf("panic: %v", cause)
		}
	}()
	h, err := readHeader(s, t)
	if err != nil {
		return nil, err
	}
	if err := s.rewind(); err != nil {
		return nil, err
	}
	img, err := decode(s, t)
	if err != nil {
		return nil, err
	}
	if t == GIF {
		return gifPreview(img, h)
	}
	return jpegPreview(img, h)
}

func decode(r io.Reader, t Type) (image.Image, error) {
	switch t {
	case PNG:
		return png.Decode(r)
	case JPEG:
		return jpeg.Decode(r)
	case GIF:
		return gif.Decode(r) // its first frame
	case WebP:
		return webp.Decode(r)
	}
	return nil, errors.New("not a type of pictures")
}

func jpegPreview(img image.Image, h header) (*Preview, error) {
	size := h.shown()
	// The picture is scaled first and turned then, so that only few pixels are turned.
	w, height := fit(size.Width, size.Height)
	small := h.turn.apply(scale(img, h.turn.swap(image.Pt(w, height))))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, onWhite(small), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return &Preview{Source: size, Size: Size{Width: w, Height: height}, Type: JPEG, Data: b.Bytes()}, nil
}

// fit is how large the preview of a picture is.
func fit(w, h int) (int, int) {
	switch {
	case w > maxWidth && w > h:
		return maxWidth, scaled(h, maxWidth, w)
	case h > maxHeight:
		return scaled(w, maxHeight, h), maxHeight
	}
	return w, h
}

// scaled is n·to/from, rounded, and at least one pixel.
func scaled(n, to, from int) int { return max(1, (n*to+from/2)/from) }

// A source is what a decoder reads. It ends when the time is up, and so does the decoder.
type source struct {
	r   io.ReadSeeker
	ctx context.Context
}

func (s *source) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

func (s *source) rewind() error {
	_, err := s.r.Seek(0, io.SeekStart)
	return err
}
