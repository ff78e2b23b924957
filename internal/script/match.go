package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Matches reports whether a trigger is for an event of a resource and all its constraints hold. field gives the values of
// what constraints are about; a constraint about what it does not know fails. The constraints of onInterval and onTimestamp
// are not looked at: see Due.
func (t *Trigger) Matches(event, resource string, field func(name string) (string, bool)) bool {
	if !slices.Contains(t.EventTypes, event) || !slices.Contains(t.ResourceTypes, resource) {
		return false
	}
	if event == onInterval || event == onTimestamp {
		return true
	}
	for _, c := range t.Constraints {
		value, known := field(c.Name)
		if !known {
			return false
		}
		matches, err := c.matcher()
		if err != nil || !matches(value) {
			return false
		}
	}
	return true
}

// matcher makes a function of a constraint; an error if it can't be met.
func (c *Constraint) matcher() (func(string) bool, error) {
	op := strings.ToLower(c.Op)
	not := false
	switch op {
	case "not eq", "ne", "!=", "!==", "not like", "!~":
		not = true
	}
	var is func(string) bool
	switch op {
	case "", "eq", "=", "==", "===", "not eq", "ne", "!=", "!==":
		is = func(value string) bool { return slices.Contains(c.Value, value) }
	case "like", "not like", "~", "!~":
		patterns, err := c.patterns(!strings.HasSuffix(op, "~"))
		if err != nil {
			return nil, err
		}
		is = func(value string) bool {
			return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(value) })
		}
	default:
		return nil, fmt.Errorf("no such operator: %q", shorten(c.Op, 20))
	}
	return func(value string) bool { return is(value) != not }, nil
}

// patterns compiles the values of a constraint. Go's regular expressions take a time that grows with the text alone.
func (c *Constraint) patterns(wildcards bool) (list []*regexp.Regexp, err error) {
	for _, value := range c.Value {
		if wildcards {
			value = "(?s)^" + strings.NewReplacer("%", ".*", `\*`, ".*", "_", ".", `\?`, ".").Replace(regexp.QuoteMeta(value)) + "$"
		}
		p, err := regexp.Compile(value)
		if err != nil {
			return nil, errors.New("a regular expression is wrong")
		}
		list = append(list, p)
	}
	return list, nil
}
