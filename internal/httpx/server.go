package httpx

import (
	"log/slog"
	"net/http"
)

// NewServer is the server for a [NewHandler], with the limits that belong to connections. It has no deadlines of its own for
// bodies and answers: those are set per request, since uploads and live links need others. What net/http itself refuses
// (a header too large, two lengths) goes to the logger at Warn, and is answered in its own plain words.
func NewServer(h http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:                      h,
		ReadHeaderTimeout:            HeaderTime,
		IdleTimeout:                  IdleTime,
		MaxHeaderBytes:               HeaderLimit,
		HTTP2:                        &http.HTTP2Config{MaxConcurrentStreams: StreamLimit},
		DisableGeneralOptionsHandler: true, // else "OPTIONS *" would be answered without our headers
		ErrorLog:                     slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}
