package corteza_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	noReminder  = "reminder not found"
	notAssigned = "not allowed to assign reminders to other users"
)

// remind makes a reminder of the client's own; at is the rest of the body.
func (p person) remind(t *testing.T, resource, rest string) string {
	t.Helper()
	return p.POST(t, "/reminder/", fmt.Sprintf(`{"resource":%q,"assignedTo":%q%s}`, resource, p.id, rest)).Text(t, "response.reminderID")
}

// TestReminderObject: contract, 8: members, nulls, times, what a PUT replaces.
func TestReminderObject(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		const always = "[assignedAt assignedBy assignedTo createdAt dismissedAt dismissedBy payload remindAt reminderID resource snoozeCount]"
		a := ann.POST(t, "/reminder/", `{"assignedTo":"`+ann.id+`","reminderID":"7","snoozeCount":5,"dismissedBy":"7","deletedAt":"2000-01-01T00:00:00Z"}`)
		id := a.Text(t, "response.reminderID")
		if got := fmt.Sprint(a.members(t, "response")); got != always || id == "7" || !strings.Contains(string(a.Body), `"payload":{},"snoozeCount":0,`) ||
			!strings.Contains(string(a.Body), `"dismissedBy":"0","dismissedAt":null,"remindAt":null`) || a.Get(t, "response.resource") != "" ||
			!nanoseconds.MatchString(a.Text(t, "response.createdAt")) || !nanoseconds.MatchString(a.Text(t, "response.assignedAt")) {
			t.Errorf("created: %s", a.Body)
		}
		// A time is echoed in the zone it came in, and read in UTC and whole seconds.
		a = ann.PUT(t, "/reminder/"+id, `{"resource":"compose:record:1","assignedTo":"`+ann.id+`","payload":[1, {"a":null}],"remindAt":"2031-01-02T03:04:05.25+02:00"}`)
		if a.Text(t, "response.remindAt") != "2031-01-02T03:04:05.25+02:00" || !seconds.MatchString(a.Text(t, "response.updatedAt")) || !strings.Contains(string(a.Body), `"payload":[1,{"a":null}]`) {
			t.Errorf("replaced: %s", a.Body)
		}
		if got := ann.GET(t, "/reminder/"+id).Text(t, "response.remindAt"); got != "2031-01-02T01:04:05Z" {
			t.Errorf("reminds at %s", got)
		}
		if got := ann.POST(t, "/reminder/", `{"assignedTo":"`+ann.id+`","remindAt":"2031-01-02T03:04:05-07:00"}`).Text(t, "response.remindAt"); got != "2031-01-02T03:04:05-07:00" {
			t.Errorf("echoed %s", got)
		}
		ann.Do(t, "PATCH", "/reminder/"+id+"/snooze", `{"remindAt":"2032-01-01T00:00:00Z"}`).ok(t)
		ann.Do(t, "PATCH", "/reminder/"+id+"/snooze", nil).ok(t) // to no time
		if a := ann.GET(t, "/reminder/"+id); fmt.Sprint(a.Get(t, "response.snoozeCount")) != "2" || a.Get(t, "response.remindAt") != nil {
			t.Errorf("snoozed: %s", a.Body)
		}
		ann.Do(t, "PATCH", "/reminder/"+id+"/dismiss", nil).ok(t)
		first := ann.GET(t, "/reminder/"+id).Text(t, "response.dismissedAt")
		h.Clock.Advance(5 * time.Second)
		ann.Do(t, "PATCH", "/reminder/"+id+"/dismiss", nil).ok(t)
		if a := ann.GET(t, "/reminder/"+id); a.Text(t, "response.dismissedAt") <= first || a.Text(t, "response.dismissedBy") != ann.id || fmt.Sprint(a.members(t, "response")) != strings.Replace(always, "]", " updatedAt]", 1) {
			t.Errorf("dismissed: %s", a.Body)
		}
		// A new assignee makes the caller the one who assigned it; the same one does not.
		h.Clock.Advance(5 * time.Second)
		was := ann.GET(t, "/reminder/"+id).Text(t, "response.assignedAt")
		a = h.admin.PUT(t, "/reminder/"+id, `{"assignedTo":"`+ann.id+`"}`)
		if a.Text(t, "response.assignedBy") != ann.id || a.Text(t, "response.assignedAt") != was || !strings.Contains(string(a.Body), `"resource":"","payload":{},"snoozeCount":2`) {
			t.Errorf("the same assignee: %s", a.Body)
		}
		a = h.admin.PUT(t, "/reminder/"+id, `{"assignedTo":"`+bob.id+`"}`)
		if a.Text(t, "response.assignedTo") != bob.id || a.Text(t, "response.assignedBy") == ann.id || a.Text(t, "response.assignedAt") <= was {
			t.Errorf("another assignee: %s", a.Body)
		}
		bob.DELETE(t, "/reminder/"+id).ok(t)
		bob.GET(t, "/reminder/"+id).fails(t, masked)
		bob.DELETE(t, "/reminder/"+id).fails(t, noReminder)
		// A form says the same.
		a = ann.send(t, "POST", "/reminder/", "application/x-www-form-urlencoded", "assignedTo="+ann.id+"&resource=r&payload=%7B%22a%22%3A1%7D&remindAt=2031-01-02T03:04:05Z")
		if !strings.Contains(string(a.Body), `"payload":{"a":1}`) || a.Text(t, "response.remindAt") != "2031-01-02T03:04:05Z" {
			t.Errorf("by form: %s", a.Body)
		}
	})
}

