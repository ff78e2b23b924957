package core

import (
	"context"

	"muster"
	"muster/internal/store"
)

// A Person is somebody in the directory. Where it is not shown in full, only id, username and name of the user say something.
type Person struct {
	User          *muster.User
	Administrator bool
	Groups        []string // names, sorted
}

// People is a page of the directory.
type People struct {
	muster.List[Person]
	Full bool // e-mails and all; only administrators, and system users who list in full, see so much
}

// ListPeople lists who is there, the newest first: live users whom the caller may read. Names are the directory, so that no rule
// hides them here. Groups are read where the page is shown in full.
func (c *Core) ListPeople(ctx context.Context, f muster.PeopleFilter) (People, error) {
	return view(ctx, c, muster.ActionListPeople, func(v *View) (p People, err error) {
		see := v.VisibleOrSelf(muster.OpRead)
		p.Full = v.May(muster.Realm(), muster.OpAdminister) || v.entry != nil && v.entry.user.Kind == muster.KindSystem && v.entry.user.ListsInFull
		users, err := v.People(muster.MainRealm, f, see)
		if err != nil {
			return p, err
		}
		p.Total, p.Items = users.Total, make([]Person, len(users.Items))
		for i, u := range users.Items {
			if p.Items[i].User = u; !p.Full {
				p.Items[i].User = &muster.User{ID: u.ID, Username: u.Username, Name: u.Name}
			}
		}
		if p.Full {
			err = v.addMemberships(p.Items)
		}
		return p, err
	})
}

// addMemberships says of each in which groups he is: those that the caller may read, or is in himself.
func (v *View) addMemberships(people []Person) error {
	ids := make([]muster.ID, len(people))
	for i := range people {
		ids[i] = people[i].User.ID
	}
	groups, err := v.GroupsOfEach(muster.MainRealm, ids, store.All())
	see := v.Visible(muster.NounGroup, muster.OpRead)
	for i := range people {
		p := &people[i]
		for _, g := range groups[p.User.ID] {
			if p.Administrator = p.Administrator || g.ID == muster.Administrators; see.Has(g.ID) || p.User.ID == v.Actor.User {
				p.Groups = append(p.Groups, g.Name)
			}
		}
	}
	return err
}

// FindUser reads the live user whose username is exactly that; [muster.ErrUserNotFound] if there is none.
func (c *Core) FindUser(ctx context.Context, username string) (*Person, error) {
	return view(ctx, c, muster.ActionFindUser, func(v *View) (*Person, error) {
		u, err := userNamed(v.Reader, username)
		if err != nil {
			return nil, err
		}
		if u == nil {
			v.required = true
			v.about.Changes = addChanges(nil, []any{"username", legalUsername(username)})
			return nil, muster.ErrUserNotFound
		}
		if err := v.RequireOrSelf(u.ID); err != nil {
			return nil, err
		}
		p := []Person{{User: u}}
		return &p[0], v.addMemberships(p)
	})
}
