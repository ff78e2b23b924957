package core

import (
	"context"

	"muster"
	"muster/internal/store"
)

// walkPage is how many users a walk holds at once.
const walkPage = 500

// WalkUsers shows f, which gets no empty page, all users who are not deleted, with their live groups, by username in any letter case: a page at a time,
// so that it takes the same memory however many there are. Each page is what holds at that moment, and so is the right to it: who
// is renamed meanwhile may be there twice or not at all. It needs [muster.OpAdminister]. An error of f ends the walk.
func (c *Core) WalkUsers(ctx context.Context, f func([]SeenUser) error) error {
	var username string
	var id muster.ID
	for {
		page, err := view(ctx, c, muster.ActionWalkUsers, func(v *View) ([]SeenUser, error) {
			if err := v.Require(muster.Realm()); err != nil {
				return nil, err
			}
			users, err := v.UsersAfter(muster.MainRealm, username, id, walkPage)
			seen := make([]SeenUser, len(users))
			for i, u := range users {
				seen[i] = SeenUser{User: u}
			}
			if err != nil || len(seen) == 0 {
				return nil, err
			}
			return seen, v.addGroups(seen, store.All())
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		if err := f(page); err != nil || len(page) < walkPage {
			return err
		}
		username, id = page[len(page)-1].Username, page[len(page)-1].ID
	}
}
