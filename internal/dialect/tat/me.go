package tat

import (
	"cmp"
	"net/http"

	"muster"
)

// me answers all about the caller.
func (f *facade) me(r *http.Request, _ none) (any, error) {
	self, err := f.core.ReadSelf(r.Context())
	if err != nil {
		return nil, err
	}
	u := userOf(self.User)
	u.Email, u.IsAdmin = self.User.Email, self.Administrator
	u.IsSystem, u.CanListUsersAsAdmin = self.User.Kind == muster.KindSystem, self.User.ListsInFull
	u.Groups, u.FavoritesTopics, u.OffNotificationsTopics, u.FavoritesTags = self.Groups, self.Favourites, self.Muted, self.Tags
	u.Contacts = all(self.Contacts, personOf)
	u.DateCreation = unix(self.User.CreatedAt)
	return map[string]user{"user": u}, nil
}

// userOf is the part of a user that everybody sees.
func userOf(u *muster.User) user {
	return user{ID: hex(u.ID), Username: u.Username, Fullname: fullname(u)}
}

func personOf(u *muster.User) person { return person{u.Username, fullname(u)} }

// fullname is the name, and the username of who has none (one-core, 1).
func fullname(u *muster.User) string { return cmp.Or(u.Name, u.Username) }
