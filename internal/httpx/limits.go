package httpx

import "time"

// The limits of HTTP, from part 3.4 of the security yardstick. They hold for every façade; a route that takes uploads has
// a larger body by [Route.WithBody].
const (
	HeaderLimit     = 32 << 10 // bytes of request line and headers; net/http adds 4 KiB of slack, then 431
	URLLimit        = 8 << 10  // bytes of the request target; then 414
	QueryLimit      = 256      // values in a query, and values in a form body; then 400
	BodyLimit       = 1 << 20  // bytes; then the error "too-large"
	LanguageLimit   = 256      // bytes of Accept-Language; a longer one is dropped as if it hadn't been sent
	RequestLimit    = 2048     // requests at once in one handler, without those that are [LongLived]; then 503
	StreamLimit     = 100      // HTTP/2 streams of one connection
	PeerLimit       = 1024     // connections from one address; then they are closed at once
	JSONDepthLimit  = 64       // objects and lists inside each other
	JSONValuesLimit = 50_000   // values of one JSON text, objects and lists included

	HeaderTime = 5 * time.Second  // until the headers are there
	IdleTime   = 60 * time.Second // between two requests of one connection
	BodyTime   = 15 * time.Second // until the body is there, from the start of the route
	AnswerTime = 30 * time.Second // until the answer is sent, from the start of the route

	// RetryAfter is what a client is told to wait when too many requests run at once, in seconds.
	RetryAfter = "1"
)

// uploadRate is the slowest upload that is waited for, in bytes a second.
const uploadRate = 64 << 10

// bodyTime is how long a body of at most limit bytes may take: BodyTime, and where that is more than BodyLimit a second
// for each 64 KiB.
func bodyTime(limit int64) time.Duration {
	if limit <= BodyLimit {
		return BodyTime
	}
	return BodyTime + time.Duration(limit/uploadRate)*time.Second
}

// answerTime leaves an answer the same time after its body, however large that may be.
func answerTime(limit int64) time.Duration { return AnswerTime + bodyTime(limit) - BodyTime }
