package core

import (
	"muster"
	"muster/internal/perm"
)

// Require asks for the right to the action on the resource, and fails with [muster.ErrDenied] without it, or with
// [muster.ErrAdminOnly] where the resource is an administrator and the caller is none. It reads the rights as they are in
// this transaction: nothing remembered counts.
func (tx *Tx) Require(res muster.Resource) error {
	tx.required = true
	if tx.Actor.System {
		return nil
	}
	if err := tx.guardAdministrators(res); err != nil {
		return err
	}
	if tx.action.Operation == "" {
		return nil
	}
	may, err := tx.may(res, tx.action.Operation)
	if err == nil && !may {
		may, err = tx.manages(res)
	}
	if err == nil && !may {
		err = muster.ErrDenied
	}
	return err
}

// manages reports whether the action is about who is in a group, and the caller is one of its managers, who need no rule for
// that (one-core, 5.3).
func (tx *Tx) manages(res muster.Resource) (bool, error) {
	if tx.action.Operation != muster.OpMembersManage || res.Noun != muster.NounGroup {
		return false, nil
	}
	return tx.IsManager(res.ID, tx.Actor.User)
}

// may reports whether rules allow the caller the operation on the resource.
func (tx *Tx) may(res muster.Resource, operation string) (bool, error) {
	switch {
	case tx.Actor.System:
		return true, nil
	case tx.Actor.App != 0:
		return tx.core.appMay(tx.Actor, res, operation), nil
	case operation == muster.OpAdminister:
		return tx.administers()
	}
	rules, err := tx.wordRules(res, operation)
	if err != nil {
		return false, err
	}
	more, err := tx.RulesFor(tx.Actor.User, res, operation)
	return err == nil && rightsOf(append(rules, more...)).Check(string(res.Noun), int64(res.ID), operation, fallback(res.Noun, operation)), err
}

// RequireOrSelf is Require, but users have the right to themselves.
func (tx *Tx) RequireOrSelf(user muster.ID) error {
	return tx.RequireUnlessSelf(user, muster.UserResource(user))
}

// RequireUnlessSelf is Require, but what is the caller's own he may do without.
func (tx *Tx) RequireUnlessSelf(user muster.ID, res muster.Resource) error {
	if tx.Actor.User == user && user != 0 {
		tx.required = true
		return nil
	}
	return tx.Require(res)
}

// RequireNotSelf is Require, but nobody does it to himself.
func (tx *Tx) RequireNotSelf(user muster.ID) error {
	if err := tx.Require(muster.UserResource(user)); err != nil {
		return err
	}
	if tx.Actor.User == user {
		return muster.ErrSelf
	}
	return nil
}

// guardAdministrators lets only administrators act on administrators and on their group, whatever rules say.
func (tx *Tx) guardAdministrators(res muster.Resource) error {
	switch {
	case res == muster.GroupResource(muster.Administrators):
	case res.Noun == muster.NounUser && res.ID != tx.Actor.User:
		if is, err := tx.IsMember(muster.Administrators, res.ID); err != nil || !is {
			return err
		}
	default:
		return nil
	}
	is, err := tx.administers()
	if err == nil && !is {
		err = muster.ErrAdminOnly
	}
	return err
}

// legalID refuses what is no id at all. Façades pass 0 for what they cannot read as one, so that the refusal is recorded here
// like any other.
func legalID(ids ...muster.ID) error {
	for _, id := range ids {
		if id <= 0 {
			return muster.ErrInvalidID
		}
	}
	return nil
}

// rightsOf sorts rules into those of everyone and those of the caller's own groups.
func rightsOf(rules []muster.Rule) perm.Rights {
	var own, everyone []perm.Rule
	for _, r := range rules {
		p := perm.Rule{Noun: string(r.Resource.Noun), ID: int64(r.Resource.ID), Operation: r.Operation, Access: perm.Access(r.Access)}
		if r.Group == muster.Everyone {
			everyone = append(everyone, p)
		} else {
			own = append(own, p)
		}
	}
	return perm.Rights{Own: []*perm.Table{perm.NewTable(own)}, Everyone: perm.NewTable(everyone)}
}

// fallback is what holds where no rule says anything (corteza.md, 3.4): groups and applications can be read.
func fallback(noun muster.Noun, operation string) bool {
	return operation == muster.OpRead && (noun == muster.NounGroup || noun == muster.NounApplication)
}
