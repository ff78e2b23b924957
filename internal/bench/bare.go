package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// bareTime is when a bare server that nobody ends gives up.
const bareTime = 10 * time.Minute

// Bare serves what Muster is compared with: it reads an answer, to its end, from in, and gives that to every request, as
// JSON, after it has read the request's body. It listens on a free loopback port, says so in the log like a Muster, and ends
// with ctx, or after ten minutes.
func Bare(ctx context.Context, in io.Reader, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, bareTime)
	defer cancel()
	answer, err := io.ReadAll(io.LimitReader(in, mostAnswer))
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	listener, err := net.Listen("tcp", loopback)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	srv := &http.Server{Handler: bare(answer), ReadHeaderTimeout: answerTime}
	defer context.AfterFunc(ctx, func() { srv.Close() })()
	log.Info("listening", "address", listener.Addr().String())
	if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func bare(answer []byte) http.Handler {
	length := fmt.Sprint(len(answer))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // of a client that has left, nobody waits for the answer
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", length)
		_, _ = w.Write(answer)
	})
}
