package core

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"muster"
	"muster/internal/store"
)

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

// ReadSetting reads one setting of the house, or of a user; nil if it has no value. Everybody reads his own.
func (c *Core) ReadSetting(ctx context.Context, name string, owner muster.ID) (*muster.Setting, error) {
	return view(ctx, c, muster.ActionReadSetting, func(v *View) (*muster.Setting, error) {
		if err := v.RequireUnlessSelf(owner, muster.Realm()); err != nil {
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
		return struct{}{}, tx.setSettings(0, list, checked)
	})
	return err
}

// SetUserSettings is SetSettings for the settings of one person. Everybody sets his own. Nothing can be set that is not
// personal (see [muster.IsPersonalSetting]).
func (c *Core) SetUserSettings(ctx context.Context, user muster.ID, list []muster.Setting) error {
	_, err := do(ctx, c, muster.ActionSetUserSettings, func(tx *Tx) (struct{}, error) {
		tx.About(muster.UserResource(user))
		if err := tx.RequireUnlessSelf(user, muster.Realm()); err != nil {
			return struct{}{}, err
		}
		u, err := tx.User(muster.MainRealm, user)
		if err != nil {
			return struct{}{}, err
		}
		if u == nil || u.Deleted() {
			return struct{}{}, muster.ErrUserNotFound
		}
		for _, s := range list {
			if !muster.IsPersonalSetting(s.Name) {
				return struct{}{}, muster.InvalidField("setting", "not one that people have for themselves")
			}
		}
		return struct{}{}, tx.setSettings(user, list, nil)
	})
	return err
}

func (tx *Tx) setSettings(owner muster.ID, list []muster.Setting, checked templateChecks) error {
	if len(list) > maxSettings {
		return muster.InvalidField("setting", "too many at once")
	}
	changed := []any{}
	for _, s := range list {
		s.Owner = owner
		if err := tx.setSetting(s, checked); err != nil {
			return err
		}
		changed = append(changed, "setting."+s.Name, loggedValue(s))
	}
	tx.RecordWith(muster.Resource{Noun: muster.NounSetting}, owner, changed...)
	return nil
}
