package core

import "muster"

// checkSession makes sure, before anything else, that the session or the key by which the caller came is still good: it may
// have ended since he was let in.
func (tx *Tx) checkSession() error {
	switch {
	case tx.action.Open, tx.Actor.System, tx.Actor.AsApp:
		return nil
	case tx.Actor.Session == 0 && tx.Actor.App != 0:
		_, err := stillSigned(tx.Reader, tx.Actor)
		return err
	case tx.Actor.Key != 0:
		return tx.checkKey()
	}
	if tx.Actor.Session == 0 && tx.Actor.Script != "" {
		return tx.checkWithoutSession()
	}
	s, err := tx.Session(tx.Actor.Realm, tx.Actor.Session)
	if err != nil {
		return err
	}
	u, err := tx.User(tx.Actor.Realm, tx.Actor.User)
	if err != nil {
		return err
	}
	if s == nil || u == nil || s.User != u.ID || !s.Alive(tx.Now()) || !u.Live() {
		return muster.ErrUnauthenticated
	}
	ok, err := mayStandBehind(tx.Reader, s)
	if err == nil && !ok {
		err = muster.ErrUnauthenticated
	}
	if err == nil && tx.Actor.App != 0 {
		err = noAdministrator(tx.IsMember(muster.Administrators, u.ID))
	}
	return err
}

// noAdministrator refuses a user who comes by an application and is an administrator: those do not (one-core, 8).
func noAdministrator(is bool, err error) error {
	if err == nil && is {
		err = muster.ErrDenied
	}
	return err
}

// checkWithoutSession is checkSession for a script, which runs as somebody also when he is not there.
func (tx *Tx) checkWithoutSession() error {
	u, err := tx.User(tx.Actor.Realm, tx.Actor.User)
	if err != nil {
		return err
	}
	ok, err := mayStandBehind(tx.Reader, &muster.Session{Realm: tx.Actor.Realm, User: tx.Actor.User, Behind: tx.Actor.Behind})
	if err == nil && (u == nil || !u.Live() || !ok) {
		err = muster.ErrUnauthenticated
	}
	return err
}