// TestReminderErrors: contract, 8, in the order of the errors.
func TestReminderErrors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob, left := h.person(t, "ann"), h.person(t, "bob"), h.person(t, "left")
		id := ann.remind(t, "r", "")
		lefts := left.remind(t, "r", "")
		h.admin.DELETE(t, "/users/"+left.id).ok(t)
		before := h.Rows(t)
		for _, who := range []string{`{}`, `{"assignedTo":"` + bob.id + `"}`, `{"assignedTo":"0"}`, `{"assignedTo":"999"}`} {
			ann.POST(t, "/reminder/", who).fails(t, notAssigned)
			ann.PUT(t, "/reminder/"+id, who).fails(t, notAssigned)
			ann.PUT(t, "/reminder/999", who).fails(t, masked) // unknown comes first
			ann.PUT(t, "/reminder/0", who).fails(t, "invalid ID")
		}
		h.admin.POST(t, "/reminder/", `{"assignedTo":"999"}`).fails(t, masked)
		h.admin.POST(t, "/reminder/", `{"assignedTo":"`+left.id+`"}`).fails(t, masked)
		for _, unknown := range []string{"0", "abc", "999", "18446744073709551616"} {
			read := masked
			if unknown == "0" || unknown == "abc" {
				read = "invalid ID"
			}
			h.admin.GET(t, "/reminder/"+unknown).fails(t, read)
			h.admin.PUT(t, "/reminder/"+unknown, `{}`).fails(t, read)
			h.admin.Do(t, "PATCH", "/reminder/"+unknown+"/dismiss", nil).fails(t, noReminder)
			h.admin.Do(t, "PATCH", "/reminder/"+unknown+"/snooze", nil).fails(t, noReminder)
			h.admin.DELETE(t, "/reminder/"+unknown).fails(t, noReminder)
		}
		for name, c := range map[string][2]string{
			"time":         {`{"assignedTo":"` + ann.id + `","remindAt":"tomorrow"}`, `error parsing http request body: parsing time "tomorrow"`},
			"no time":      {`{"assignedTo":"` + ann.id + `","remindAt":7}`, "error parsing http request body: "},
			"before 1970":  {`{"assignedTo":"` + ann.id + `","remindAt":"1969-01-01T00:00:00Z"}`, "invalid remindAt"},
			"id as number": {`{"assignedTo":7}`, "error parsing http request body: "},
			"resource":     {`{"assignedTo":"` + ann.id + `","resource":"a\nb"}`, "invalid resource"},
			"long":         {`{"assignedTo":"` + ann.id + `","resource":"` + strings.Repeat("x", 201) + `"}`, "invalid resource"},
			"large":        {`{"assignedTo":"` + ann.id + `","payload":"` + strings.Repeat("x", 17<<10) + `"}`, "invalid payload"},
			"deep":         {`{"assignedTo":"` + ann.id + `","payload":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`, "invalid payload"},
		} {
			if ann.POST(t, "/reminder/", c[0]).failsWith(t, c[1]); t.Failed() {
				t.Fatal(name)
			}
			ann.PUT(t, "/reminder/"+id, c[0]).failsWith(t, c[1])
		}
		ann.send(t, "POST", "/reminder/", "application/x-www-form-urlencoded", "remindAt=tomorrow").failsWith(t, "parsing time")
		ann.Do(t, "PATCH", "/reminder/"+id+"/snooze", `{"remindAt":"bad"}`).failsWith(t, "error parsing http request body: parsing time")
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		// With the right, a reminder may be for nobody, and stay with somebody who has left.
		if a := h.admin.POST(t, "/reminder/", nil); a.Get(t, "response.assignedTo") != "0" {
			t.Errorf("for nobody: %s", a.Body)
		}
		h.admin.PUT(t, "/reminder/"+lefts, `{"assignedTo":"`+left.id+`","resource":"other"}`).Text(t, "response.reminderID")
	})
}

