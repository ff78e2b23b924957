package httpx

import "net/http"

// WriteHeader notes the status. Informational ones (1xx) are no answer yet, except the switch to another protocol.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}

// FlushError sends what is written, for [http.ResponseController].
func (x *exchange) FlushError() error {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return http.NewResponseController(x.ResponseWriter).Flush()
}

// Flush is FlushError for those who ask for an [http.Flusher].
func (x *exchange) Flush() { _ = x.FlushError() }

// Unwrap gives [http.ResponseController] the deadlines of the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }
