package httpx

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Content is a file as it goes out.
type Content struct {
	io.ReadSeeker
	Name     string    // that the client may save it under
	Type     string    // its media type, which has been found out by looking into it
	Size     int64     // bytes
	Modified time.Time // to the second
	Inline   bool      // may be shown where it stands; holds only for types in which nothing can run
	Public   bool      // everybody may see it, also from pages of other origins
}

// ServeContent answers a file, whole or in ranges. Whatever is in it, nothing of it runs: the type is told and not to be guessed,
// and a browser that opens it does so in a sandbox. All but pictures and plain text is to be saved.
func ServeContent(w http.ResponseWriter, r *http.Request, c Content) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Content-Type", withCharset(c.Type))
	h.Set("Content-Disposition", disposition(c.Inline && showable(c.Type), c.Name))
	if c.Public {
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cache-Control", "no-cache") // may be kept, and is asked for each time: a deleted file is gone at once
	}
	if x := exchangeFrom(r.Context()); x != nil {
		control := http.NewResponseController(x.ResponseWriter)
		_ = control.SetWriteDeadline(time.Now().Add(AnswerTime + time.Duration(c.Size/uploadRate)*time.Second)) // as for an upload
	}
	http.ServeContent(w, r, "", c.Modified.Truncate(time.Second), c.ReadSeeker)
}

// showable reports whether nothing can run in files of that type.
func showable(mediaType string) bool {
	switch mediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain":
		return true
	}
	return false
}

// withCharset tells the charset of text, which is UTF-8 here.
func withCharset(mediaType string) string {
	if mediaType == "text/plain" {
		return "text/plain; charset=utf-8"
	}
	return mediaType
}

// disposition tells the name query-escaped, as clients of the old days read it: that leaves no quote, no control character and
// nothing beyond ASCII. Where the name has more than ASCII, browsers find it in the form of RFC 6266, too.
func disposition(inline bool, name string) string {
	word := "attachment"
	if inline {
		word = "inline"
	}
	escaped := url.QueryEscape(name)
	ascii := strings.IndexFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) < 0
	if ascii {
		return word + "; filename=" + escaped
	}
	return word + "; filename=" + escaped + "; filename*=UTF-8''" + strings.ReplaceAll(escaped, "+", "%20")
}

// ServeText answers plain text that is asked for again and again: who has it already, by its ETag, gets 304 and nothing else.
func ServeText(w http.ResponseWriter, r *http.Request, text []byte, etag string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain")
	h.Set("ETag", etag)
	h.Set("Cache-Control", "private, no-cache") // may be kept by who asked, and is asked for each time
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}
