package tat

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"muster/internal/core"
)

// longestCallback is how many characters of a callback are taken (contract, 3.1).
const longestCallback = 1000

// callback is what the mail to a user says: the text of who asked for it, filled in, or the usual link. The token's place stays
// in it. Anybody can ask for a mail to anybody, so a text that could lead the reader, with his token, to another host is not
// sent.
func (f *facade) callback(text, username string) string {
	e := f.options.Exposed
	usual := e.URL() + "/user/verify/" + username + "/" + core.TokenPlace
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > longestCallback || !utf8.ValidString(text) {
		return usual
	}
	text = strings.Map(visible, text)
	// One after the other, as plain text: that is how the original does it, and what ":scheme://:host::port" relies on.
	for _, part := range [][2]string{{":scheme", e.Scheme}, {":host", e.Host}, {":port", e.Port}, {":path", e.Path}, {":username", username}} {
		text = strings.ReplaceAll(text, part[0], part[1])
	}
	if !f.leadsHome(strings.ReplaceAll(text, core.TokenPlace, "0token0")) {
		return usual
	}
	return text
}

// visible drops what can't be seen, and what turns the direction of the text.
func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
		return -1
	}
	return r
}

var (
	// authority finds what programs that show mails take for the address of a host: anything behind two slashes of either kind,
	// behind http: with any number of them, and behind www with its dot.
	authority = regexp.MustCompile(`(?i)(?:https?:[/\\]*|[/\\]{2,}|\bwww\.)([^/\\?#\s"'<>()\[\],;]*(?:\[[0-9a-f:.]*\](?::[0-9]*)?)?)`)
	// otherScheme finds addresses that are not of the web.
	otherScheme = regexp.MustCompile(`(?i)(?:javascript|data|vbscript|file|ftp|mailto|tel):`)
)

// leadsHome reports whether all hosts that a text names are ours.
func (f *facade) leadsHome(text string) bool {
	if otherScheme.MatchString(text) {
		return false
	}
	for _, found := range authority.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(strings.ToLower(found[0]), "www") || !f.isOurs(found[1]) {
			return false
		}
	}
	return true
}

// isOurs reports whether host or host:port is the exposed one or one of those that the operator allows. What looks like a name
// and a password before a host never is.
func (f *facade) isOurs(at string) bool {
	host := strings.ToLower(at)
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.Trim(host[i+1:], "0123456789") == "" {
		if _, err := netip.ParseAddr(host); err != nil {
			host = host[:i]
		}
	}
	return slices.ContainsFunc(append([]string{f.options.Exposed.Host}, f.options.CallbackHosts...), func(ours string) bool {
		return host == strings.ToLower(ours)
	})
}
