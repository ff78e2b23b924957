package core

import (
	"context"
	"time"

	"muster"
)

// maxImpersonation is how long somebody can act as somebody else without asking again.
const maxImpersonation = 24 * time.Hour

// Impersonate starts a session in which an administrator acts as somebody else. It ends after expire, 24 hours at the most and
// if expire is 0; renewing does not move the end. Events of the session name both. It starts no further impersonation and
// changes no password.
func (c *Core) Impersonate(ctx context.Context, user muster.ID, expire time.Duration) (*SignedIn, error) {
	return do(ctx, c, muster.ActionImpersonate, func(tx *Tx) (*SignedIn, error) {
		tx.About(muster.UserResource(user))
		if err := tx.Require(muster.UserResource(user)); err != nil {
			return nil, err
		}
		if is, err := tx.administers(); err != nil {
			return nil, err
		} else if !is || tx.Actor.Behind != 0 {
			return nil, muster.ErrDenied
		}
		u, err := tx.user(user)
		if err != nil {
			return nil, err
		}
		if !u.Live() || u.Unconfirmed() {
			return nil, muster.ErrDenied
		}
		if expire <= 0 || expire > maxImpersonation {
			expire = maxImpersonation
		}
		in, err := tx.startSession(u, tx.Actor.User, expire)
		tx.Record(muster.UserResource(user))
		return in, err
	})
}
