package script

import (
	"testing"
	"unicode/utf8"
)

// FuzzDescribe reads what could come out of a hostile script.
func FuzzDescribe(f *testing.F) {
	for _, text := range []string{
		``, `null`, `7`, `{}`, `{"label":7}`, `{"triggers":[{}]}`, `{"triggers":[{"eventTypes":["onInterval"],"resourceTypes":["system"],` +
			`"constraints":[{"name":"interval","value":["* * * * *"]}]}]}`, `{"triggers":[{"eventTypes":["onTimestamp"],"resourceTypes":["s"],` +
			`"constraints":[{"name":"timestamp","value":["2026-01-02T03:04:05Z",7,null,{}]}]}]}`,
		`{"triggers":[{"eventTypes":["a"],"resourceTypes":["b"],"constraints":[{"name":"x","op":"~","value":["(a+)+"]}],"uiProps":[{"name":"a","value":{}}]}]}`,
		`{"iterator":{"resourceType":"x","eventType":"onInterval","action":"update","filter":{"a":[1]},"deferred":["TZ=0 * * * * *","@every 1s"]}}`,
		`{"security":{"runAs":7,"deny":[1,"a",true],"allow":[null]}}`, "{\"label\":\"a\\nb\\u0000\"}", `{"triggers":[{"eventTypes":["` + "\xff" + `"]}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Script
		if err := s.describe(text); err != nil {
			return
		}
		if !utf8.ValidString(s.Label) || len(s.Label) > maxLabel || len(s.Description) > maxText || len(s.Triggers) > maxTrigger {
			t.Errorf("got %+v", s)
		}
		for _, trigger := range s.Triggers {
			if len(trigger.EventTypes) == 0 || len(trigger.ResourceTypes) == 0 || len(trigger.Constraints) > maxWords {
				t.Errorf("got %+v", trigger)
			}
			for _, list := range [][]string{trigger.EventTypes, trigger.ResourceTypes, trigger.Interval, trigger.Timestamp} {
				if words(list) != nil {
					t.Errorf("got %q", list)
				}
			}
			for _, c := range trigger.Constraints {
				if _, err := c.matcher(); err != nil {
					t.Error(err)
				}
			}
			if intervals(append(trigger.Interval, "* * * * *")) != nil || timestamps(append(trigger.Timestamp, "2026-01-02T03:04:05Z")) != nil {
				t.Errorf("got %+v", trigger)
			}
		}
	})
}

// FuzzCron reads expressions that are no use, quickly, and never gives one that does not come.
func FuzzCron(f *testing.F) {
	for _, text := range []string{"* * * * *", "TZ=", "TZ=0", "CRON_TZ=UTC * * * * *", "@every 1ns", "@daily", "0 0 31 2 *", "*/0 * * * *", "1-0 * * * *", "99999999999 * * * *"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		schedule, err := parseCron(text)
		if err == nil && lastTick([]string{text}, year2000(), year2000().AddDate(0, 0, 1)).After(year2000().AddDate(0, 0, 1)) {
			t.Errorf("%q: %+v", text, schedule)
		}
	})
}
