package preview

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// picture is w × h, white, with a black square in its upper left corner.
func picture(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.White)
			if x < w/4 && y < h/4 {
				img.Set(x, y, color.Black)
			}
		}
	}
	return img
}

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func jpegOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// gifOf has so many frames of which each is a part of a screen of w × h.
func gifOf(w, h, frames, loop int, part image.Rectangle) []byte {
	g := &gif.GIF{LoopCount: loop, Config: image.Config{Width: w, Height: h}}
	for range frames {
		f := image.NewPaletted(part, color.Palette{color.Transparent, color.Black, color.White})
		for i := range f.Pix {
			f.Pix[i] = 1
		}
		g.Image, g.Delay = append(g.Image, f), append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// webpOf is a lossless picture of one pixel, or what its header says instead.
func webpOf() []byte {
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		panic(err)
	}
	return b
}

// pngHeaderOf says that it is w × h and holds no pixel.
func pngHeaderOf(w, h uint32, depth, kind, interlaced byte) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	chunk = append(binary.BigEndian.AppendUint32(chunk, h), depth, kind, 0, 0, interlaced)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

// resized is a JPEG whose header says another size and perhaps another way of coding.
func resized(b []byte, w, h uint16, mark byte) []byte {
	at := bytes.Index(b, []byte{0xff, 0xc0})
	b = bytes.Clone(b)
	b[at+1] = mark
	binary.BigEndian.PutUint16(b[at+5:], h)
	binary.BigEndian.PutUint16(b[at+7:], w)
	return b
}

// oriented puts an EXIF segment into a JPEG.
func oriented(b []byte, order binary.AppendByteOrder, t uint16) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, e := range [][2]uint16{{0x010f, 7}, {0x0112, t}} {
		tiff = order.AppendUint16(tiff, e[0])
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, e[1])
		tiff = order.AppendUint16(tiff, 0)
	}
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), b[2:]...)
}

func makeOf(t testing.TB, b []byte) (*Preview, error) {
	t.Helper()
	return New().Make(context.Background(), bytes.NewReader(b), Sniff(b[:min(len(b), HeadSize)]))
}

func TestSizes(t *testing.T) {
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{400, 200, 320, 160},
		{200, 100, 200, 100},
		{320, 180, 320, 180},
		{321, 320, 320, 319},
		{400, 400, 180, 180},
		{200, 400, 90, 180},
		{300, 200, 270, 180},
		{1000, 1, 320, 1},
		{1, 1000, 1, 180},
		{1, 1, 1, 1},
		{2000, 1500, 320, 240},
	} {
		name := fmt.Sprint(c.w, "×", c.h)
		for kind, b := range map[Type][]byte{
			JPEG: jpegOf(picture(c.w, c.h)), PNG: pngOf(picture(c.w, c.h)), GIF: gifOf(c.w, c.h, 1, -1, image.Rect(0, 0, c.w, c.h)),
		} {
			p, err := makeOf(t, b)
			if err != nil {
				t.Errorf("%s %s: %v", name, kind, err)
				continue
			}
			if p.Source != (Size{c.w, c.h, false}) || p.Size != (Size{c.wantW, c.wantH, false}) {
				t.Errorf("%s %s: %+v of %+v", name, kind, p.Size, p.Source)
			}
			if want := map[bool]Type{true: GIF, false: JPEG}[kind == GIF]; p.Type != want || Sniff(p.Data) != want {
				t.Errorf("%s %s becomes %s", name, kind, p.Type)
			}
			if got, _, err := image.DecodeConfig(bytes.NewReader(p.Data)); err != nil || got.Width != c.wantW || got.Height != c.wantH {
				t.Errorf("%s %s: is %d × %d, %v", name, kind, got.Width, got.Height, err)
			}
		}
	}
}

// TestSizesStayInBounds: every preview is at least a pixel and never larger than its source.
func TestSizesStayInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, MaxSide).Draw(t, "w"), rapid.IntRange(1, MaxSide).Draw(t, "h")
		pw, ph := fit(w, h)
		if pw < 1 || ph < 1 || pw > w || ph > h || pw > maxWidth || ph > maxWidth {
			t.Errorf("%d × %d becomes %d × %d", w, h, pw, ph)
		}
	})
}