// TestRemindersOfOthers: whoever has no part in a reminder, and may not assign any, does not learn that there is one. In the
// original everybody saw and changed all.
func TestRemindersOfOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob, cid := h.person(t, "ann"), h.person(t, "bob"), h.person(t, "cid")
		role := h.role(t, "Callers", ann.id)
		h.rule(t, role, "system", "reminder.assign", "allow")
		id := ann.POST(t, "/reminder/", `{"resource":"call:1","assignedTo":"`+bob.id+`"}`).Text(t, "response.reminderID")
		own := cid.remind(t, "own", "")
		for _, query := range []string{"", "?assignedTo=" + bob.id, "?reminderID=" + id, "?resource=call:"} {
			if got := cid.GET(t, "/reminder/"+query).list(t, "response.set", "reminderID"); slices.Contains(got, id) {
				t.Errorf("%s shows %v", query, got)
			}
		}
		before := h.Rows(t)
		for what, a := range map[string]answer{
			masked:           cid.GET(t, "/reminder/"+id),
			masked + " ":     cid.PUT(t, "/reminder/"+id, `{"assignedTo":"`+cid.id+`"}`),
			noReminder:       cid.Do(t, "PATCH", "/reminder/"+id+"/dismiss", nil),
			noReminder + " ": cid.Do(t, "PATCH", "/reminder/"+id+"/snooze", nil),
			" " + noReminder: cid.DELETE(t, "/reminder/"+id),
		} {
			a.fails(t, strings.TrimSpace(what))
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		ann.GET(t, "/reminder/"+own).Text(t, "response.reminderID") // who may assign sees all
		h.rule(t, role, "system", "reminder.assign", "inherit")
		ann.GET(t, "/reminder/"+own).fails(t, masked)
		ann.GET(t, "/reminder/"+id).Text(t, "response.reminderID") // what he has assigned he sees still
		ann.PUT(t, "/reminder/"+id, `{"assignedTo":"`+bob.id+`"}`).fails(t, notAssigned)
		bob.Do(t, "PATCH", "/reminder/"+id+"/dismiss", nil).ok(t)
		ann.PUT(t, "/reminder/"+id, `{"assignedTo":"`+ann.id+`"}`).Text(t, "response.reminderID") // to himself he may
		bob.GET(t, "/reminder/"+id).fails(t, masked)
	})
}

