package core

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"muster"
)

// maxAttributes is how many bytes the attributes of one user may have, names and texts together.
const maxAttributes = 2 << 10

// ReadAttributes answers what the application keeps with a user; nothing if there is no such user.
func (c *Core) ReadAttributes(ctx context.Context, called string) (map[string]string, error) {
	app := c.app(muster.ActorFrom(ctx))
	return view(ctx, c, muster.ActionReadAttributes, func(v *View) (map[string]string, error) {
		u, err := appUserCalled(v.Reader, app, called)
		if err != nil {
			return nil, err
		}
		if u == nil {
			return nil, v.Require(muster.UserResource(0))
		}
		if err := v.RequireOrSelf(u.ID); err != nil {
			return nil, err
		}
		return v.Attributes(u.Realm, u.ID)
	})
}

// CollectAttributes answers what the application keeps with its users who are called so, by the name that was asked for. Users who
// are not there, and those with whom nothing is kept, are left out. The application may, and so may each of its users: it is what
// people of one application know of each other.
func (c *Core) CollectAttributes(ctx context.Context, called []string) (map[string]map[string]string, error) {
	app := c.app(muster.ActorFrom(ctx))
	return view(ctx, c, muster.ActionCollectAttributes, func(v *View) (map[string]map[string]string, error) {
		if err := v.Require(muster.UserResource(0)); err != nil {
			return nil, err
		}
		all := map[string]map[string]string{}
		for _, name := range called {
			u, err := appUserCalled(v.Reader, app, name)
			if err != nil {
				return nil, err
			}
			if u == nil {
				continue
			}
			set, err := v.Attributes(u.Realm, u.ID)
			if err != nil {
				return nil, err
			}
			if set != nil {
				all[name] = set
			}
		}
		return all, nil
	})
}

// SetAttributes adds to what the application keeps with a user, in place of what had the same names, and answers all of it. It
// fails with [muster.ErrAttributesFull] beyond 2,048 bytes.
func (c *Core) SetAttributes(ctx context.Context, id muster.ID, more map[string]string) (map[string]string, error) {
	return do(ctx, c, muster.ActionSetAttributes, func(tx *Tx) (map[string]string, error) {
		u, err := tx.user(id)
		if err != nil {
			return nil, err
		}
		if err := tx.RequireOrSelf(id); err != nil {
			return nil, err
		}
		set, err := tx.Attributes(u.Realm, id)
		if err != nil {
			return nil, err
		}
		if set == nil {
			set = map[string]string{}
		}
		maps.Copy(set, more)
		size, err := sizeOf(set)
		if err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(id), "attributes", strings.Join(slices.Sorted(maps.Keys(more)), " "))
		if err := tx.SetAttributes(u.Realm, id, set, size); err != nil {
			return nil, err
		}
		return set, tx.touch(u)
	})
}

// sizeOf is the size of attributes, if they can be kept.
func sizeOf(set map[string]string) (size int, err error) {
	for name, text := range set {
		if size += len(name) + len(text); !utf8.ValidString(name+text) || strings.Contains(name+text, "\x00") {
			return 0, muster.InvalidField("attributes", "texts in UTF-8")
		}
	}
	if size > maxAttributes {
		return 0, muster.ErrAttributesFull
	}
	return size, nil
}

// touch notes that the profile of a user has changed.
func (tx *Tx) touch(u *muster.User) error {
	u.UpdatedAt, u.ChangedAt = tx.Now(), tx.Now()
	return tx.UpdateUser(u)
}

// RemoveAttributes removes all that the application keeps with a user.
func (c *Core) RemoveAttributes(ctx context.Context, id muster.ID) error {
	_, err := do(ctx, c, muster.ActionRemoveAttributes, func(tx *Tx) (struct{}, error) {
		u, err := tx.user(id)
		if err != nil {
			return struct{}{}, err
		}
		if err := tx.RequireOrSelf(id); err != nil {
			return struct{}{}, err
		}
		tx.Record(muster.UserResource(id))
		if err := tx.RemoveAttributes(u.Realm, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.touch(u)
	})
	return err
}

// MeasureAttributes answers how many bytes the application keeps with all its users.
func (c *Core) MeasureAttributes(ctx context.Context) (int64, error) {
	return view(ctx, c, muster.ActionMeasureAttributes, func(v *View) (int64, error) {
		if err := v.Require(muster.UserResource(0)); err != nil {
			return 0, err
		}
		return v.AttributesSize(v.Actor.Realm)
	})
}
