package corteza

import (
	"net/http"
	"strings"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
)

// The names of resources on this wire. A trailing colon is followed by an id or an asterisk.
var resourceNames = map[muster.Noun]string{
	muster.NounRealm:        "system",
	muster.NounOrganisation: "system:organisation:",
	muster.NounApplication:  "system:application:",
	muster.NounUser:         "system:user:",
	muster.NounGroup:        "system:role:",
}

// operationName is what this wire calls an operation.
func operationName(operation string) string {
	if operation == muster.OpGroupCreate {
		return "role.create"
	}
	return operation
}

func coreOperation(name string) string {
	switch name {
	case "role.create":
		return muster.OpGroupCreate
	case muster.OpGroupCreate:
		return "" // the core's own word means nothing here
	}
	return name
}

func resourceName(r muster.Resource) string {
	name := resourceNames[r.Noun]
	switch {
	case r.Noun == muster.NounRealm:
		return name
	case r.ID == 0:
		return name + "*"
	}
	return name + r.ID.String()
}

// coreResource reads the name of a resource; the zero Resource is none.
func coreResource(name string) muster.Resource {
	for noun, prefix := range resourceNames {
		rest, ok := strings.CutPrefix(name, prefix)
		switch {
		case noun == muster.NounRealm && name == prefix:
			return muster.Realm()
		case noun == muster.NounRealm || !ok:
		case rest == "*":
			return muster.Resource{Noun: noun}
		default:
			if id, ok := muster.ParseID(rest); ok {
				return muster.Resource{Noun: noun, ID: id}
			}
		}
	}
	return muster.Resource{}
}

type permission struct {
	Resource  string `json:"resource"`
	Operation string `json:"operation"`
}

func permissionOf(p core.OwnPermission) permission {
	return permission{resourceNames[p.Noun], operationName(p.Operation)}
}

func (f *facade) listPermissions(r *http.Request, _ none) (any, error) {
	list, err := f.core.ListOperations(r.Context())
	return dialect.All(list, permissionOf), err
}

// effectiveOperations are those that are answered, in this order.
var effectiveOperations = []string{
	muster.OpAccess, muster.OpGrant, muster.OpSettingsRead, muster.OpSettingsManage,
	muster.OpApplicationCreate, muster.OpGroupCreate, muster.OpOrganisationCreate,
}

type effective struct {
	permission
	Allow bool `json:"allow"`
}

func (f *facade) effectivePermissions(r *http.Request, _ none) (any, error) {
	list, err := f.core.ListOperations(r.Context())
	allowed := map[string]bool{}
	for _, p := range list {
		allowed[p.Operation] = allowed[p.Operation] || p.Noun == muster.NounRealm && p.Allowed
	}
	return dialect.All(effectiveOperations, func(op string) effective {
		return effective{permission{resourceNames[muster.NounRealm], operationName(op)}, allowed[op]}
	}), err
}

// rule is the rule object (contract, 3.3).
type rule struct {
	RoleID    string `json:"roleID"`
	Resource  string `json:"resource"`
	Operation string `json:"operation"`
	Access    string `json:"access"`
}

func ruleOf(r muster.Rule) rule {
	return rule{r.Group.String(), resourceName(r.Resource), operationName(r.Operation), accessName(r.Access)}
}

func (f *facade) listRules(r *http.Request, _ none) (any, error) {
	rules, err := f.core.ListRules(r.Context(), pathID(r, "roleID"))
	return dialect.All(rules, ruleOf), err
}

func accessName(a muster.Access) string {
	switch a {
	case muster.Allow:
		return "allow"
	case muster.Deny:
		return "deny"
	}
	return "inherit"
}

// coreAccess reads an access; text that means nothing is inherit.
func coreAccess(name string) muster.Access {
	switch name {
	case "allow":
		return muster.Allow
	case "deny":
		return muster.Deny
	}
	return muster.Inherit
}

// coreRule reads a rule. The role in it counts for nothing: the path says whose it is.
func coreRule(r rule) muster.Rule {
	return muster.Rule{Resource: coreResource(r.Resource), Operation: coreOperation(r.Operation), Access: coreAccess(r.Access)}
}

type setRulesParams struct {
	Rules []rule `json:"rules"`
}

func (f *facade) setRules(r *http.Request, p setRulesParams) (any, error) {
	return done(f.core.SetRules(r.Context(), pathID(r, "roleID"), dialect.All(p.Rules, coreRule)))
}
