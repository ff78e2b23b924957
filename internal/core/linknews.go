package core

import (
	"context"

	"muster"
	"muster/internal/store"
)

// News is a change, of this node or of another one, that links may have to be told of. [Links.Explain] says what it means.
type News store.Change

// Listen has f called for all news from now on. It is called while others wait, the group writer among them: it keeps the news
// and returns. Of one node they come in the order in which they happened.
func (l *Links) Listen(f func(News)) {
	l.listener.Store(&f)
}

// linkReplaced is what is heard of a link of this node when there is a newer one of the same resource on another node. It is no
// entry of the catalogue: a link leaves no event.
const linkReplaced = "link.replaced"

// hear passes on what is news for links.
func (l *Links) hear(ch store.Change) {
	switch {
	case ch.Resource.Noun == muster.NounMessage:
		if ch.Action != muster.ActionSendMessage.Name || ch.Resource.ID == 0 {
			return
		}
	case ch.Action == muster.ActionFireReminder.Name, ch.Action == linkReplaced:
	case suspect(ch) == 0:
		return
	}
	if f := l.listener.Load(); f != nil {
		(*f)(News(ch))
	}
}

// suspect is the user whose credentials a change may have ended; 0 for none.
func suspect(ch store.Change) muster.ID {
	switch {
	case ch.Resource.Noun == muster.NounUser:
		return ch.Resource.ID
	case ch.Resource.Noun == muster.NounSession, ch.Action == muster.ActionAddMember.Name, ch.Action == muster.ActionRemoveMember.Name:
		return ch.Related
	}
	return 0
}

// Doubt looks at whether the caller could come once more by the credential by which he opened a link, and answers why not, in one
// of the words for endings; "" if he could.
func (l *Links) Doubt(ctx context.Context, link muster.Link) (reason string, err error) {
	if until := muster.ActorFrom(ctx).Until; !until.IsZero() && !l.c.now().Before(until) {
		return EndDisconnect, nil
	}
	_, err = l.c.viewer(ctx, muster.ActionOpenLink)
	if muster.KindOf(err) != muster.Unauthenticated && muster.KindOf(err) != muster.Denied {
		return "", err
	}
	u, err := l.c.store.Reader(ctx).User(link.Realm, link.User)
	switch {
	case err != nil:
		return "", err
	case u == nil || u.Deleted():
		return EndDeleted, nil
	case u.Suspended():
		return EndBanned, nil
	case u.SignedOutAt.After(link.Since):
		return EndPassword, nil
	}
	return EndDisconnect, nil
}

// A Notice is what news mean to links.
type Notice struct {
	Messages []*muster.Message // that were sent to users who have links here
	Reminder *muster.Reminder  // that is due
	End      *Ending           // links that have to end, or may have to
}

// An Ending says which links end, and why.
type Ending struct {
	User     muster.ID
	Resource string    // "": whichever
	Link     muster.ID // 0: whichever
	Doubted  bool      // only those whose credential is good no more ([Links.Doubt]); it says why if Reason is ""
	Reason   string    // one of the words of agora-chat.md, 10
}

// The reasons for which links end.
const (
	EndDisconnect = "disconnect"
	EndBanned     = "banned"
	EndPassword   = "password"
	EndDeleted    = "deleted"
	EndReplaced   = "replaced"
)

// reasonOf is why a change ends the links of a user; "" if that is to be found out.
func reasonOf(action string) string {
	switch action {
	case muster.ActionSuspendUser.Name:
		return EndBanned
	case muster.ActionDeleteUser.Name:
		return EndDeleted
	case muster.ActionSetPassword.Name, muster.ActionChangePassword.Name, muster.ActionResetPassword.Name:
		return EndPassword
	case muster.ActionDisconnectUser.Name:
		return EndDisconnect
	}
	return ""
}

// Explain says what news mean to the links of users whom linked knows.
func (l *Links) Explain(ctx context.Context, n News, linked func(user muster.ID) bool) (Notice, error) {
	q := l.c.store.Reader(ctx)
	switch {
	case n.Action == muster.ActionSendMessage.Name:
		list, err := q.MessagesOfSending(n.Resource.ID, n.Related, linked)
		return Notice{Messages: list}, err
	case n.Action == muster.ActionFireReminder.Name:
		if !linked(n.Related) {
			return Notice{}, nil
		}
		m, err := q.Reminder(muster.MainRealm, n.Resource.ID)
		return Notice{Reminder: m}, err
	case n.Action == linkReplaced:
		return Notice{End: &Ending{User: n.Related, Link: n.Resource.ID, Reason: EndReplaced}}, nil
	}
	e := &Ending{User: suspect(store.Change(n)), Doubted: true, Reason: reasonOf(n.Action)}
	if !linked(e.User) {
		return Notice{}, nil
	}
	if n.Action == muster.ActionDisconnectUser.Name {
		changes, err := q.EventChanges(n.ID)
		if err != nil {
			return Notice{}, err
		}
		e.Doubted = false
		e.Resource, _ = changes["link.resource"].(string)
	}
	return Notice{End: e}, nil
}
