package core

import (
	"context"
	"strconv"
	"strings"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// ReadAppUser answers the user of the application who has that username, or else that id; [muster.ErrUserNotFound] if there is
// none.
func (c *Core) ReadAppUser(ctx context.Context, called string) (*muster.User, error) {
	app := c.app(muster.ActorFrom(ctx))
	return view(ctx, c, muster.ActionReadAppUser, func(v *View) (*muster.User, error) {
		u, err := appUserCalled(v.Reader, app, called)
		if err != nil {
			return nil, err
		}
		if u == nil {
			if err := v.Require(muster.UserResource(0)); err != nil {
				return nil, err
			}
			return nil, muster.ErrUserNotFound
		}
		return u, v.RequireOrSelf(u.ID)
	})
}

// A Walk is a part of the users of an application in the order in which they were made.
type Walk struct {
	Users []*muster.User
	Next  string // brings the part behind it; "" if there is none
}

// MostWalked are the users of one part.
const MostWalked = 100

// ListAppUsers answers the next users behind a place, which is that of an earlier answer or "" for the beginning. Who is made
// meanwhile comes at the end; who is deleted meanwhile is left out, and nobody besides. A place that this application was not
// given is [muster.ErrCursor].
func (c *Core) ListAppUsers(ctx context.Context, place string, limit int) (Walk, error) {
	app := c.app(muster.ActorFrom(ctx))
	return view(ctx, c, muster.ActionListAppUsers, func(v *View) (Walk, error) {
		if err := v.Require(muster.UserResource(0)); err != nil {
			return Walk{}, err
		}
		after, err := c.openPlace(app, place)
		if err != nil {
			return Walk{}, err
		}
		return c.walk(v.Reader, app, after, limit)
	})
}

// walk reads so many users and one more, to know whether there is another part.
func (c *Core) walk(q *store.Reader, app *App, after muster.ID, limit int) (w Walk, err error) {
	limit = min(max(limit, 1), MostWalked)
	for {
		some, err := q.UsersFrom(app.Realm, after, limit+1)
		if err != nil {
			return Walk{}, err
		}
		for _, u := range some {
			after = u.ID
			if !app.mine(u) {
				continue
			}
			if len(w.Users) == limit {
				w.Next, err = c.placeBehind(app, w.Users[limit-1].ID)
				return w, err
			}
			w.Users = append(w.Users, u)
		}
		if len(some) <= limit {
			return w, nil
		}
	}
}

// placeBehind is a place in the list of an application's users. It is good for ever: it has to be for ten minutes.
func (c *Core) placeBehind(app *App, user muster.ID) (string, error) {
	id := strconv.FormatInt(int64(user), 36)
	mac, err := c.keys.MAC(token.Cursor, "users", app.ID.String(), id)
	return id + "." + mac, err
}

func (c *Core) openPlace(app *App, place string) (muster.ID, error) {
	if place == "" {
		return 0, nil
	}
	id, mac, _ := strings.Cut(place, ".")
	n, err := strconv.ParseInt(id, 36, 64)
	if err != nil || app == nil || !c.keys.MatchMAC(token.Cursor, mac, "users", app.ID.String(), id) {
		return 0, muster.ErrCursor
	}
	return muster.ID(n), nil
}

// DeleteOldest deletes so many users of the application, the first of those behind the place, as [Core.DeleteUser] does. The
// people of the main realm are not deleted so: [muster.ErrBulk].
func (c *Core) DeleteOldest(ctx context.Context, place string, limit int) (Walk, error) {
	app := c.app(muster.ActorFrom(ctx))
	return do(ctx, c, muster.ActionDeleteOldest, func(tx *Tx) (Walk, error) {
		tx.About(muster.Resource{Noun: muster.NounUser})
		if err := tx.Require(muster.UserResource(0)); err != nil {
			return Walk{}, err
		}
		if app == nil || app.Main() {
			return Walk{}, muster.ErrBulk
		}
		after, err := tx.core.openPlace(app, place)
		if err != nil {
			return Walk{}, err
		}
		w, err := tx.core.walk(tx.Reader, app, after, limit)
		if err != nil {
			return Walk{}, err
		}
		for _, u := range w.Users {
			if err := tx.deleteOne(u); err != nil {
				return Walk{}, err
			}
		}
		if len(w.Users) == 0 {
			tx.Record(muster.Resource{Noun: muster.NounUser})
		}
		return w, nil
	})
}

// deleteOne deletes one of several users. What is answered is the user as he was.
func (tx *Tx) deleteOne(u *muster.User) error {
	gone := *u
	if err := tx.endUser(&gone); err != nil {
		return err
	}
	gone.ChangedAt = tx.Now()
	tx.about = muster.Event{}
	tx.Record(muster.UserResource(u.ID), userChanges("user", u)...)
	tx.records[len(tx.records)-1].Action = muster.ActionDeleteUser.Name
	return tx.UpdateUser(&gone)
}

// SetName gives a user another name, and leaves the rest of his profile as it is.
func (c *Core) SetName(ctx context.Context, id muster.ID, name string) (*muster.User, error) {
	return withScripts(ctx, c, muster.ActionSetName, name, tellNamed(id), func(ctx context.Context, name string) (*muster.User, error) {
		return c.setName(ctx, id, name)
	})
}

func (c *Core) setName(ctx context.Context, id muster.ID, name string) (*muster.User, error) {
	return do(ctx, c, muster.ActionSetName, func(tx *Tx) (*muster.User, error) {
		tx.About(muster.UserResource(id), "update.name", legalName(name))
		u, err := tx.user(id)
		if err != nil {
			return nil, err
		}
		if err := tx.RequireOrSelf(id); err != nil {
			return nil, err
		}
		if !muster.ValidText(name, muster.MaxName) {
			return nil, muster.InvalidField("name", "at most 200 characters, none of them control characters")
		}
		if err := tx.asSeen(muster.UserResource(id), u.Version); err != nil {
			return nil, err
		}
		was := *u
		u.Name, u.UpdatedAt, u.ChangedAt = name, tx.Now(), tx.Now()
		tx.Record(muster.UserResource(id))
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		return u, tx.happens(userOccasion(doUpdate, u, &was))
	})
}
