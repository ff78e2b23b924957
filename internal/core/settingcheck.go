package core

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"muster"
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
