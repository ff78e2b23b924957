package core

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"muster"
	"muster/internal/perm"
)

// An App is an application that brings its own users: what Agora Chat calls {org}/{app}. It has a realm of its own, whose id it
// is known by; its users are there, or, if it is bound so, in the main one.
type App struct {
	ID        muster.ID
	Org, Name string    // as they were configured
	Realm     muster.ID // of its users

	core   *Core
	config AppConfig
}

// Format prints the name alone: no log shows a secret of the application by mistake.
func (a *App) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "%s/%s", a.Org, a.Name) }

// AppConfig is what an operator says of an application.
type AppConfig struct {
	Org, Name    string
	AppID        string // by which tokens that the application signs name it; with Certificate 32 hex digits
	Certificate  string // what it signs them with
	ClientID     string // by which it gets tokens of the house
	ClientSecret string
	Open         bool           // whoever comes may register himself
	Main         bool           // its users are the people of the main realm
	TokenLife    time.Duration  // of tokens whose life nobody says; 0: 60 days
	MostUsers    int            // 0: any number
	Calls        map[string]int // a second, by row of the façade's table, "*" for all others; -1: any number
}

// Format is that of [App].
func (c AppConfig) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "%s/%s", c.Org, c.Name) }

var (
	appName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	hex32   = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)
)

// CheckApps says what is wrong with applications, for the operator. It never shows a secret.
func CheckApps(apps []AppConfig) error {
	seen := map[string]string{}
	for i, a := range apps {
		if err := a.check(); err != nil {
			return fmt.Errorf("application %d, %s: %w", i+1, a, err)
		}
		for _, key := range []string{"the name " + appKey(a.Org, a.Name), "the client_id " + a.ClientID, "the app_id " + strings.ToLower(a.AppID)} {
			if other := seen[key]; other != "" && !strings.HasSuffix(key, " ") {
				return fmt.Errorf("application %d, %s: it has %s, as %s has (hint: each application has its own)", i+1, a, strings.SplitN(key, " ", 3)[1], other)
			}
			seen[key] = fmt.Sprint(a)
		}
	}
	return nil
}

func (c AppConfig) check() error {
	switch {
	case !appName.MatchString(c.Org) || !appName.MatchString(c.Name):
		return errors.New("org and name are 1 to 64 letters, digits, - and _ (hint: addresses are /agora/ORG/NAME/…)")
	case (c.AppID == "") != (c.Certificate == "") || c.AppID != "" && (!hex32.MatchString(c.AppID) || !hex32.MatchString(c.Certificate)):
		return errors.New("app_id and app_certificate are 32 hex digits each, or both are left out (hint: openssl rand -hex 16)")
	case (c.ClientID == "") != (c.ClientSecret == ""):
		return errors.New("client_id and client_secret belong together (hint: set both or none)")
	case c.AppID == "" && c.ClientID == "":
		return errors.New("nobody could ever prove that he is the application (hint: set app_id and app_certificate, or client_id and client_secret)")
	case c.ClientSecret != "" && len(c.ClientSecret) < 16:
		return errors.New("client_secret is shorter than 16 bytes and could be guessed (hint: openssl rand -hex 16)")
	case c.TokenLife < 0 || c.TokenLife%time.Second != 0:
		return errors.New("token_ttl is a whole number of seconds (hint: leave it out for 60 days)")
	case c.MostUsers < 0:
		return errors.New("max_users is 1 or more (hint: leave it out for any number)")
	}
	for row, n := range c.Calls {
		if n != -1 && (n < 1 || n > 100_000) {
			return fmt.Errorf("the limit of %q is 1 to 100000 calls a second, or -1 for any number", row)
		}
	}
	return nil
}

// appKey is what an application is found by: organisations and names are the same in any letter case.
func appKey(org, name string) string { return strings.ToLower(org) + "/" + strings.ToLower(name) }

