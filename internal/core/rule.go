package core

import (
	"context"

	"muster"
)

// ListRules lists the rules of a group, in the order in which they were made; none for an unknown group.
func (c *Core) ListRules(ctx context.Context, group muster.ID) ([]muster.Rule, error) {
	return view(ctx, c, muster.ActionListRules, func(v *View) ([]muster.Rule, error) {
		if err := v.Require(muster.Realm()); err != nil {
			return nil, err
		}
		g, err := v.Group(muster.MainRealm, group)
		if err != nil || g == nil {
			return nil, err
		}
		return v.RulesOf(group)
	})
}

// SetRules sets or replaces rules of a group; those it does not name stay. Inherit takes a rule away. All act at once, also
// for those who are signed in. Nobody but an administrator allows others what he may not do himself, and administrators keep
// the right to grant.
func (c *Core) SetRules(ctx context.Context, group muster.ID, rules []muster.Rule) error {
	_, err := do(ctx, c, muster.ActionSetRules, func(tx *Tx) (struct{}, error) {
		if err := tx.requireRules(group); err != nil {
			return struct{}{}, err
		}
		for _, r := range rules {
			r.Group = group
			if err := tx.setRule(r); err != nil {
				return struct{}{}, err
			}
		}
		if len(rules) == 0 {
			tx.Record(muster.GroupResource(group))
		}
		return struct{}{}, nil
	})
	return err
}

// requireRules asks for the right to change the rules of a group that exists. Those of the administrators are theirs.
func (tx *Tx) requireRules(group muster.ID) error {
	tx.About(muster.GroupResource(group))
	if err := tx.Require(muster.Realm()); err != nil {
		return err
	}
	if err := legalID(group); err != nil {
		return err
	}
	if err := tx.guardAdministrators(muster.GroupResource(group)); err != nil {
		return err
	}
	g, err := tx.Group(muster.MainRealm, group)
	if err == nil && (g == nil || !g.DeletedAt.IsZero()) {
		err = muster.ErrGroupNotFound
	}
	if err == nil {
		tx.About(muster.GroupResource(group), groupChanges("group", g)...)
	}
	return err
}

func (tx *Tx) setRule(r muster.Rule) error {
	if !r.Valid() {
		return muster.InvalidField("rule", "there is no such operation on such a resource")
	}
	if keepsGrant(r) && r.Access != muster.Allow {
		return muster.ErrBuiltIn
	}
	if r.Access == muster.Allow {
		if err := tx.holds(r.Resource, r.Operation); err != nil {
			return err
		}
	}
	tx.recordRule(r)
	return tx.SetRule(r)
}

// recordRule has each rule become an event of its own, about the resource that the rule is on.
func (tx *Tx) recordRule(r muster.Rule) {
	tx.about.Changes = nil
	tx.RecordWith(r.Resource, r.Group, "rule.group", r.Group, "rule.access", accessText(r.Access), "rule.operation", r.Operation)
}

// keepsGrant reports whether the rule is the one without which nobody could change rules any more.
func keepsGrant(r muster.Rule) bool {
	return r.Group == muster.Administrators && r.Resource == muster.Realm() && r.Operation == muster.OpGrant
}

// holds refuses who would give away what he has not. Administrators may give everything.
func (tx *Tx) holds(res muster.Resource, operation string) error {
	if tx.Actor.System {
		return nil
	}
	if is, err := tx.administers(); err != nil || is {
		return err
	}
	may, err := tx.may(res, operation)
	if err == nil && !may {
		err = muster.ErrDenied
	}
	return err
}

// ClearRules takes all rules of a group away. Those of the administrators stay.
func (c *Core) ClearRules(ctx context.Context, group muster.ID) error {
	_, err := do(ctx, c, muster.ActionClearRules, func(tx *Tx) (struct{}, error) {
		if err := tx.requireRules(group); err != nil {
			return struct{}{}, err
		}
		if group == muster.Administrators {
			return struct{}{}, muster.ErrBuiltIn
		}
		n, err := tx.Tx.ClearRules(group)
		tx.Record(muster.GroupResource(group), "count", n)
		return struct{}{}, err
	})
	return err
}

// An OwnPermission is a permission and whether the caller has it on all of the noun.
type OwnPermission struct {
	muster.Permission
	Allowed bool
}

// ListOperations lists all that rules can speak of, and what of it the caller may do. Anybody who is signed in may ask.
func (c *Core) ListOperations(ctx context.Context) ([]OwnPermission, error) {
	return view(ctx, c, muster.ActionListOperations, func(v *View) ([]OwnPermission, error) {
		if err := v.Require(muster.Realm()); err != nil {
			return nil, err
		}
		var list []OwnPermission
		for _, p := range muster.Permissions() {
			list = append(list, OwnPermission{p, v.May(muster.Resource{Noun: p.Noun}, p.Operation)})
		}
		return list, nil
	})
}

func accessText(a muster.Access) string {
	switch a {
	case muster.Allow:
		return "allow"
	case muster.Deny:
		return "deny"
	}
	return "inherit"
}
