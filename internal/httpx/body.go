package httpx

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"

	"muster"
)

// The errors of reading a request. Wires spell them by Code; [ErrMalformed] stands for all errors of its code, whatever
// their field and message.
var (
	ErrMalformed   = muster.Errorf(muster.Invalid, "malformed", "the request can't be read")
	ErrTooLarge    = muster.Errorf(muster.Invalid, "too-large", "the body is too large")
	ErrTooSlow     = muster.Errorf(muster.Invalid, "too-slow", "the body came too slowly")
	ErrUnsupported = muster.Errorf(muster.Invalid, "unsupported-media-type", "the body is of a type, charset or encoding that isn't read here")
)

func malformed(field, message string) error {
	return &muster.Error{Kind: muster.Invalid, Code: ErrMalformed.Code, Field: field, Message: message}
}

// ReadBody reads the whole body, up to the limit of its route ([BodyLimit] by default). Errors: [ErrTooLarge],
// [ErrTooSlow], [ErrUnsupported] for a compressed body, [ErrMalformed] for one that ends early. The body can be read once.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, ErrUnsupported
	}
	body := io.Reader(r.Body)
	if exchangeFrom(r.Context()) == nil { // nobody has bounded it yet
		body = http.MaxBytesReader(nil, r.Body, BodyLimit)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return nil, bodyError(err)
	}
	return b, nil
}

// bodyError gives the fault of a client, or of the way to him, its word.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return ErrTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrTooSlow
	}
	return malformed("", "the body ended early")
}

// MediaType is the type of the body, in lower case and without parameters; "" if the request names none. Errors:
// [ErrUnsupported] for a charset other than UTF-8, and for a type that can't be read or is given twice.
func MediaType(r *http.Request) (string, error) {
	types := r.Header["Content-Type"]
	if len(types) == 0 {
		return "", nil
	}
	if len(types) > 1 {
		return "", ErrUnsupported
	}
	mediaType, params, err := mime.ParseMediaType(types[0])
	if err != nil {
		return "", ErrUnsupported
	}
	charset, given := params["charset"]
	if given && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8") {
		return "", ErrUnsupported
	}
	return mediaType, nil
}
