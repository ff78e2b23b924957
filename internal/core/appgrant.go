package core

import (
	"math"
	"strconv"
	"time"

	"muster"
	"muster/internal/token"
)

// The lives of tokens that nobody gives another one (agora-chat.md, 8.1).
const (
	usualTokenLife = 60 * 24 * time.Hour
	endlessLife    = math.MaxInt32 * time.Second // 68 years: the longest that clients can hold stands for "no end"
)

// A Life is how long somebody wants a token to live. The zero Life leaves it to the application.
type Life struct {
	Said bool
	For  time.Duration // 0: without an end
}

// of is the life that a token gets.
func (l Life) of(app *App) time.Duration {
	switch {
	case l.Said && (l.For <= 0 || l.For > endlessLife):
		return endlessLife
	case l.Said:
		return l.For
	case app.config.TokenLife > 0:
		return app.config.TokenLife
	}
	return usualTokenLife
}

// A Grant is a token that an application got, or one of its users.
type Grant struct {
	Token string
	Life  time.Duration // whole seconds; the longest stands for no end
	End   time.Time
	User  *muster.User // nil: it is the application's own
}

// grantApp makes a token of the application itself. Nothing of it is stored: a new secret of the application ends it.
func (c *Core) grantApp(app *App, life time.Duration) (*Grant, error) {
	end := c.now().Add(life).Truncate(time.Second)
	text, err := c.keys.SignBearer(token.Session, string(appToken), app.bound(), []string{strconv.FormatInt(end.Unix(), 10)})
	return &Grant{Token: text, Life: life, End: end}, err
}

// grantUser makes a token of a session.
func (c *Core) grantUser(app *App, in *SignedIn, life time.Duration) (*Grant, error) {
	end := in.Session.ExpiresAt.Truncate(time.Second)
	fields := []string{in.Session.ID.String(), strconv.FormatInt(end.Unix(), 10)}
	text, err := c.keys.SignBearer(token.Session, string(AccessToken), app.userBound(), fields)
	return &Grant{Token: text, Life: life, End: end, User: in.User}, err
}
