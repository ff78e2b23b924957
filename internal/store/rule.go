package store

import "muster"

func scanRule(row scanner) (r muster.Rule, err error) {
	err = row.Scan(&r.Group, &r.Resource.Noun, &r.Resource.ID, &r.Operation, &r.Access)
	return r, err
}

const ruleColumns = `r.group_id, r.noun, r.resource_id, r.operation, r.access`

// RulesOf lists the rules of one group.
func (r *Reader) RulesOf(group muster.ID) ([]muster.Rule, error) {
	return all(r, scanRule, `SELECT `+ruleColumns+` FROM rule r WHERE r.group_id = $1 ORDER BY r.noun, r.resource_id, r.operation`, group)
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
