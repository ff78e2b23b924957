package preview

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Type is a media type.
type Type string

// The types that a file can have.
const (
	PNG    Type = "image/png"
	JPEG   Type = "image/jpeg"
	GIF    Type = "image/gif"
	WebP   Type = "image/webp"
	Text   Type = "text/plain"
	Octets Type = "application/octet-stream"
)

// HeadSize is how many bytes from the beginning of a file [Sniff] wants.
const HeadSize = 512

// Sniff says what a file is by its first bytes. Plain text is UTF-8 without control characters; markup is text too, and has to
// be served so that nothing runs.
func Sniff(head []byte) Type {
	for magic, t := range map[string]Type{"\x89PNG\r\n\x1a\n": PNG, "\xff\xd8\xff": JPEG, "GIF87a": GIF, "GIF89a": GIF} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return t
		}
	}
	switch {
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP
	case isText(head):
		return Text
	}
	return Octets
}

// isText allows for a character that the end of head has cut.
func isText(head []byte) bool {
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 {
			return len(head) < utf8.UTFMax && !utf8.FullRune(head)
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == 0x7f {
			return false
		}
		head = head[n:]
	}
	return true
}

// Image reports whether t is one of the four types of pictures.
func (t Type) Image() bool { return len(t.extensions()) > 0 }

// Extension is the usual one of pictures of that type, without dot; "" for all others.
func (t Type) Extension() string {
	if e := t.extensions(); len(e) > 0 {
		return e[0]
	}
	return ""
}

func (t Type) extensions() []string {
	switch t {
	case PNG:
		return []string{"png"}
	case JPEG:
		return []string{"jpg", "jpeg", "jpe", "jfif"}
	case GIF:
		return []string{"gif"}
	case WebP:
		return []string{"webp"}
	}
	return nil
}

// ClaimedBy is the type of pictures that an extension (without dot) stands for, in any letter case; "" for all others.
func ClaimedBy(extension string) Type {
	for _, t := range []Type{PNG, JPEG, GIF, WebP} {
		if slices.Contains(t.extensions(), strings.ToLower(extension)) {
			return t
		}
	}
	return ""
}
