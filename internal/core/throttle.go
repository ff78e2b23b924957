package core

import (
	"context"
	"errors"
	"time"

	"muster"
	"muster/internal/throttle"
)

// throttles are the limits of what can be tried how often (security yardstick, 3.3), one set for all wires. They are nil, and
// limit nothing, where throttles are lifted.
type throttles struct {
	account    *throttle.Buckets // failed sign-ins of one account, by all doors together
	siege      *throttle.Buckets // the same, for an account that nobody has got into for a hundred tries
	failures   *throttle.Streaks // failed sign-ins of one account in a row
	address    *throttle.Buckets // failed sign-ins from one address
	signUp     *throttle.Buckets // accounts made from one address
	signUpDay  *throttle.Buckets
	mail       *throttle.Buckets // mails to one person
	mailDay    *throttle.Buckets
	asking     *throttle.Buckets // mails that one address asks for
	recipients *throttle.Volumes // of the messages of one application
	token      *throttle.Buckets // mailed tokens shown from one address that were wrong
	tokenName  *throttle.Buckets // the same, for one name
	calls      *throttle.Windows // calls of each row of an application's façade
}

func newThrottles(lifted bool) throttles {
	if lifted {
		return throttles{}
	}
	const day = 24 * time.Hour
	return throttles{
		account:    throttle.New(throttle.PerMinute(10, 5)),
		siege:      throttle.New(throttle.PerMinute(1, 1)),
		failures:   throttle.NewStreaks(),
		address:    throttle.New(throttle.PerMinute(60, 30)),
		signUp:     throttle.New(throttle.PerMinute(30, 30)),
		signUpDay:  throttle.New(throttle.Limit{Burst: 1000, Every: day / 1000}),
		mail:       throttle.New(throttle.Limit{Burst: 5, Every: 15 * time.Minute / 5}),
		mailDay:    throttle.New(throttle.Limit{Burst: 20, Every: day / 20}),
		asking:     throttle.New(throttle.PerMinute(20, 20)),
		recipients: throttle.NewVolumes(mostRecipients, recipientsWithin),
		token:      throttle.New(throttle.PerMinute(30, 30)),
		tokenName:  throttle.New(throttle.PerMinute(10, 10)),
		calls:      throttle.NewWindows(),
	}
}

// addressKey is what a limit for each address counts by: an IPv4 address, or the network of an IPv6 one.
func addressKey(ctx context.Context) string { return network(muster.ActorFrom(ctx).Origin.Address) }

// siegeBegins is how many failures in a row make an account slower to try.
const siegeBegins = 100

// knownFor is how long an address is known to an account after a sign-in.
const knownFor = 30 * 24 * time.Hour

// A place is a try at signing in, taken before anything is compared.
type place struct {
	t                *throttles
	account, address string
}

// takePlace takes a place for the account, however it was named, and for the address. It fails with [muster.ErrThrottled]
// before the password is looked at. An address from which the user has signed in lately has places of its own, so that nobody
// can lock him out by guessing.
func (c *Core) takePlace(ctx context.Context, u *muster.User, typed string) (*place, error) {
	p := &place{t: &c.throttles, account: "name " + muster.FoldSignIn(typed), address: addressKey(ctx)}
	if app := c.app(muster.ActorFrom(ctx)); app != nil && !app.Main() {
		p.address = "" // of an application's own users all come from its servers (one-core, 4)
	}
	known := false
	if u != nil {
		p.account = "user " + u.ID.String()
		var err error
		from := muster.ActorFrom(ctx).Origin.Address
		if known, err = c.store.Reader(ctx).SignedInFrom(u.ID, from, c.now().Add(-knownFor)); err != nil {
			return nil, err
		}
		if known {
			p.account += " from " + addressKey(ctx)
		}
	}
	if !p.take(c.now(), known) {
		return nil, muster.ErrThrottled
	}
	return p, nil
}

func (p *place) take(now time.Time, known bool) bool {
	if p.address != "" && !p.t.address.Take(p.address, now) {
		return false
	}
	besieged := !known && p.t.failures.Count(p.account) >= siegeBegins
	if besieged && !p.t.siege.Take(p.account, now) || !p.t.account.Take(p.account, now) {
		p.t.address.Give(p.address)
		return false
	}
	p.t.failures.Add(p.account)
	return true
}

// giveBack returns the place of who knew the password.
func (p *place) giveBack() {
	p.t.account.Give(p.account)
	p.t.siege.Give(p.account)
	p.t.address.Give(p.address)
	p.t.failures.End(p.account)
}

// mayMail reports whether another mail may go to the user, asked for from this address. Who asks is not told.
func (c *Core) mayMail(ctx context.Context, u *muster.User) bool {
	return c.throttles.asking.Take(addressKey(ctx), c.now()) && c.mayMailTo(u.ID)
}

// mayMailTo reports whether another mail may go to the user.
func (c *Core) mayMailTo(user muster.ID) bool {
	now, to := c.now(), user.String()
	return c.throttles.mail.Take(to, now) && c.throttles.mailDay.Take(to, now)
}

// maySignUp reports whether another account may be made from this address.
func (c *Core) maySignUp(ctx context.Context) bool {
	now, from := c.now(), addressKey(ctx)
	return c.throttles.signUp.Take(from, now) && c.throttles.signUpDay.Take(from, now)
}

// withTokenPlace is do for verbs that use a mailed token up, and perhaps let somebody in by it, of which tell tells scripts. It
// takes a place before anybody looks at the token, and gives it back unless the token is wrong.
func withTokenPlace[T any](ctx context.Context, c *Core, a muster.Action, tell func(*View, *struct{}) ([]*Occasion, error), f func(*Tx) (T, error)) (T, error) {
	key := addressKey(ctx)
	if !c.throttles.token.Take(key, c.now()) {
		var none T
		return none, muster.ErrThrottled
	}
	out, err := withScripts(ctx, c, a, struct{}{}, tell, func(ctx context.Context, _ struct{}) (T, error) { return do(ctx, c, a, f) })
	if !errors.Is(err, muster.ErrTokenUnknown) {
		c.throttles.token.Give(key)
	}
	return out, err
}
