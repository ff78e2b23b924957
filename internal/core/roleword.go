package core

import (
	"slices"

	"muster"
	"muster/internal/perm"
)

// adminOperations are what the word admin allows on the house as a whole, whoever has it himself or by a group (one-core, 5.3). It
// is as if the word were one more of his groups, with these rules: a rule that denies is stronger, as among groups.
var adminOperations = [...]string{muster.OpUserCreate, muster.OpGroupCreate}

// adminTable is what the word is worth where rights are remembered.
func adminTable() *perm.Table {
	var rules []perm.Rule
	for _, operation := range adminOperations {
		rules = append(rules, perm.Rule{Noun: string(muster.NounRealm), Operation: operation, Access: perm.Allow})
	}
	return perm.NewTable(rules)
}

// wordRules are what the caller's words are worth where rights are read anew.
func (tx *Tx) wordRules(res muster.Resource, operation string) ([]muster.Rule, error) {
	if res != muster.Realm() || !slices.Contains(adminOperations[:], operation) {
		return nil, nil
	}
	has, err := tx.HasRole(tx.Actor.User, muster.RoleAdmin)
	if err != nil || !has {
		return nil, err
	}
	return []muster.Rule{{Resource: res, Operation: operation, Access: muster.Allow}}, nil
}

// holdsWord refuses who would give a word that allows more than he may.
func (tx *Tx) holdsWord(word string) error {
	if word != muster.RoleAdmin {
		return nil
	}
	for _, operation := range adminOperations {
		if err := tx.holds(muster.Realm(), operation); err != nil {
			return err
		}
	}
	return nil
}

// wordOf is the word that is stored for a role: nothing for those that are no words, but facts.
func wordOf(role string) string {
	if role == muster.RoleSuperUser || role == muster.RoleViewer {
		return ""
	}
	return role
}

// mayName asks for the right to give a user the role: to make an administrator, or to end one, is the administrators' own
// business, and nobody gives the word admin who has not what it allows.
func (tx *Tx) mayName(role string, administrator bool) error {
	if role == "" {
		return nil
	}
	if role == muster.RoleSuperUser || administrator {
		if err := tx.guardAdministrators(muster.GroupResource(muster.Administrators)); err != nil {
			return err
		}
	}
	return tx.holdsWord(role)
}

func checkRole(role string) error {
	if word, ok := muster.ParseRole(role); role != "" && (!ok || word != role) {
		return muster.InvalidField("role", "no such role")
	}
	return nil
}
