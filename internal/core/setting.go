package core

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"muster"
	"muster/internal/store"
)

// The floors of passwords, in bytes.
const (
	defaultMinPassword = 8
	lowestMinPassword  = 5
)

// The bounds of a setting.
const (
	maxSettingName  = 200      // characters
	maxSettingValue = 16 << 10 // bytes of JSON
	maxTemplate     = 64 << 10 // bytes of JSON
	maxSettingDepth = 32
	maxURL          = 2000 // characters, and of other short texts
	maxSettings     = 500  // in one change
)

// settings is what the settings are at this moment: what was set, and defaults for the rest.
type settings map[string]json.RawMessage

func (s settings) bool(name string) bool { return string(s[name]) == "true" }

func (s settings) text(name string) string {
	var v string
	_ = json.Unmarshal(s[name], &v) // what is no text reads as ""
	return v
}

func (s settings) number(name string, otherwise int) int {
	var v int
	if s[name] == nil || json.Unmarshal(s[name], &v) != nil {
		return otherwise
	}
	return v
}

// defaults are the values that hold until somebody sets them. Those of links begin with the public URL.
func (c *Core) defaults() settings {
	base := strings.TrimRight(c.publicURL, "/")
	text := map[string]string{
		muster.SettingBaseURL: base + "/", muster.SettingConfirmationURL: base + "/auth/confirm-email?token=",
		muster.SettingResetURL: base + "/auth/reset-password?token=", muster.SettingRedirectURL: base + "/auth",
		muster.SettingMailFromAddress: "info@example.tld", muster.SettingMailFromName: "Example Sender",
	}
	for name, value := range c.templates {
		text[name] = value
	}
	s := settings{}
	for _, k := range muster.KnownSettings() {
		switch {
		case !k.Listed:
		case k.Type == muster.SettingBool:
			s[k.Name] = json.RawMessage("true")
		default:
			s[k.Name], _ = json.Marshal(text[k.Name]) // text can be encoded
		}
	}
	s["auth.external.session-store-secure"] = json.RawMessage("false")
	return s
}

// settings reads what the settings are.
func (c *Core) settings(q *store.Reader) (settings, error) {
	s := c.defaults()
	set, err := q.Settings(muster.MainRealm)
	for _, v := range set {
		if string(v.Value) != "null" {
			s[v.Name] = v.Value
		}
	}
	return s, err
}

func (c *Core) signInRules(q *store.Reader) (muster.SignInRules, error) {
	s, err := c.settings(q)
	return muster.SignInRules{
		PasswordSignIn:       s.bool(muster.SettingPasswordSignIn),
		SignUp:               s.bool(muster.SettingSignUp),
		ConfirmationRequired: s.bool(muster.SettingConfirmation),
		PasswordReset:        s.bool(muster.SettingPasswordReset),
		External:             s.bool(muster.SettingExternal),
		MinPassword:          max(s.number(muster.SettingMinPassword, defaultMinPassword), lowestMinPassword),
	}, err
}

// SignInRules answers which ways of signing in and up are switched on. Anybody may ask.
func (c *Core) SignInRules(ctx context.Context) (muster.SignInRules, error) {
	return view(ctx, c, muster.ActionReadSignInRules, func(v *View) (muster.SignInRules, error) { return c.signInRules(v.Reader) })
}

// ListSettings lists the settings of the house whose names begin with prefix, by name: what was set, and the defaults of those
// that are listed from the start. Secret ones are masked.
func (c *Core) ListSettings(ctx context.Context, prefix string) ([]muster.Setting, error) {
	return view(ctx, c, muster.ActionListSettings, func(v *View) ([]muster.Setting, error) {
		if err := v.Require(muster.Realm()); err != nil {
			return nil, err
		}
		return c.listSettings(v.Reader, prefix)
	})
}

func (c *Core) listSettings(q *store.Reader, prefix string) ([]muster.Setting, error) {
	list, err := q.Settings(muster.MainRealm)
	if err != nil {
		return nil, err
	}
	since, err := q.RealmCreatedAt(muster.MainRealm)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, s := range list {
		has[s.Name] = true
	}
	for name, value := range c.defaults() {
		if !has[name] {
			list = append(list, muster.Setting{Name: name, Value: value, UpdatedAt: since})
		}
	}
	list = slices.DeleteFunc(list, func(s muster.Setting) bool { return !strings.HasPrefix(s.Name, prefix) })
	slices.SortFunc(list, func(a, b muster.Setting) int { return strings.Compare(a.Name, b.Name) })
	for i := range list {
		list[i] = masked(list[i])
	}
	return list, nil
}