// openApps makes the realms of applications that are new, and remembers all.
func (c *Core) openApps(ctx context.Context, configs []AppConfig) error {
	if err := CheckApps(configs); err != nil {
		return err
	}
	c.apps, c.appsByID = map[string]*App{}, map[muster.ID]*App{}
	for _, config := range configs {
		config.Calls = maps.Clone(config.Calls)
		a := &App{Org: config.Org, Name: config.Name, core: c, config: config}
		var err error
		if a.ID, err = c.openRealm(ctx, "app:"+appKey(a.Org, a.Name)); err != nil {
			return err
		}
		if a.Realm = a.ID; config.Main {
			a.Realm = muster.MainRealm
		}
		c.apps[appKey(a.Org, a.Name)], c.appsByID[a.ID] = a, a
	}
	return nil
}

// openRealm answers the realm that is called so, and makes it if there is none. Two nodes that start at once make one.
func (c *Core) openRealm(ctx context.Context, name string) (muster.ID, error) {
	id, err := c.store.Reader(ctx).Realm(name)
	if err != nil || id != 0 {
		return id, err
	}
	return do(muster.WithActor(ctx, muster.House()), c, muster.ActionOpenApp, func(tx *Tx) (muster.ID, error) {
		res := muster.Realm()
		if err := tx.Require(res); err != nil {
			return 0, err
		}
		id := tx.NewID()
		tx.Record(res, "new.id", id, "new.name", name)
		if made, err := tx.InsertRealm(id, name); err != nil || made {
			return id, err
		}
		return tx.Realm(name)
	})
}

// App answers the application of that organisation and name, in any letter case; nil if there is none.
func (a *Authenticator) App(org, name string) *App { return a.c.apps[appKey(org, name)] }

// app is the application by which the caller came; nil for a wire that has none.
func (c *Core) app(actor muster.Actor) *App { return c.appsByID[actor.App] }

// Apps lists the applications, by organisation and name.
func (a *Authenticator) Apps() []*App {
	list := []*App{}
	for _, key := range slices.Sorted(maps.Keys(a.c.apps)) {
		list = append(list, a.c.apps[key])
	}
	return list
}

// MayCall reports whether one more call of a row of the façade's table is within the limit of the application, and takes the
// place. Usual is the limit where the operator says nothing. The second is a sliding one.
func (a *App) MayCall(row string, usual int) bool {
	most := usual
	if all, said := a.config.Calls["*"]; said {
		most = all
	}
	if own, said := a.config.Calls[row]; said {
		most = own
	}
	return most < 0 || a.core.throttles.calls.Take(a.ID.String()+" "+row, most, a.core.now())
}

// MayRegister reports whether a stranger may make himself an account.
func (a *App) MayRegister() bool { return a.config.Open }

// Main reports whether the application's users are the people of the main realm.
func (a *App) Main() bool { return a.Realm == muster.MainRealm }

// mine reports whether the application's users are those of whom u is one: in the main realm it sees those only whose username
// could be one of its own (DESIGN, 7).
func (a *App) mine(u *muster.User) bool {
	return u != nil && u.Realm == a.Realm && muster.ValidAppUsername(u.Username)
}

// appRights are what an application may do to the users of its realm; administrators are beyond it, as they are for everybody
// else. Who comes by an application and is not it has no right but to himself.
func appRights() perm.Rights {
	var rules []perm.Rule
	for _, p := range []muster.Permission{
		{Noun: muster.NounRealm, Operation: muster.OpUserCreate},
		{Noun: muster.NounUser, Operation: muster.OpRead},
		{Noun: muster.NounUser, Operation: muster.OpUpdate},
		{Noun: muster.NounUser, Operation: muster.OpDelete},
		{Noun: muster.NounUser, Operation: muster.OpSuspend},
		{Noun: muster.NounUser, Operation: muster.OpUnsuspend},
		{Noun: muster.NounUser, Operation: muster.OpMessage},
	} {
		rules = append(rules, perm.Rule{Noun: string(p.Noun), Operation: p.Operation, Access: perm.Access(muster.Allow)})
	}
	return perm.Rights{Own: []*perm.Table{perm.NewTable(rules)}}
}

// appMay is whether somebody who came by an application may do something by right.
func (c *Core) appMay(actor muster.Actor, res muster.Resource, operation string) bool {
	return actor.AsApp && c.appRights.Check(string(res.Noun), int64(res.ID), operation, false)
}
