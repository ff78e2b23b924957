package core

import "muster"

// tellSignIn is about somebody who has proven that he is that user.
func (v *View) tellSignIn(u *muster.User) []*Occasion {
	if u == nil || !u.Live() || u.Unconfirmed() {
		return nil
	}
	return []*Occasion{signInOccasion(doLogin, u)}
}

// tellSignUp is about an account that is about to be made, and the session that comes with it.
func tellSignUp(rules muster.SignInRules) func(*View, *NewAccount) ([]*Occasion, error) {
	return func(_ *View, in *NewAccount) ([]*Occasion, error) {
		o := in.occasion()
		if rules.ConfirmationRequired {
			return []*Occasion{o}, nil
		}
		return []*Occasion{o, signInOccasion(doLogin, o.User.User)}, nil
	}
}

// occasion is the account that is about to be made.
func (in *NewAccount) occasion() *Occasion {
	u := in.user()
	o := signInOccasion(doSignUp, u)
	o.take = func() { in.Email, in.Username, in.Handle, in.Name = u.Email, u.Username, u.Handle, u.Name }
	return o
}

// tellSignUpForKey is about an account that is about to be made and has neither password nor session.
func tellSignUpForKey(_ *View, in *NewAccount) ([]*Occasion, error) {
	return []*Occasion{in.occasion()}, nil
}

// tellToken is about the owner of a mailed token, if it is good: he is let in by it. Whether his e-mail was confirmed does not
// matter, because it is now.
func (c *Core) tellToken(purpose, secret string, id muster.ID) func(*View, *struct{}) ([]*Occasion, error) {
	return func(v *View, _ *struct{}) ([]*Occasion, error) {
		t, err := v.MailToken(muster.MainRealm, id)
		if err != nil || !c.matches(t, purpose, secret, c.now()) || !t.UsedAt.IsZero() {
			return nil, err
		}
		u, err := v.User(t.Realm, t.User)
		if err != nil || u == nil || !u.Live() || muster.FoldEmail(u.Email) != t.EmailKey {
			return nil, err
		}
		return []*Occasion{signInOccasion(doLogin, u)}, nil
	}
}

// tellNothing is for what scripts don't hear of.
func tellNothing(*View, *struct{}) ([]*Occasion, error) { return nil, nil }
