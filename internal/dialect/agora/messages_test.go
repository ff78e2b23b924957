package agora_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"muster/internal/config"
)

const hello = `{"from":"mina","to":["Otto","nobody"],"type":"txt","body":{"msg":"hello"},"ext":{"k":1},"sync_device":false}`

// TestMessages: sent to somebody who is away, counted, and gone once he has said that he has them.
func TestMessages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		otto := h.user(t, "otto")
		h.user(t, "mina")
		a := h.app.post(t, "/messages/users", hello).ok(t)
		id := a.String(t, "data.Otto")
		if !regexp.MustCompile(`^[1-9][0-9]{17,18}$`).MatchString(id) || a.String(t, "data.nobody") <= id || a.String(t, "path") != "/messages/users" || a.Get(t, "entities") != nil {
			t.Errorf("sent: %s", a.Body)
		}
		count := func(c *client, name string, want int) {
			t.Helper()
			a := c.get(t, "/users/"+name+"/offline_msg_count").ok(t)
			if a.Get(t, "data."+name) != json.Number(fmt.Sprint(want)) || a.Get(t, "count") != json.Number("0") || len(a.Get(t, "entities").([]any)) != 0 {
				t.Errorf("counted: %s", a.Body)
			}
		}
		state := func(c *client, id, want string) {
			t.Helper()
			if a := c.get(t, "/users/otto/offline_msg_status/"+id).ok(t); a.String(t, "data."+id) != want {
				t.Errorf("the state: %s", a.Body)
			}
		}
		count(h.app, "OTTO", 1)
		count(otto, "otto", 1)
		state(h.app, id, "undelivered")
		state(otto, "123", "delivered")
		state(otto, "made-up", "delivered")
		h.app.post(t, "/messages/users", strings.Replace(hello, `"sync_device":false`, `"routetype":"ROUTE_ONLINE"`, 1)).ok(t)
		h.app.post(t, "/messages/users", strings.Replace(hello, `"from":"mina",`, "", 1)).ok(t)
		count(h.app, "otto", 2)

		ack := otto.post(t, "/sdk/users/otto/link/ack", `{"ids":["`+id+`","1","x"]}`).ok(t)
		if ack.String(t, "action") != "ack" || ack.Get(t, "data.acked") != json.Number("1") {
			t.Errorf("acknowledged: %s", ack.Body)
		}
		state(h.app, id, "delivered")
		count(h.app, "otto", 1)

		mina := h.signIn(t, base, "mina", "pw-mina")
		for _, a := range []answer{
			mina.get(t, "/users/otto/offline_msg_count"), mina.get(t, "/users/otto/offline_msg_status/"+id), mina.post(t, "/messages/users", hello),
			mina.post(t, "/sdk/users/otto/link/ack", `{"ids":["1"]}`), h.app.post(t, "/sdk/users/otto/link/ack", `{"ids":["1"]}`),
		} {
			a.fails(t, 401, unauthorized, oauth)
		}
		h.app.get(t, "/users/nobody/offline_msg_count").fails(t, 404, noResource, "Service resource not found")
		h.app.get(t, "/users/nobody/offline_msg_status/1").fails(t, 404, noResource, "Service resource not found")
	})
}

// TestIllegalMessages: each member has its rule.
func TestIllegalMessages(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.app.register(t, "otto")
		many := strings.TrimSuffix(strings.Repeat(`"otto",`, 601), ",")
		for change, want := range map[[2]string]string{
			{`"from":"mina"`, `"from":""`}:                           "from can't be empty",
			{`"from":"mina"`, `"from":"a\nb"`}:                       "from is not legal",
			{`"Otto","nobody"`, ``}:                                  "param to exceed limit",
			{`"Otto","nobody"`, many}:                                "param to exceed limit",
			{`"txt"`, `"text"`}:                                      "type is not legal",
			{`"txt"`, `5`}:                                           "type is not legal",
			{`{"msg":"hello"}`, `"hello"`}:                           "body is not legal",
			{`{"msg":"hello"}`, `null`}:                              "body is not legal",
			{`{"msg":"hello"}`, `{}`}:                                "body is not legal",
			{`{"k":1}`, `null`}:                                      "ext is not legal",
			{`{"k":1}`, `[1]`}:                                       "ext is not legal",
			{`hello`, strings.Repeat("x", 5120)}:                     "message is too large",
			{`{"k":1}`, `{"k":"` + strings.Repeat("x", 5100) + `"}`}: "message is too large",
		} {
			h.app.post(t, "/messages/users", strings.Replace(hello, change[0], change[1], 1)).fails(t, 400, illegal, want)
		}
		h.app.post(t, "/messages/users", strings.Replace(hello, "hello", strings.Repeat("x", 5<<10-len(`{"msg":""}{"k":1}`)), 1)).ok(t)
		h.app.post(t, "/messages/users", strings.Replace(hello, `"Otto","nobody"`, strings.TrimPrefix(many, `"otto",`), 1)).ok(t)
		for kind, body := range map[string]string{"img": `{"url":"x"}`, "cmd": `{}`, "custom": `{"customEvent":"a","customExts":{"a":[1]}}`, "loc": `{"lat":1.5}`} {
			h.app.post(t, "/messages/users", `{"to":["otto"],"type":"`+kind+`","body":`+body+`}`).ok(t)
		}
		if got := h.app.get(t, "/users/otto/offline_msg_count").Get(t, "data.otto"); got != json.Number("6") {
			t.Errorf("%v wait", got)
		}
		otto := h.signIn(t, base, "otto", "pw-otto")
		for _, body := range []string{`{}`, `{"ids":[]}`, `[]`, `{"ids":[` + strings.TrimSuffix(strings.Repeat(`"1",`, 501), ",") + `]}`} {
			otto.post(t, "/sdk/users/otto/link/ack", body).fails(t, 400, illegal, shape)
		}
	})
}

// TestMessageFrequency: six thousand recipients a minute, whoever they are.
func TestMessageFrequency(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		var names []string
		for i := range 600 {
			names = append(names, fmt.Sprintf("%q", fmt.Sprint("nobody", i)))
		}
		body := strings.Replace(hello, `"Otto","nobody"`, strings.Join(names, ","), 1)
		for range 10 {
			h.app.post(t, "/messages/users", body).ok(t)
		}
		h.app.post(t, "/messages/users", hello).fails(t, 403, "exceed_limit", "message send reach limit")
		h.Clock.Advance(time.Minute)
		h.app.post(t, "/messages/users", hello).ok(t)
	}, func(c *config.Config) { c.Dev = false })
}