// TestReminderList: contract, 8.
func TestReminderList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		later := ann.remind(t, "compose:record:2", `,"remindAt":"2031-01-01T10:00:00.5Z"`)
		none := ann.remind(t, "Compose:record:1", "")
		soon := ann.remind(t, "system:user:1", `,"remindAt":"2030-01-01T10:00:00Z"`)
		bobs := bob.remind(t, "x", `,"remindAt":"2029-01-01T10:00:00Z"`)
		gone := ann.remind(t, "x", "")
		ann.DELETE(t, "/reminder/"+gone).ok(t)
		ann.Do(t, "PATCH", "/reminder/"+soon+"/dismiss", nil).ok(t)
		for query, want := range map[string][]string{
			"":                          {none, soon, later}, // unscheduled first, then as they are due
			"sort=id%20DESC":            {none, soon, later},
			"sort=bogus":                {none, soon, later},
			"deleted=2":                 {none, soon, later},
			"resource=compose:":         {none, later}, // a prefix in any letter case
			"resource=COMPOSE:RECORD:1": {none},
			"resource=%25":              {},
			"resource=record":           {},
			"assignedTo=" + ann.id:      {none, soon, later},
			"assignedTo=" + bob.id:      {},
			"assignedTo=abc":            {none, soon, later},
			"scheduledOnly=true":        {soon, later},
			"scheduledOnly=on":          {none, soon, later},
			"excludeDismissed=yes":      {none, later},
			"reminderID=" + soon:        {soon},
			"reminderID[]=" + soon + "&reminderID[]=" + none:                         {none, soon},
			"reminderID=" + bobs:                                                     {},
			"reminderID=" + gone:                                                     {},
			"scheduledFrom=2030-01-01T10:00:00Z":                                     {soon, later}, // inclusive
			"scheduledFrom=2030-01-01T10:00:01Z":                                     {later},
			"scheduledFrom=2031-01-01T10:00:00Z":                                     {later}, // by what is shown
			"scheduledFrom=2031-01-01T10:00:00.1Z":                                   {},
			"scheduledFrom=1960-01-01T00:00:00Z":                                     {soon, later},
			"scheduledFrom=1970-01-01T00:00:00Z":                                     {soon, later},
			"scheduledUntil=2031-01-01T10:00:00Z":                                    {soon, later},
			"scheduledUntil=2031-01-01T09:59:59Z":                                    {soon},
			"scheduledUntil=2030-01-01T12:00:00%2B02:00":                             {soon},
			"scheduledUntil=1960-01-01T00:00:00Z":                                    {},
			"scheduledFrom=2030-06-01T00:00:00Z&scheduledUntil=2032-01-01T00:00:00Z": {later},
			"limit=1":          {none},
			"limit=1&offset=2": {later},
			"page=2&perPage=2": {later},
			"page=9&perPage=2": {},
			"offset=9":         {},
			"excludeDismissed=1&scheduledOnly=1&assignedTo=" + ann.id: {later}, // what clients ask for
		} {
			a := ann.GET(t, "/reminder/?"+query)
			if got := a.list(t, "response.set", "reminderID"); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
			if has := slices.Contains(a.members(t, "response"), "set"); has != (len(want) > 0) {
				t.Errorf("%s: an empty list has no set: %s", query, a.Body)
			}
		}
		if got := fmt.Sprint(ann.GET(t, "/reminder/?page=9&perPage=2").Get(t, "response.filter.count")); got != "3" {
			t.Errorf("count %s", got)
		}
		if got := h.admin.GET(t, "/reminder/").list(t, "response.set", "reminderID"); !slices.Equal(got, []string{none, bobs, soon, later}) {
			t.Errorf("an administrator sees %v", got)
		}
		for _, bad := range []string{"bad", "2020-13-01T00:00:00Z", "2020-01-01"} {
			ann.GET(t, "/reminder/?scheduledFrom="+url.QueryEscape(bad)).failsWith(t, "parsing time")
			ann.GET(t, "/reminder/?scheduledUntil="+url.QueryEscape(bad)).failsWith(t, "parsing time")
		}
	})
}
