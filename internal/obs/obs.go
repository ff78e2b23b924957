// Package obs is what operators see of a running Muster: the log, as one JSON object a line on stderr, in UTC.
//
// A log line never holds a secret. Those who log do not log any; besides, values whose name is on the list of secrets are
// replaced here, in case somebody forgets.
package obs

import (
	"io"
	"log/slog"
	"slices"
	"strings"
)

// NewLogger returns the operations log. With dev it says more, never more secrets.
func NewLogger(w io.Writer, dev bool) *slog.Logger {
	level := slog.LevelInfo
	if dev {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: replace}))
}

// replace hides secrets. It isn't shown groups, only what is in them.
func replace(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		return slog.Time(a.Key, a.Value.Time().UTC())
	}
	if Secret(a.Key) || slices.ContainsFunc(groups, Secret) {
		return slog.String(a.Key, "•••")
	}
	return a
}

// Secret reports whether a value of that name is never shown (security yardstick, 3.8).
func Secret(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "cookie", "set-cookie", "jwt", "token", "access_token", "refresh_token", "refreshtoken",
		"code", "state", "sign", "password", "oldpassword", "newpassword", "client_secret", "app_certificate", "secret", "seed", "key":
		return true
	}
	return false
}
