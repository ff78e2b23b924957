package core

import (
	"context"

	"muster"
)

type demandKey struct{}

// Admit is the first look at a request, before its façade reads path and body: it refuses who will be refused whatever the
// request says. That is who lacks the operation that an action needs on the house as a whole, or the one on the house that the
// route demands besides, [muster.OpAdminister] for example; "" demands nothing. The context it returns carries the demand,
// so that the verb asks again: by then the right may be gone.
func (a *Authenticator) Admit(ctx context.Context, action muster.Action, besides string) (context.Context, error) {
	if besides != "" {
		ctx = context.WithValue(ctx, demandKey{}, besides)
	}
	v, err := a.c.viewer(ctx, action)
	if err != nil {
		return ctx, a.c.explain(ctx, action, err)
	}
	if err = v.checkDemand(); err == nil && action.Resource == muster.NounRealm {
		err = v.Require(muster.Realm())
	}
	if err != nil {
		return ctx, a.c.refuseView(ctx, v, err)
	}
	return ctx, nil
}

// demand is the operation on the house that the route demands besides what its action needs; "" for none.
func demand(ctx context.Context) string {
	operation, _ := ctx.Value(demandKey{}).(string)
	return operation
}

func (v *View) checkDemand() error {
	if v.demand != "" && !v.May(muster.Realm(), v.demand) {
		return muster.ErrDenied
	}
	return nil
}

func (tx *Tx) checkDemand() error {
	operation := demand(tx.Context())
	if operation == "" {
		return nil
	}
	may, err := tx.may(muster.Realm(), operation)
	if err == nil && !may {
		err = muster.ErrDenied
	}
	return err
}

// administers reports whether the caller is an administrator. That he is alive was found out with his session.
func (tx *Tx) administers() (bool, error) {
	if tx.Actor.System {
		return true, nil
	}
	return tx.IsMember(muster.Administrators, tx.Actor.User)
}