func TestWebP(t *testing.T) {
	p, err := makeOf(t, webpOf())
	if err != nil || p.Type != JPEG || p.Source != (Size{1, 1, false}) {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestContent: what is shown is what was there, also through both steps of scaling, turned or on no ground.
func TestContent(t *testing.T) {
	for name, b := range map[string][]byte{"near": pngOf(picture(400, 200)), "far": pngOf(picture(1999, 997))} {
		p, err := makeOf(t, b)
		if err != nil {
			t.Fatal(err)
		}
		if got := darkCorner(t, p); got != "upper left" {
			t.Errorf("%s: the corner is %s", name, got)
		}
	}
	p, err := makeOf(t, pngOf(image.NewNRGBA(image.Rect(0, 0, 8, 8))))
	if err != nil {
		t.Fatal(err)
	}
	if got := darkCorner(t, p); got != "" {
		t.Errorf("transparent became dark at %s", got)
	}
}

// darkCorner says where the one dark corner is.
func darkCorner(t *testing.T, p *Preview) (where string) {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	for name, at := range map[string]image.Point{
		"upper left": {b.Dx() / 10, b.Dy() / 10}, "upper right": {b.Dx() * 9 / 10, b.Dy() / 10},
		"lower left": {b.Dx() / 10, b.Dy() * 9 / 10}, "lower right": {b.Dx() * 9 / 10, b.Dy() * 9 / 10},
	} {
		if r, _, _, _ := img.At(at.X, at.Y).RGBA(); r < 0x8000 {
			where += name
		}
	}
	return where
}

func TestOrientation(t *testing.T) {
	plain := jpegOf(picture(400, 200))
	for turn, want := range map[uint16]string{
		0: "upper left", 1: "upper left", 2: "upper right", 3: "lower right", 4: "lower left",
		5: "upper left", 6: "upper right", 7: "lower right", 8: "lower left", 9: "upper left",
	} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			p, err := makeOf(t, oriented(plain, order, turn))
			if err != nil {
				t.Fatal(err)
			}
			size := Size{400, 200, false}
			if turn >= 5 && turn <= 8 {
				size = Size{200, 400, false}
			}
			if got := darkCorner(t, p); got != want || p.Source != size {
				t.Errorf("%d: the corner is %s of %+v, want %s of %+v", turn, got, p.Source, want, size)
			}
			if bytes.Contains(p.Data, []byte("Exif")) {
				t.Errorf("%d: metadata survived", turn)
			}
		}
	}
}

