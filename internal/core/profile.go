package core

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"muster"
	"muster/internal/store"
)

// over is the profile that p makes of a user: what p leaves out is as it was.
func (p Profile) over(was *muster.User) Profile {
	keep := func(to *string, was string) {
		if strings.TrimSpace(*to) == "" {
			*to = was
		}
	}
	keep(&p.Username, was.Username)
	keep(&p.ExternalID, was.ExternalID)
	keep(&p.Meta, was.Meta)
	if p.Partial {
		keep(&p.Email, was.Email)
		keep(&p.Name, was.Name)
		keep(&p.Handle, was.Handle)
		keep(&p.Kind, was.Kind)
	}
	return p
}

// complete refuses a profile that lacks what the wire needs of a new user.
func (p *Profile) complete() error {
	for _, need := range p.Needs {
		value := map[string]string{"email": p.Email, "name": p.Name, "handle": p.Handle, "username": p.Username, "password": p.Password}[need]
		if strings.TrimSpace(value) == "" {
			return muster.InvalidField(need, "is needed")
		}
	}
	return nil
}

// The bounds of what is kept and not shown.
const (
	maxMeta       = 16 << 10 // bytes
	maxExternalID = 200      // characters
)

// checkRare checks what few wires say, as far as it differs from the user as he is.
func (p *Profile) checkRare(was *muster.User) error {
	switch {
	case p.Username != was.Username && !muster.ValidUsername(p.Username):
		return muster.InvalidField("username", "begins with a letter or digit, 1 to 80 of A–Z a–z 0–9 . _ @ + -")
	case p.ExternalID != was.ExternalID && !muster.ValidText(p.ExternalID, maxExternalID):
		return muster.InvalidField("externalID", "at most 200 characters, none of them control characters")
	case p.Meta != was.Meta && (len(p.Meta) > maxMeta || !json.Valid([]byte(p.Meta)) || tooDeep([]byte(p.Meta))):
		return muster.InvalidField("meta", "JSON of at most 16 KiB, 32 deep")
	}
	return nil
}

// keepWithin leaves out of a partial change what the caller may not change of himself.
func (tx *Tx) keepWithin(p *Profile, was *muster.User) error {
	if !p.Partial || tx.Actor.User != was.ID {
		return nil
	}
	may, err := tx.may(muster.UserResource(was.ID), muster.OpUpdate)
	if err == nil && !may {
		p.Kind, p.Organisation, p.ExternalID = was.Kind, nil, was.ExternalID
	}
	return err
}

// moveUser puts a user into an organisation, which has to be live unless he is in it already; 0 takes him out, nil leaves him.
func (tx *Tx) moveUser(u *muster.User, to *muster.ID) error {
	if to == nil || *to == u.Organisation {
		return nil
	}
	u.Organisation = *to
	if *to == 0 {
		return nil
	}
	return tx.liveOrganisation(*to)
}

// freeOldNames gives up the sign-in names that the user had and has no more.
func (tx *Tx) freeOldNames(u, was *muster.User) error {
	names := []string{muster.FoldSignIn(u.Email), muster.FoldSignIn(u.Username)}
	for _, old := range []string{was.Email, was.Username} {
		if old == "" || slices.Contains(names, muster.FoldSignIn(old)) {
			continue
		}
		if err := tx.FreeSignInName(u.Realm, u.ID, old); err != nil {
			return err
		}
	}
	return nil
}

// A freshPassword is a password that a change is about to set. It is hashed before the transaction.
type freshPassword struct {
	given, weak bool
	phc         string // "" also where the caller had no right to the change a moment before
}

// freshPassword hashes a password for the user (0: a new one), if the caller may set it.
func (c *Core) freshPassword(ctx context.Context, a muster.Action, user muster.ID, pass string) (f freshPassword, err error) {
	if pass == "" {
		return f, nil
	}
	rules, err := c.signInRules(c.store.Reader(ctx))
	if err != nil {
		return f, err
	}
	f.given, f.weak = true, !goodPassword(pass, rules)
	may := user != 0 && muster.ActorFrom(ctx).User == user
	if may {
		err = c.mayBeTold(ctx, user)
	} else {
		may, err = c.mayHash(ctx, a, user)
	}
	if err == nil && may && !f.weak {
		f.phc, err = c.hash(ctx, pass)
	}
	return f, err
}

// mayBeTold slows down who changes his own password again and again: he is told each time.
func (c *Core) mayBeTold(ctx context.Context, user muster.ID) error {
	u, err := c.store.Reader(ctx).User(muster.MainRealm, user)
	if err == nil && u != nil && !c.mayMail(ctx, u) {
		err = muster.ErrThrottled
	}
	return err
}

// refusal says why the password can't be set; nil if it can, or if there is none.
func (f freshPassword) refusal() error {
	switch {
	case f.weak:
		return muster.ErrWeakPassword
	case f.given && f.phc == "":
		return muster.ErrDenied // the right came after the request: there is no hash yet
	}
	return nil
}

// changes is what an event keeps of the password: that there was one.
func (f freshPassword) changes() []any {
	if !f.given {
		return nil
	}
	return []any{"credentials.kind", store.CredentialPassword}
}

// set gives the user the password. Who did it to himself, without the old one, is told at the address that he had.
func (f freshPassword) set(tx *Tx, u, was *muster.User) error {
	if !f.given {
		return nil
	}
	if tx.Actor.User == u.ID && was.Email != "" {
		tx.mails = append(tx.mails, mail{Kind: MailPasswordChanged, User: u.ID, To: was.Email})
	}
	return tx.setPassword(u, f.phc)
}

// shownAfter is the user as he is shown to who has just changed a part of him.
func (c *Core) shownAfter(ctx context.Context, p Profile, u *muster.User, err error) (*muster.User, error) {
	if err != nil || !p.Partial || p.Email != "" || muster.ActorFrom(ctx).User == u.ID {
		return u, err
	}
	v, err := c.callerView(ctx)
	if err != nil || !v.May(muster.UserResource(u.ID), muster.OpUnmaskEmail) {
		u.Email = "" // a session that has ended since sees nothing
	}
	return u, nil
}
