package script_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/internal/script"
)

func TestDue(t *testing.T) {
	trigger := func(triggers string) string {
		return "export default { triggers: ({ on, every, at }) => " + triggers + ", exec () {} }"
	}
	h := newHouse(
		t,
		"a/server-scripts/1-minute.js", trigger("every('* * * * *')"),
		"a/server-scripts/2-quarter.js", trigger("every('*/15 * * * *', '7 4 * * *')"),
		"a/server-scripts/3-once.js", trigger("at('2026-01-02T04:00:00Z', '2026-01-02T05:07:00+01:00')"),
		"a/server-scripts/4-both.js", trigger("[every('@hourly'), every('30 * * * *'), at('2026-01-02T04:00:00Z')]"),
		"a/server-scripts/5-hand.js", trigger("on('manual').for('system').where('interval', '* * * * *')"),
		"a/server-scripts/6-broken.js", trigger("[every('* * * * *'), every('x')]"),
		"a/server-scripts/7-each.js", "export default { iterator: each => each({ resourceType: 'system:user' }).every('0 4 * * *'), exec () {} }",
		"a/server-scripts/8-each.js", "export default { iterator: each => each({ resourceType: 'system:user' }).at('2026-01-02T04:00:00Z'), exec () {} }",
		"a/server-scripts/9-each.js", "export default { iterator: each => each({ resourceType: 'system:user' }), exec () {} }",
		"a/client-scripts/admin/c.js", trigger("every('* * * * *')"),
	)
	at := func(text string) time.Time {
		instant, err := time.Parse(time.RFC3339, "2026-01-02T"+text+"Z")
		if err != nil {
			t.Fatal(err)
		}
		return instant
	}
	for _, x := range []struct {
		after, until string
		want         []string
	}{
		{"03:00:30", "03:00:59", nil},
		{"03:00:30", "03:00:30", nil},
		{"03:00:30", "03:00:00", nil},
		{"03:00:59", "03:01:00", []string{"03:01 1-minute onInterval system"}},
		{"03:01:00", "03:01:59", nil},
		{"03:01:00", "03:05:59", []string{"03:05 1-minute onInterval system"}},
		{"03:59:00", "04:00:00", []string{
			"04:00 1-minute onInterval system", "04:00 2-quarter onInterval system", "04:00 3-once onTimestamp system",
			"04:00 4-both onInterval system", "04:00 4-both onTimestamp system", "04:00 7-each onInterval system:user",
			"04:00 8-each onTimestamp system:user",
		}},
		{"04:00:00", "04:14:00", []string{"04:07 2-quarter onInterval system", "04:07 3-once onTimestamp system", "04:14 1-minute onInterval system"}},
		{"03:30:00", "04:10:00", []string{
			"04:00 4-both onInterval system", "04:00 4-both onTimestamp system", "04:00 7-each onInterval system:user",
			"04:00 8-each onTimestamp system:user", "04:07 2-quarter onInterval system", "04:07 3-once onTimestamp system",
			"04:10 1-minute onInterval system",
		}},
	} {
		var got []string
		for _, d := range h.Due(at(x.after), at(x.until)) {
			name := d.Script.Name[len("/server-scripts/") : len(d.Script.Name)-len(".js:default")]
			got = append(got, fmt.Sprintf("%s %s %s %s", d.At.Format("15:04"), name, d.EventType, d.ResourceType))
		}
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Errorf("after %s until %s: %s", x.after, x.until, diff)
		}
	}
}

// TestDueAfterALongSleep: what was missed for more than a day is missed, and looking for it takes no time.
func TestDueAfterALongSleep(t *testing.T) {
	h := newHouse(t, "a/server-scripts/1.js", "export default { triggers: t => t.every('* * * * *'), exec () {} }",
		"a/server-scripts/2.js", "export default { triggers: t => t.every('0 0 29 2 *'), exec () {} }",
		"a/server-scripts/3.js", "export default { triggers: t => t.at('2020-01-01T00:00:00Z'), exec () {} }")
	until := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	got := h.Due(time.Time{}, until)
	if len(got) != 2 || got[0].Script.Name != "/server-scripts/3.js:default" || !got[1].At.Equal(until.Truncate(time.Minute)) {
		t.Errorf("got %+v", got)
	}
}

func TestMatches(t *testing.T) {
	fields := func(name string) (string, bool) {
		value, ok := map[string]string{"user.email": "Ann@example.com", "user.handle": "ann", "user.name": ""}[name]
		return value, ok
	}
	is := func(c ...script.Constraint) *script.Trigger {
		return &script.Trigger{EventTypes: []string{"beforeCreate", "onManual"}, ResourceTypes: []string{"system:user"}, Constraints: c}
	}
	for _, x := range []struct {
		trigger         *script.Trigger
		event, resource string
		want            bool
	}{
		{is(), "beforeCreate", "system:user", true},
		{is(), "onManual", "system:user", true},
		{is(), "afterCreate", "system:user", false},
		{is(), "beforeCreate", "system:role", false},
		{is(), "", "", false},
		{&script.Trigger{EventTypes: []string{"onInterval"}, ResourceTypes: []string{"system"}, Constraints: []script.Constraint{
			{"interval", "", []string{"* * * * *"}},
		}}, "onInterval", "system", true},
	} {
		if got := x.trigger.Matches(x.event, x.resource, fields); got != x.want {
			t.Errorf("%+v at %s of %s: %v", x.trigger, x.event, x.resource, got)
		}
	}
	for _, x := range []struct {
		constraint script.Constraint
		want       bool
	}{
		{script.Constraint{"user.handle", "", []string{"ann"}}, true},
		{script.Constraint{"user.handle", "", []string{"bob", "ann"}}, true},
		{script.Constraint{"user.handle", "EQ", []string{"bob"}}, false},
		{script.Constraint{"user.handle", "===", nil}, false},
		{script.Constraint{"user.handle", "!=", []string{"bob", "eve"}}, true},
		{script.Constraint{"user.handle", "not eq", []string{"bob", "ann"}}, false},
		{script.Constraint{"user.email", "like", []string{"%@example.com"}}, true},
		{script.Constraint{"user.email", "like", []string{"*@example_com"}}, true},
		{script.Constraint{"user.email", "like", []string{"@example.com"}}, false},
		{script.Constraint{"user.email", "like", []string{"%.(com"}}, false},
		{script.Constraint{"user.handle", "like", []string{"???"}}, true},
		{script.Constraint{"user.handle", "like", []string{"a.."}}, false},
		{script.Constraint{"user.email", "not like", []string{"%@example.com"}}, false},
		{script.Constraint{"user.email", "~", []string{"^Ann@"}}, true},
		{script.Constraint{"user.email", "!~", []string{"^Ann@"}}, false},
		{script.Constraint{"user.email", "~", []string{"("}}, false},
		{script.Constraint{"user.email", "is", []string{"ann"}}, false},
		{script.Constraint{"user.name", "", []string{""}}, true},
		{script.Constraint{"unknown", "!=", []string{"x"}}, false},
	} {
		if got := is(x.constraint).Matches("onManual", "system:user", fields); got != x.want {
			t.Errorf("%+v: %v", x.constraint, got)
		}
	}
	both := is(script.Constraint{"user.handle", "", []string{"ann"}}, script.Constraint{"user.email", "", []string{"x"}})
	if both.Matches("onManual", "system:user", fields) {
		t.Error("one of two constraints was enough")
	}
}