func TestAnimated(t *testing.T) {
	all := image.Rect(0, 0, 10, 10)
	for name, c := range map[string]struct {
		b    []byte
		want bool
	}{
		"one frame":           {gifOf(10, 10, 1, -1, all), false},
		"one frame in a loop": {bytes.Replace(gifOf(10, 10, 1, -1, all), []byte{0x2c}, []byte("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00\x2c"), 1), true},
		"two frames":          {gifOf(10, 10, 2, -1, all), true},
		"very many":           {gifOf(10, 10, maxFrames+5, 0, all), true},
		"part of the screen":  {gifOf(10, 10, 1, -1, image.Rect(2, 2, 5, 5)), false},
		"without an end":      {bytes.TrimSuffix(gifOf(10, 10, 2, -1, all), []byte{0x3b}), true},
	} {
		p, err := makeOf(t, c.b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Source != (Size{10, 10, c.want}) || p.Size != (Size{10, 10, false}) {
			t.Errorf("%s: %+v of %+v", name, p.Size, p.Source)
		}
		if g, err := gif.DecodeAll(bytes.NewReader(p.Data)); err != nil || len(g.Image) != 1 {
			t.Errorf("%s: preview of %d frames, %v", name, len(g.Image), err)
		}
	}
}

// TestRefused: what is broken or too much work is an error, and costs next to nothing.
func TestRefused(t *testing.T) {
	jpg, good, moving := jpegOf(picture(64, 64)), pngOf(picture(64, 64)), gifOf(10, 10, 2, 0, image.Rect(0, 0, 10, 10))
	cases := map[string][]byte{
		"bomb":                  pngHeaderOf(45_000, 45_000, 8, 6, 0),
		"too wide":              pngHeaderOf(MaxSide+1, 1, 8, 6, 0),
		"no pixels":             pngHeaderOf(0, 10, 8, 6, 0),
		"negative":              pngHeaderOf(1<<31, 1<<31, 8, 6, 0),
		"16 bits a channel":     pngHeaderOf(4000, 4000, 16, 6, 0),
		"interlaced":            pngHeaderOf(4500, 4500, 8, 6, 1),
		"jpeg bomb":             resized(jpg, 16_000, 16_000, 0xc0),
		"progressive":           resized(jpg, 4800, 4800, 0xc2),
		"gif bomb":              bytes.Replace(moving, []byte{10, 0, 10, 0}, []byte{0xff, 0xff, 0xff, 0xff}, 1),
		"cut png":               good[:len(good)/2],
		"cut jpeg":              jpg[:len(jpg)/2],
		"cut gif":               moving[:len(moving)/2],
		"only a mark":           []byte("GIF89a"),
		"gif without a frame":   append(bytes.Clone(moving[:13+3*8]), 0x3b),
		"only a mark of jpeg":   {0xff, 0xd8, 0xff},
		"only a mark of webp":   []byte("RIFF\xff\xff\xff\xffWEBPVP8 "),
		"text":                  []byte("hello"),
		"gif and script":        []byte("GIF89a/*\x00*/=1;alert(1)"),
		"jpeg that ends itself": {0xff, 0xd8, 0xff, 0xd9},
	}
	for name, b := range cases {
		p, err := makeOf(t, b)
		if !errors.Is(err, ErrImage) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
		if allocated := testing.AllocsPerRun(1, func() { _, _ = makeOf(t, b) }); allocated > 5000 {
			t.Errorf("%s: %v allocations", name, allocated)
		}
	}
}

func TestWhatFitsIsNotRefused(t *testing.T) {
	jpg := jpegOf(picture(64, 64))
	for name, b := range map[string][]byte{
		"24 million pixels":      pngHeaderOf(6000, 4000, 8, 6, 0),
		"a photo":                resized(jpg, 6000, 4000, 0xc0),
		"a progressive photo":    resized(jpg, 4000, 3000, 0xc2),
		"a deep one":             pngHeaderOf(4000, 3000, 16, 6, 0),
		"an interlaced one":      pngHeaderOf(4000, 4000, 8, 6, 1),
		"as wide as it may be":   pngHeaderOf(MaxSide, 1000, 8, 6, 0),
		"with much in front":     oriented(jpg, binary.BigEndian, 1),
		"of one colour each bit": pngHeaderOf(6000, 4000, 1, 0, 0),
	} {
		if _, err := readHeader(&source{bytes.NewReader(b), t.Context()}, Sniff(b)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoTimeLeft(t *testing.T) {
	good := bytes.NewReader(pngOf(picture(64, 64)))
	m := New()
	m.time = time.Nanosecond
	if _, err := m.Make(t.Context(), good, PNG); !errors.Is(err, ErrImage) && !errors.Is(err, ErrBusy) {
		t.Errorf("without time: %v", err)
	}
	for range cap(m.places) {
		m.places <- struct{}{}
	}
	if _, err := m.Make(t.Context(), good, PNG); !errors.Is(err, ErrBusy) {
		t.Errorf("without a worker: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := New().Make(gone, good, PNG); !errors.Is(err, context.Canceled) {
		t.Errorf("without anybody who waits: %v", err)
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]Type{
		"": Text, "hello": Text, "grüße\r\n\t": Text, "<svg xmlns=''/>": Text, "<html>": Text, "%PDF-1.4\x00": Octets, "a\x00b": Octets, "\xff\xfe": Octets,
		"caf\xc3": Text, "\xc3a": Octets, "\u007f": Octets, "\x89PNG\r\n\x1a\n": PNG, "\xff\xd8\xff\xe0": JPEG, "GIF89a": GIF, "GIF87a": GIF, "GIF88a": Text,
		"RIFF1234WEBPVP8 ": WebP, "RIFF1234WAVE": Text, "BM\x00\x00": Octets, "II*\x00": Octets, "\x1b[31m": Octets,
	} {
		if got := Sniff([]byte(text)); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	for extension, want := range map[string]Type{"png": PNG, "JPEG": JPEG, "jpg": JPEG, "gif": GIF, "webp": WebP, "": "", "svg": "", "tiff": "", "bmp": ""} {
		if got := ClaimedBy(extension); got != want {
			t.Errorf("%q claims %q", extension, got)
		}
	}
}

// TestNoOtherDecoder: TIFF and BMP are not linked, and nobody can register them by mistake without this failing.
func TestNoOtherDecoder(t *testing.T) {
	for _, magic := range []string{"II*\x00", "MM\x00*", "BM????\x00\x00\x00\x00"} {
		if _, kind, err := image.DecodeConfig(strings.NewReader(magic + strings.Repeat("\x00", 64))); !errors.Is(err, image.ErrFormat) {
			t.Errorf("%q is decoded as %q: %v", magic, kind, err)
		}
	}
}

func FuzzMake(f *testing.F) {
	jpg := jpegOf(picture(20, 10))
	for _, b := range [][]byte{
		pngOf(picture(20, 10)), jpg, oriented(jpg, binary.BigEndian, 6), gifOf(10, 10, 2, 0, image.Rect(1, 1, 5, 5)), webpOf(),
		pngHeaderOf(45_000, 45_000, 8, 6, 0), []byte("GIF89a"), []byte("hello"),
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := makeOf(t, b)
		if err != nil {
			if !errors.Is(err, ErrImage) {
				t.Fatalf("%v", err)
			}
			if strings.Contains(err.Error(), "panic") {
				t.Fatalf("%v", err) // recovered, but somebody should know
			}
			return
		}
		if w, h := fit(p.Source.Width, p.Source.Height); p.Width != w || p.Height != h || p.Source.Width*p.Source.Height > MaxPixels {
			t.Errorf("%+v of %+v", p.Size, p.Source)
		}
		if again, err := makeOf(t, p.Data); err != nil || again.Size != p.Size {
			t.Errorf("the preview has no preview of its own size: %v", err)
		}
	})
}
