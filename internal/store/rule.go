package store

import "muster"

func scanRule(row scanner) (r muster.Rule, err error) {
	err = row.Scan(&r.Group, &r.Resource.Noun, &r.Resource.ID, &r.Operation, &r.Access)
	return r, err
}

const ruleColumns = `r.group_id, r.noun, r.resource_id, r.operation, r.access`

// RulesOf lists the rules of one group, in the order in which they were made.
func (r *Reader) RulesOf(group muster.ID) ([]muster.Rule, error) {
	return all(r, scanRule, `SELECT `+ruleColumns+` FROM rule r WHERE r.group_id = $1 ORDER BY r.position, r.noun, r.resource_id, r.operation`, group)
}

// RulesFor lists the rules that decide whether the user may do the operation on the resource: those on the resource and on
// all of its noun, of the user's live groups and of everyone.
func (r *Reader) RulesFor(user muster.ID, res muster.Resource, operation string) ([]muster.Rule, error) {
	return all(r, scanRule, `SELECT `+ruleColumns+` FROM rule r
		WHERE r.noun = $1 AND r.operation = $2 AND r.resource_id IN (0, $3) AND r.group_id = $4
		UNION ALL
		SELECT `+ruleColumns+` FROM member m JOIN "group" g ON g.id = m.group_id
		JOIN rule r ON r.group_id = m.group_id AND r.noun = $1 AND r.operation = $2 AND r.resource_id IN (0, $3)
		WHERE m.user_id = $5 AND g.archived_at = 0 AND g.deleted_at = 0`,
		res.Noun, operation, res.ID, muster.Everyone, user)
}

// SetRule stores what a rule says, in place of what it said. Inherit takes the rule away.
func (tx *Tx) SetRule(r muster.Rule) error {
	if r.Access == muster.Inherit {
		return tx.run(`DELETE FROM rule WHERE group_id = $1 AND noun = $2 AND resource_id = $3 AND operation = $4`,
			r.Group, r.Resource.Noun, r.Resource.ID, r.Operation)
	}
	return tx.run(`INSERT INTO rule (group_id, noun, resource_id, operation, access, position) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (group_id, noun, resource_id, operation) DO UPDATE SET access = excluded.access`,
		r.Group, r.Resource.Noun, r.Resource.ID, r.Operation, r.Access, tx.NewID())
}

// ClearRules takes all rules of a group away, and answers how many there were.
func (tx *Tx) ClearRules(group muster.ID) (int64, error) {
	return tx.exec(`DELETE FROM rule WHERE group_id = $1`, group)
}
