package preview

import (
	"bytes"
	"encoding/binary"
	"image"
)

// A turn is the orientation of a JPEG as EXIF numbers it: 1 (and here 0, for none) is upright, the others are turned, mirrored
// or both.
type turn int

// swap exchanges width and height where the picture lies on its side.
func (t turn) swap(p image.Point) image.Point {
	if t >= 5 {
		return image.Pt(p.Y, p.X)
	}
	return p
}

// apply makes the picture upright.
func (t turn) apply(img image.Image) image.Image {
	if t < 2 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewNRGBA(image.Rectangle{Max: t.swap(b.Size())})
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			at := t.from(x, y, w, h)
			out.Set(x, y, img.At(b.Min.X+at.X, b.Min.Y+at.Y))
		}
	}
	return out
}

// from is where in a picture of w × h the pixel stands that belongs to x, y of the upright one.
func (t turn) from(x, y, w, h int) image.Point {
	switch t {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, h-1-x)
	case 7:
		return image.Pt(w-1-y, h-1-x)
	case 8:
		return image.Pt(w-1-y, x)
	}
	return image.Pt(x, y)
}

// orientation reads it from the EXIF segment of a JPEG; 0 where there is none that can be read. It looks at the first
// directory only, which is where it stands.
func orientation(segment []byte) turn {
	const tag, short = 0x0112, 3
	tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(tiff[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if t := turn(order.Uint16(entries[8:])); t <= 8 {
				return t
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}
