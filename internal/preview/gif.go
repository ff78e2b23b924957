package preview

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
)

// walkGIF goes from block to block without decoding, and says whether the picture moves: it has several frames, or is to be
// played in a loop. It is content with a GIF that ends between two blocks, as browsers are.
func walkGIF(s *source) (animated bool, err error) {
	if err := s.rewind(); err != nil {
		return false, err
	}
	r := bufio.NewReader(s)
	var screen [13]byte
	if _, err := io.ReadFull(r, screen[:]); err != nil {
		return false, err
	}
	if err := skipColours(r, screen[10]); err != nil {
		return false, err
	}
	loops := false
	for frames := 0; frames < maxFrames; {
		kind, err := r.ReadByte()
		if errors.Is(err, io.EOF) || kind == 0x3b { // the end
			if frames == 0 {
				return false, errors.New("no frame")
			}
			return loops || frames > 1, nil
		}
		switch {
		case err != nil:
			return false, err
		case kind == 0x2c:
			frames++
			err = skipFrame(r)
		case kind == 0x21:
			var loop bool
			loop, err = skipExtension(r)
			loops = loops || loop
		default:
			err = errors.New("an unknown block")
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// skipColours skips the table that the flags speak of.
func skipColours(r *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	return skip(r, 3<<(flags&7+1))
}

func skipFrame(r *bufio.Reader) error {
	var at [9]byte
	if _, err := io.ReadFull(r, at[:]); err != nil {
		return unexpected(err)
	}
	if err := skipColours(r, at[8]); err != nil {
		return err
	}
	if err := skip(r, 1); err != nil {
		return err
	}
	return skipBlocks(r)
}

// skipExtension reports whether it is the one that makes a GIF loop.
func skipExtension(r *bufio.Reader) (loop bool, err error) {
	label, err := r.ReadByte()
	if err != nil {
		return false, unexpected(err)
	}
	const netscape = "\x0bNETSCAPE2.0"
	if start, err := r.Peek(len(netscape)); err == nil && label == 0xff {
		loop = string(start) == netscape
	}
	return loop, skipBlocks(r)
}

// skipBlocks skips blocks up to the empty one.
func skipBlocks(r *bufio.Reader) error {
	for {
		n, err := r.ReadByte()
		if err != nil {
			return unexpected(err)
		}
		if n == 0 {
			return nil
		}
		if err := skip(r, int(n)); err != nil {
			return err
		}
	}
}

func skip(r *bufio.Reader, n int) error {
	_, err := r.Discard(n)
	return unexpected(err)
}

// unexpected is err; an end of the file is none that was hoped for.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// gifPreview shows the first frame in its own colours.
func gifPreview(frame image.Image, h header) (*Preview, error) {
	from, ok := frame.(*image.Paletted)
	if !ok || len(from.Palette) == 0 {
		return nil, errors.New("a frame without colours")
	}
	size := h.shown()
	w, height := fit(size.Width, size.Height)
	small := image.NewPaletted(image.Rect(0, 0, w, height), from.Palette)
	if screen := image.Rect(0, 0, size.Width, size.Height); w == size.Width && height == size.Height && from.Rect == screen {
		draw.Draw(small, small.Rect, from, image.Point{}, draw.Src)
	} else {
		whole := onScreen(from, screen)
		draw.FloydSteinberg.Draw(small, small.Rect, scale(whole, image.Pt(w, height)), image.Point{})
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{small}, Delay: []int{0}, LoopCount: -1}); err != nil {
		return nil, err
	}
	return &Preview{Source: size, Size: Size{Width: w, Height: height}, Type: GIF, Data: b.Bytes()}, nil
}

// onScreen puts a frame, which may be a part only, where it belongs. What it leaves open is transparent where the palette has
// that, else of its first colour.
func onScreen(from *image.Paletted, screen image.Rectangle) image.Image {
	if from.Rect == screen {
		return from
	}
	whole := image.NewPaletted(screen, from.Palette)
	if i := from.Palette.Index(color.Transparent); i != 0 {
		for at := range whole.Pix {
			whole.Pix[at] = uint8(i)
		}
	}
	draw.Draw(whole, from.Rect, from, from.Rect.Min, draw.Src)
	return whole
}
