package core

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"muster"
	"muster/internal/throttle"
)

// throttles are the limits of what can be tried how often (security yardstick, 3.3), one set for all wires. They are nil, and
// limit nothing, where throttles are lifted.
type throttles struct {
	account   *throttle.Buckets // failed sign-ins of one account, by all doors together
	address   *throttle.Buckets // failed sign-ins from one address
	signUp    *throttle.Buckets // accounts made from one address
	signUpDay *throttle.Buckets
	mail      *throttle.Buckets // mails to one person
	mailDay   *throttle.Buckets
	asking    *throttle.Buckets // mails that one address asks for
	token     *throttle.Buckets // mailed tokens shown from one address that were wrong
}

func newThrottles(lifted bool) throttles {
	if lifted {
		return throttles{}
	}
	const day = 24 * time.Hour
	return throttles{
		account:   throttle.New(throttle.PerMinute(10, 5)),
		address:   throttle.New(throttle.PerMinute(60, 30)),
		signUp:    throttle.New(throttle.PerMinute(30, 30)),
		signUpDay: throttle.New(throttle.Limit{Burst: 1000, Every: day / 1000}),
		mail:      throttle.New(throttle.Limit{Burst: 5, Every: 15 * time.Minute / 5}),
		mailDay:   throttle.New(throttle.Limit{Burst: 20, Every: day / 20}),
		asking:    throttle.New(throttle.PerMinute(20, 20)),
		token:     throttle.New(throttle.PerMinute(30, 30)),
	}
}

// addressKey is what a limit for each address counts by: an IPv4 address, or the network of an IPv6 one.
func addressKey(ctx context.Context) string {
	const network = 64
	text := muster.ActorFrom(ctx).Origin.Address
	a, err := netip.ParseAddr(text)
	if err != nil || a.Unmap().Is4() {
		return text
	}
	p, err := a.WithZone("").Prefix(network)
	if err != nil {
		return text
	}
	return p.String()
}

// A place is a try at signing in, taken before anything is compared.
type place struct {
	c                *Core
	account, address string
}

// takePlace takes a place for the account, however it was named, and for the address. It fails with [muster.ErrThrottled]
// before the password is looked at.
func (c *Core) takePlace(ctx context.Context, u *muster.User, typed string) (*place, error) {
	p := &place{c: c, account: "name " + muster.FoldSignIn(typed), address: addressKey(ctx)}
	if u != nil {
		p.account = "user " + u.ID.String()
	}
	now := c.now()
	if !c.throttles.address.Take(p.address, now) {
		return nil, muster.ErrThrottled
	}
	if !c.throttles.account.Take(p.account, now) {
		c.throttles.address.Give(p.address)
		return nil, muster.ErrThrottled
	}
	return p, nil
}

// giveBack returns the place of who knew the password.
func (p *place) giveBack() {
	p.c.throttles.account.Give(p.account)
	p.c.throttles.address.Give(p.address)
}

// mayMail reports whether another mail may go to the user, asked for from this address. Who asks is not told.
func (c *Core) mayMail(ctx context.Context, u *muster.User) bool {
	now, to := c.now(), u.ID.String()
	return c.throttles.asking.Take(addressKey(ctx), now) && c.throttles.mail.Take(to, now) && c.throttles.mailDay.Take(to, now)
}

// maySignUp reports whether another account may be made from this address.
func (c *Core) maySignUp(ctx context.Context) bool {
	now, from := c.now(), addressKey(ctx)
	return c.throttles.signUp.Take(from, now) && c.throttles.signUpDay.Take(from, now)
}

// withTokenPlace is do for verbs that use a mailed token up. It takes a place before it looks at the token, and gives it back
// unless the token is wrong.
func withTokenPlace[T any](ctx context.Context, c *Core, a muster.Action, f func(*Tx) (T, error)) (T, error) {
	key := addressKey(ctx)
	if !c.throttles.token.Take(key, c.now()) {
		var none T
		return none, muster.ErrThrottled
	}
	out, err := do(ctx, c, a, f)
	if !errors.Is(err, muster.ErrTokenUnknown) {
		c.throttles.token.Give(key)
	}
	return out, err
}
