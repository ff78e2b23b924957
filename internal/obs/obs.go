// Package obs is what operators see of a running Muster: the log, as one JSON object a line on stderr, in UTC, and the
// metrics, in Prometheus' text form.
//
// A log line never holds a secret. Those who log do not log any; besides, values whose name is on the list of secrets are
// replaced here, in case somebody forgets. Lines of one request carry its id ([WithRequests]). What goes wrong a thousand
// times a second is said once a second, with a count ([calm]).
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
	return slog.New(newCalm(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: replace})))
}

// replace hides secrets. It isn't shown groups, only what is in them. A hint that nobody had is left out.
func replace(groups []string, a slog.Attr) slog.Attr {
	switch {
	case a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime:
		return slog.Time(a.Key, a.Value.Time().UTC())
	case Secret(a.Key) || slices.ContainsFunc(groups, Secret):
		return slog.String(a.Key, hidden)
	case a.Key == "hint" && a.Value.Kind() == slog.KindString && a.Value.String() == "":
		return slog.Attr{}
	case a.Value.Kind() == slog.KindAny:
		return slog.Attr{Key: a.Key, Value: redact(a.Value)}
	}
	return a
}

// hidden is shown in place of a secret.
const hidden = "•••"

// Secret reports whether a value of that name is never shown (security yardstick, 3.8). Letter case, hyphens and underscores
// make no difference.
func Secret(name string) bool {
	bare := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	switch bare {
	case "authorization", "proxyauthorization", "cookie", "setcookie", "tatpassword", "xtatpassword",
		"jwt", "token", "accesstoken", "refreshtoken", "code", "state", "sign", "key",
		"password", "oldpassword", "newpassword", "passwd", "passphrase",
		"clientsecret", "appcertificate", "secret", "seed":
		return true
	}
	return false
}