// mask is what is shown of a secret that is set. Who sends it back changes nothing.
var mask = json.RawMessage(`"•••"`)

func masked(s muster.Setting) muster.Setting {
	if k, ok := muster.KnownSettingOf(s.Name); ok && k.Secret && len(s.Value) > len(`""`) {
		s.Value = mask
	}
	return s
}

// ReadSetting reads one setting of the house, or of a user; nil if it has no value.
func (c *Core) ReadSetting(ctx context.Context, name string, owner muster.ID) (*muster.Setting, error) {
	return view(ctx, c, muster.ActionReadSetting, func(v *View) (*muster.Setting, error) {
		if err := v.Require(muster.Realm()); err != nil {
			return nil, err
		}
		if owner != 0 {
			s, err := v.Setting(muster.MainRealm, owner, name)
			if s != nil {
				*s = masked(*s)
			}
			return s, err
		}
		list, err := c.listSettings(v.Reader, name)
		if err != nil || len(list) == 0 || list[0].Name != name {
			return nil, err
		}
		return &list[0], nil
	})
}

// PublicSettings answers what every client needs to know: which ways of signing in there are, where the front end is, and what
// it looks like. Anybody who is signed in may ask.
func (c *Core) PublicSettings(ctx context.Context) (map[string]json.RawMessage, error) {
	return view(ctx, c, muster.ActionPublicSettings, func(v *View) (map[string]json.RawMessage, error) {
		if err := v.Require(muster.Resource{Noun: muster.NounSetting}); err != nil {
			return nil, err
		}
		all, err := c.settings(v.Reader)
		public := map[string]json.RawMessage{}
		for name, value := range all {
			if k, _ := muster.KnownSettingOf(name); !k.Secret && isPublic(name) {
				public[name] = value
			}
		}
		return public, err
	})
}

func isPublic(name string) bool {
	provider := strings.HasPrefix(name, "auth.external.providers.") && (strings.HasSuffix(name, ".enabled") || strings.HasSuffix(name, ".label"))
	return provider || name == muster.SettingExternal || strings.HasPrefix(name, "auth.internal.") ||
		strings.HasPrefix(name, "auth.frontend.url.") || strings.HasPrefix(name, "ui.one.")
}

// SetSettings sets settings of the house; those without a value are removed, and have their default again if there is one.
// Either all are changed or none. They act at once, on all nodes.
func (c *Core) SetSettings(ctx context.Context, list []muster.Setting) error {
	checked := c.checkTemplates(ctx, list)
	_, err := do(ctx, c, muster.ActionSetSettings, func(tx *Tx) (struct{}, error) {
		tx.About(muster.Resource{Noun: muster.NounSetting})
		if err := tx.Require(muster.Realm()); err != nil {
			return struct{}{}, err
		}
		if len(list) > maxSettings {
			return struct{}{}, muster.InvalidField("setting", "too many at once")
		}
		changed := []any{}
		for _, s := range list {
			if err := tx.setSetting(s, checked); err != nil {
				return struct{}{}, err
			}
			changed = append(changed, "setting."+s.Name, loggedValue(s))
		}
		tx.Record(muster.Resource{Noun: muster.NounSetting}, changed...)
		return struct{}{}, nil
	})
	return err
}

// templateChecks is what is wrong with mail templates, by what they are as JSON; nil for nothing.
type templateChecks map[string]error

// checkTemplates tries the mail templates among settings. That can take a second for each, so it comes before the transaction,
// and only callers who may set settings cause it.
func (c *Core) checkTemplates(ctx context.Context, list []muster.Setting) templateChecks {
	checked := templateChecks{}
	if c.checkTemplate == nil || len(list) > maxSettings || !c.may(ctx, muster.ActionSetSettings, muster.Realm()) {
		return checked
	}
	for _, s := range list {
		var text string
		k, _ := muster.KnownSettingOf(s.Name)
		if k.Type == muster.SettingTemplate && json.Unmarshal(s.Value, &text) == nil {
			checked[string(s.Value)] = c.checkTemplate(text)
		}
	}
	return checked
}

// verdict says what is wrong with the template of a setting.
func (t templateChecks) verdict(name, template string) error {
	err, tried := t[template]
	switch {
	case !tried:
		return muster.ErrDenied // the right came after the request
	case err != nil:
		return muster.InvalidField("setting", "%s can't be a mail template: %v", name, err)
	}
	return nil
}

