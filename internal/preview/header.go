package preview

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// A header is what is known of a picture before it is decoded.
type header struct {
	image.Config
	animated bool
	turn     turn
}

// shown is the size of the picture as people see it.
func (h header) shown() Size {
	p := h.turn.swap(image.Pt(h.Width, h.Height))
	return Size{p.X, p.Y, h.animated}
}

var errTooLarge = errors.New("too many pixels, or too much work")

// readHeader reads the header, and refuses what would be too much work to decode.
func readHeader(s *source, t Type) (h header, err error) {
	cost := 4.0 // bytes of memory for each pixel
	switch t {
	case PNG:
		h.Config, cost, err = pngHeader(s)
	case JPEG:
		h.Config, err = jpeg.DecodeConfig(s)
		if err == nil {
			h.turn, cost, err = walkJPEG(s)
		}
	case GIF:
		h.Config, err = gif.DecodeConfig(s)
		if err == nil {
			h.animated, err = walkGIF(s)
		}
	case WebP:
		h.Config, err = webp.DecodeConfig(s)
		cost = 8 // the lossless decoder keeps the picture twice
	default:
		err = errors.New("not a type of pictures")
	}
	if err != nil {
		return h, err
	}
	return h, affordable(h.Width, h.Height, cost)
}

func affordable(w, h int, cost float64) error {
	if w < 1 || h < 1 || w > MaxSide || h > MaxSide || w*h > MaxPixels || float64(w*h)*cost > maxMemory {
		return fmt.Errorf("%w: %d × %d", errTooLarge, w, h)
	}
	return nil
}

func pngHeader(s *source) (image.Config, float64, error) {
	c, err := png.DecodeConfig(s)
	if err != nil {
		return c, 0, err
	}
	cost := 4.0
	if c.ColorModel == color.NRGBA64Model || c.ColorModel == color.RGBA64Model {
		cost = 8
	}
	var head [29]byte // the last byte of it says whether the picture is interlaced
	if err := s.rewind(); err != nil {
		return c, 0, err
	}
	if _, err := io.ReadFull(s, head[:]); err != nil {
		return c, 0, err
	}
	if head[28] != 0 {
		cost *= 1.5 // the last pass is half the picture, beside the whole
	}
	return c, cost, nil
}

// The marks of JPEG that matter here.
const (
	markSOF0, markSOF2 = 0xc0, 0xc2
	markSOI, markEOI   = 0xd8, 0xd9
	markSOS            = 0xda
	markAPP1           = 0xe1
	markAPP14          = 0xee
)

// walkJPEG goes from segment to segment up to the pixels: it finds the orientation, and what decoding will cost.
func walkJPEG(s *source) (t turn, cost float64, err error) {
	if err := s.rewind(); err != nil {
		return 0, 0, err
	}
	r := bufio.NewReader(s)
	if _, err := r.Discard(2); err != nil {
		return 0, 0, err
	}
	var untouched bool // Adobe says that the colours are not those of JPEG
	for {
		mark, segment, err := nextSegment(r)
		switch {
		case err != nil:
			return t, cost, err
		case mark == markAPP1 && t == 0:
			t = orientation(segment)
		case mark == markAPP14:
			untouched = len(segment) >= 12 && string(segment[:5]) == "Adobe" && segment[11] == 0
		case mark >= markSOF0 && mark <= markSOF2:
			if cost, err = jpegCost(segment, mark == markSOF2); err != nil {
				return t, cost, err
			}
		case mark == markSOS && cost == 0:
			return t, cost, errors.New("pixels without a size")
		case mark == markSOS && untouched:
			return t, cost + converted, nil
		case mark == markSOS:
			return t, cost, nil
		}
	}
}

func nextSegment(r *bufio.Reader) (mark byte, segment []byte, err error) {
	for { // what stands between segments is skipped, as the decoder does
		b, err := r.ReadByte()
		if err != nil {
			return 0, nil, err
		}
		if b != 0xff {
			continue
		}
		for b == 0xff {
			if b, err = r.ReadByte(); err != nil {
				return 0, nil, err
			}
		}
		mark = b
		if mark != 0 {
			break
		}
	}
	switch {
	case mark == markEOI:
		return 0, nil, io.ErrUnexpectedEOF
	case mark == markSOI, mark >= 0xd0 && mark <= 0xd7, mark == 0x01:
		return mark, nil, nil // alone
	}
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return 0, nil, errors.New("a segment of less than nothing")
	}
	segment = make([]byte, n)
	_, err = io.ReadFull(r, segment)
	return mark, segment, err
}

// converted is what a copy in other colours costs, in bytes a pixel.
const converted = 4

// jpegCost reads the start of a frame: after bits, height and width, the components with their sampling. A progressive picture is
// kept as coefficients of four bytes besides; one of four components, or of red, green and blue, is converted in a copy.
func jpegCost(frame []byte, progressive bool) (float64, error) {
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) || frame[5] == 0 {
		return 0, errors.New("a short start of frame")
	}
	var widest, highest, samples int
	var names []byte
	for i := range int(frame[5]) {
		names = append(names, frame[6+3*i])
		h, v := int(frame[7+3*i]>>4), int(frame[7+3*i]&15)
		widest, highest, samples = max(widest, h), max(highest, v), samples+h*v
	}
	if widest == 0 || highest == 0 {
		return 0, errors.New("no sampling")
	}
	perPixel := float64(samples) / float64(widest*highest)
	if progressive {
		perPixel *= 5
	}
	if len(names) == 4 || string(names) == "RGB" {
		perPixel += converted
	}
	return max(perPixel, 1), nil
}
