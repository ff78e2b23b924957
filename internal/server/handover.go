package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"muster"
	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/password"
	"muster/internal/store"
	"muster/internal/token"
)

// A HandOver is what the operator wants moved from whom to whom. People are named by username, e-mail or id; who is deleted has
// an id only.
type HandOver struct {
	From, To string
	DryRun   bool // count only
}

// A HandedOver says what was moved, or would be.
type HandedOver struct {
	From, To *muster.User
	Owned    core.Owned
}

// RunHandOver hands over what somebody owns while no server is running. An embedded database that a server holds is refused; on
// PostgreSQL it works beside the other nodes. Errors are for the operator; [fs.ErrNotExist] says that there is no house.
func RunHandOver(ctx context.Context, cfg config.Config, log *slog.Logger, h HandOver) (done HandedOver, err error) {
	if _, err := token.List(cfg.KeysPath()); err != nil {
		return done, err // there is no house: none is made here
	}
	keys, _, err := token.OpenKeys(cfg.KeysPath(), time.Now())
	if err != nil {
		return done, err
	}
	s, err := store.Open(ctx, store.Config{Folder: cfg.Data, DatabaseURL: cfg.DatabaseURL, Now: time.Now, Log: log})
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.Close(ctx)) }()
	c, err := core.New(ctx, core.Options{Store: s, Keys: keys, Hasher: password.New(password.Options{}), Now: time.Now, Log: log})
	if err != nil {
		return done, err
	}
	defer c.Close()
	return handOver(muster.WithActor(ctx, muster.House()), c, h)
}

func handOver(ctx context.Context, c *core.Core, h HandOver) (done HandedOver, err error) {
	if done.From, err = named(ctx, c, h.From); err != nil {
		return done, err
	}
	if done.To, err = named(ctx, c, h.To); err != nil {
		return done, err
	}
	switch {
	case done.From.ID == done.To.ID:
		return done, fmt.Errorf("%q and %q are the same person (hint: name somebody else with --to)", h.From, h.To)
	case !done.To.Live():
		return done, fmt.Errorf("%q is suspended or deleted and takes nothing over (hint: name somebody else with --to)", h.To)
	}
	if h.DryRun {
		done.Owned, err = c.CountOwned(ctx, done.From.ID)
	} else {
		done.Owned, err = c.HandOver(ctx, done.From.ID, done.To.ID)
	}
	if errors.Is(err, muster.ErrTooMuch) {
		err = fmt.Errorf("%w (hint: a million objects at the most are handed over in one transaction)", err)
	}
	return done, err
}

// named finds whom the operator means.
func named(ctx context.Context, c *core.Core, name string) (*muster.User, error) {
	u, err := c.LookUpUser(ctx, name)
	if muster.KindOf(err) == muster.NotFound {
		err = fmt.Errorf("there is no user %q (hint: name people by username, e-mail or id, and those who are deleted by id)", name)
	}
	return u, err
}