func (tx *Tx) setSetting(s muster.Setting, checked templateChecks) error {
	if s.Name == "" || !muster.ValidText(s.Name, maxSettingName) {
		return muster.InvalidField("setting", "a name is 1 to 200 characters")
	}
	if s.Value == nil {
		return tx.RemoveSetting(muster.MainRealm, s.Owner, s.Name)
	}
	known, ok := muster.KnownSettingOf(s.Name)
	most := maxSettingValue
	if known.Type == muster.SettingTemplate {
		most = maxTemplate
	}
	var compact bytes.Buffer
	if json.Compact(&compact, s.Value) != nil || compact.Len() > most || tooDeep(compact.Bytes()) {
		return muster.InvalidField("setting", "a value is JSON of at most 16 KiB, a mail template of 64 KiB, 32 deep")
	}
	template := string(s.Value)
	s.Value, s.UpdatedAt = compact.Bytes(), tx.Now()
	if ok && known.Secret && bytes.Equal(s.Value, mask) {
		return nil
	}
	if ok && string(s.Value) != "null" {
		if err := checkSetting(known, s.Value); err != nil {
			return err
		}
		if known.Type == muster.SettingTemplate && tx.core.checkTemplate != nil {
			if err := checked.verdict(s.Name, template); err != nil {
				return err
			}
		}
	}
	if ok && known.Secret {
		if err := tx.seal(&s); err != nil {
			return err
		}
	}
	return tx.SetSetting(muster.MainRealm, s)
}

// seal makes the value of a secret setting unreadable to whoever has the database and not the keys. It stays text that is
// empty or not. Whoever needs the secret opens it under the same context.
func (tx *Tx) seal(s *muster.Setting) error {
	var text string
	if json.Unmarshal(s.Value, &text) != nil || text == "" {
		return nil // null, or nothing
	}
	sealed, err := tx.core.keys.Seal("setting:"+s.Owner.String()+":"+s.Name, []byte(text))
	if err != nil {
		return err
	}
	s.Value, err = json.Marshal(sealed)
	return err
}

func tooDeep(value []byte) bool {
	depth, deepest, inText := 0, 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && inText:
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	return deepest > maxSettingDepth
}

// checkSetting refuses a value that a known setting cannot have: it would break what reads it.
func checkSetting(k muster.KnownSetting, value json.RawMessage) error {
	bad := muster.InvalidField("setting", "%s has to be %s", k.Name, k.Type)
	var text string
	switch k.Type {
	case muster.SettingBool:
		if s := string(value); s != "true" && s != "false" {
			return bad
		}
		return nil
	case muster.SettingNumber:
		var n int
		if json.Unmarshal(value, &n) != nil || n < 0 {
			return bad
		}
		return nil
	case muster.SettingList:
		if value[0] != '[' {
			return bad
		}
		return nil
	}
	if json.Unmarshal(value, &text) != nil {
		return bad
	}
	switch k.Type {
	case muster.SettingURL:
		u, err := url.Parse(text)
		if text != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || !muster.ValidText(text, maxURL)) {
			return bad
		}
	case muster.SettingText:
		if want := unlikeText(k.Name, text); want != "" {
			return muster.InvalidField("setting", "%s has to be %s", k.Name, want)
		}
	}
	return nil
}

// unlikeText says what a known setting has to be if it can't have that text; "" if it can.
func unlikeText(name, text string) string {
	switch name {
	case muster.SettingMailLogo:
		return ""
	case muster.SettingMailFromAddress:
		local, _, _ := strings.Cut(text, "@")
		if !muster.ValidEmail(text) || strings.ContainsFunc(local, func(r rune) bool { return r >= utf8.RuneSelf }) {
			return "an e-mail, in ASCII before the @"
		}
	case muster.SettingMailFromName, muster.SettingConfirmationSubject, muster.SettingResetSubject:
		if !isHeaderText(text) {
			return "one line of at most 255 bytes, with nothing invisible in it"
		}
	default:
		if !muster.ValidText(text, maxURL) {
			return "a string of at most 2000 characters, none of them control characters"
		}
	}
	return ""
}

// isHeaderText reports whether a text can stand in the head of a mail: one line, with nothing invisible in it.
func isHeaderText(s string) bool {
	const most = 255 // bytes
	return len(s) <= most && muster.ValidText(s, most) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) })
}

// loggedValue is what the audit trail keeps of a value: never a secret, and not all of a long one.
func loggedValue(s muster.Setting) any {
	const most = 200
	switch k, _ := muster.KnownSettingOf(s.Name); {
	case s.Value == nil:
		return "removed"
	case k.Secret || strings.Contains(s.Name, "secret"):
		return "•••"
	case len(s.Value) > most:
		return "(long)"
	}
	return s.Value
}
