package corteza

import (
	"net/http"
	"strings"

	"muster"
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

func (f *facade) listPermissions(w http.ResponseWriter, r *http.Request) error {
	list, err := f.core.ListOperations(r.Context())
	if err != nil {
		return err
	}
	type permission struct {
		Resource  string `json:"resource"`
		Operation string `json:"operation"`
	}
	answer := make([]permission, len(list))
	for i, p := range list {
		answer[i] = permission{resourceNames[p.Noun], operationName(p.Operation)}
	}
	return respond(w, answer)
}

// effectiveOperations are those that are answered, in this order.
var effectiveOperations = []string{
	muster.OpAccess, muster.OpGrant, muster.OpSettingsRead, muster.OpSettingsManage,
	muster.OpApplicationCreate, muster.OpGroupCreate, muster.OpOrganisationCreate,
}

func (f *facade) effectivePermissions(w http.ResponseWriter, r *http.Request) error {
	list, err := f.core.ListOperations(r.Context())
	if err != nil {
		return err
	}
	allowed := map[string]bool{}
	for _, p := range list {
		allowed[p.Operation] = allowed[p.Operation] || p.Noun == muster.NounRealm && p.Allowed
	}
	type effective struct {
		Resource  string `json:"resource"`
		Operation string `json:"operation"`
		Allow     bool   `json:"allow"`
	}
	answer := make([]effective, len(effectiveOperations))
	for i, op := range effectiveOperations {
		answer[i] = effective{resourceNames[muster.NounRealm], operationName(op), allowed[op]}
	}
	return respond(w, answer)
}

// rule is the rule object (contract, 3.3).
type rule struct {
	RoleID    string `json:"roleID"`
	Resource  string `json:"resource"`
	Operation string `json:"operation"`
	Access    string `json:"access"`
}

func (f *facade) listRules(w http.ResponseWriter, r *http.Request) error {
	rules, err := f.core.ListRules(r.Context(), looseID(r.PathValue("roleID")))
	if err != nil {
		return err
	}
	answer := make([]rule, len(rules))
	for i, r := range rules {
		answer[i] = rule{r.Group.String(), resourceName(r.Resource), operationName(r.Operation), accessName(r.Access)}
	}
	return respond(w, answer)
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

func (f *facade) setRules(w http.ResponseWriter, r *http.Request) error {
	var p struct {
		Rules []rule `json:"rules"` // the roleID in a rule counts for nothing: the path says whose it is
	}
	if err := decodeJSON(r, &p); err != nil {
		return err
	}
	rules := make([]muster.Rule, len(p.Rules))
	for i, r := range p.Rules {
		rules[i] = muster.Rule{Resource: coreResource(r.Resource), Operation: coreOperation(r.Operation), Access: coreAccess(r.Access)}
	}
	if err := f.core.SetRules(r.Context(), looseID(r.PathValue("roleID")), rules); err != nil {
		return err
	}
	return succeed(w)
}
