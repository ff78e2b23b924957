package preview

import (
	"image"
	"image/color"
	stddraw "image/draw"

	"golang.org/x/image/draw"
)

// scale makes a picture as large as size says, or smaller pictures out of larger ones, rather: nothing here enlarges. A filter
// over the whole of a large picture would need more memory than the picture; so it is brought near its size by averaging whole
// blocks of pixels, row by row, and the filter does the rest.
func scale(img image.Image, size image.Point) image.Image {
	b := img.Bounds()
	if b.Size() == size {
		return img
	}
	const enough = 2 // times the size is what the filter gets, at least
	if n := min(b.Dx()/(enough*size.X), b.Dy()/(enough*size.Y)); n > 1 {
		img = average(img, n)
		b = img.Bounds()
	}
	small := image.NewNRGBA(image.Rectangle{Max: size})
	draw.CatmullRom.Scale(small, small.Rect, img, b, draw.Src, nil)
	return small
}

// average makes one pixel of each block of n × n; what is left at the right and lower edge belongs to the last blocks.
func average(img image.Image, n int) image.Image {
	b := img.Bounds()
	small := image.NewRGBA64(image.Rect(0, 0, b.Dx()/n, b.Dy()/n))
	at := pixels(img)
	row := make([]sum, small.Rect.Dx())
	for y := range small.Rect.Dy() {
		clear(row)
		last := b.Min.Y + (y+1)*n
		if y == small.Rect.Dy()-1 {
			last = b.Max.Y
		}
		for sy := b.Min.Y + y*n; sy < last; sy++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				row[min((x-b.Min.X)/n, len(row)-1)].add(at(x, sy))
			}
		}
		for x := range row {
			small.SetRGBA64(x, y, row[x].mean())
		}
	}
	return small
}

// pixels reads pixels without an allocation for each, which all pictures of the decoders allow.
func pixels(img image.Image) func(x, y int) color.RGBA64 {
	if fast, ok := img.(image.RGBA64Image); ok {
		return fast.RGBA64At
	}
	return func(x, y int) color.RGBA64 {
		r, g, b, a := img.At(x, y).RGBA()
		return color.RGBA64{R: uint16(r), G: uint16(g), B: uint16(b), A: uint16(a)}
	}
}

type sum struct{ r, g, b, a, n uint64 }

func (s *sum) add(c color.RGBA64) {
	s.r += uint64(c.R)
	s.g += uint64(c.G)
	s.b += uint64(c.B)
	s.a += uint64(c.A)
	s.n++
}

func (s *sum) mean() color.RGBA64 {
	return color.RGBA64{R: uint16(s.r / s.n), G: uint16(s.g / s.n), B: uint16(s.b / s.n), A: uint16(s.a / s.n)}
}

// onWhite is what JPEG can show of a picture that lets something shine through.
func onWhite(img image.Image) image.Image {
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		return img
	}
	b := img.Bounds()
	white := image.NewRGBA(image.Rectangle{Max: b.Size()})
	stddraw.Draw(white, white.Rect, image.White, image.Point{}, stddraw.Src)
	stddraw.Draw(white, white.Rect, img, b.Min, stddraw.Over)
	return white
}
