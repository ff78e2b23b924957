package server_test

import (
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/mustertest"
)

// A person says by a setting of his own that reminders come by mail. The mail calls the reminder by its title.
func TestReminderByMail(t *testing.T) {
	eachOffice(t, func(o *office) {
		const ann = "ann@example.org"
		id := o.person(ann)
		person := o.SignIn(t, ann, mustertest.AdminPassword)
		ring := func(payload string) {
			t.Helper()
			due := o.Clock.Now().Add(time.Minute).Format(time.RFC3339)
			o.fine(person.POST(t, "/corteza/system/reminder/", `{"assignedTo":"`+id+`","remindAt":"`+due+`","payload":`+payload+`}`))
			o.Clock.Advance(time.Hour)
			if _, err := o.Core.FireReminders(muster.WithActor(t.Context(), muster.House())); err != nil {
				t.Fatal(err)
			}
		}
		ring(`{"title":"Too early to ask for mail"}`)
		if sent := o.Mails(t); len(sent) != 0 {
			t.Errorf("mailed without being asked: %v", sent)
		}
		o.fine(person.Do(t, "PATCH", "/corteza/system/settings/", `{"ownerID":"`+id+`","values":[{"name":"reminder.mail","value":true}]}`))
		if got := person.GET(t, "/corteza/system/settings/reminder.mail?ownerID="+id); !strings.Contains(string(got.Body), `"value":true`) {
			t.Errorf("the setting reads %s", got.Body)
		}
		ring(`{"title":"Call <Bob> & Eve"}`)
		if m := o.mails(1); m.To() != ann || m.Subject() != "Your reminder" || !strings.Contains(m.HTML, "<h1>Call &lt;Bob&gt; &amp; Eve</h1>") {
			t.Errorf("the mail is\n%s", m.Raw)
		}
		ring(`{"title":7}`)
		if m := o.mails(2); !strings.Contains(m.HTML, "<h1>Your reminder</h1>") {
			t.Errorf("without a title the mail is\n%s", m.Raw)
		}
	})
}
