package script

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	onManual    = "onManual"
	onInterval  = "onInterval"
	onTimestamp = "onTimestamp"
)

// A Due is a moment at which a script wants to run.
type Due struct {
	Script       Script
	EventType    string // onInterval or onTimestamp
	ResourceType string // of its trigger, usually "system", or of its iterator
	At           time.Time
}

// Due lists what is due after one instant and not after another: one entry per script, event and resource, whatever the
// number of expressions and of instants that have passed; At is the last of those. Sorted by At, then by name.
func (f *Folder) Due(after, until time.Time) (list []Due) {
	for _, s := range f.Scripts() {
		if len(s.Errors) > 0 || s.Client() {
			continue
		}
		for _, t := range s.Triggers {
			list = append(list, s.due(onInterval, t.ResourceTypes, lastTick(t.Interval, after, until))...)
			list = append(list, s.due(onTimestamp, t.ResourceTypes, lastInstant(t.Timestamp, after, until))...)
		}
		if i := s.Iterator; i != nil && i.EventType == onInterval {
			list = append(list, s.due(onInterval, []string{i.ResourceType}, lastTick(i.Deferred, after, until))...)
		} else if i != nil && i.EventType == onTimestamp {
			list = append(list, s.due(onTimestamp, []string{i.ResourceType}, lastInstant(i.Deferred, after, until))...)
		}
	}
	return unique(list)
}

func (s *Script) due(event string, resources []string, at time.Time) (list []Due) {
	if at.IsZero() {
		return nil
	}
	for _, r := range resources {
		list = append(list, Due{*s, event, r, at})
	}
	return list
}

// unique keeps the last of those that only differ in time.
func unique(list []Due) []Due {
	type key struct{ script, event, resource string }
	last := map[key]Due{}
	for _, d := range list {
		k := key{d.Script.Name, d.EventType, d.ResourceType}
		if had, ok := last[k]; !ok || d.At.After(had.At) {
			last[k] = d
		}
	}
	list = list[:0]
	for _, d := range last {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b Due) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Script.Name, b.Script.Name),
			strings.Compare(a.EventType, b.EventType), strings.Compare(a.ResourceType, b.ResourceType))
	})
	return list
}

// schedule fills in Interval and Timestamp from the constraints, and checks them.
func (t *Trigger) schedule() error {
	for _, c := range t.Constraints {
		switch {
		case c.Name == "interval" && slices.Contains(t.EventTypes, onInterval):
			t.Interval = append(t.Interval, c.Value...)
		case c.Name == "timestamp" && slices.Contains(t.EventTypes, onTimestamp):
			t.Timestamp = append(t.Timestamp, c.Value...)
		}
	}
	var err error
	if slices.Contains(t.EventTypes, onInterval) {
		err = intervals(t.Interval)
	}
	if slices.Contains(t.EventTypes, onTimestamp) {
		err = errors.Join(err, timestamps(t.Timestamp))
	}
	return err
}

func intervals(list []string) error {
	if len(list) == 0 {
		return errors.New("every needs a cron expression")
	}
	for _, expression := range list {
		if _, err := parseCron(expression); err != nil {
			return err
		}
	}
	return nil
}

func timestamps(list []string) error {
	if len(list) == 0 {
		return errors.New("at needs an instant")
	}
	for _, text := range list {
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return fmt.Errorf("%q is no instant like 2026-01-02T15:04:05Z", shorten(text, 100))
		}
	}
	return nil
}

// parseCron reads five fields (minute, hour, day, month, day of the week), or @hourly, @daily, @weekly, @monthly and
// @yearly, all in UTC. A zone in front and @every, which would need to know when it was last, are refused.
func parseCron(expression string) (cron.Schedule, error) {
	expression = strings.TrimSpace(expression)
	wrong := fmt.Errorf("%q is no cron expression of five fields", shorten(expression, 100))
	if strings.Contains(expression, "=") || strings.HasPrefix(expression, "@every") {
		return nil, wrong
	}
	fields := cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor
	schedule, err := cron.NewParser(fields).Parse(expression)
	if err != nil {
		return nil, wrong
	}
	if schedule.Next(year2000()).IsZero() {
		return nil, fmt.Errorf("%q never comes", shorten(expression, 100))
	}
	return schedule, nil
}

// year2000 is a moment after which each date comes within the years that the library looks for one.
func year2000() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// lastTick is the last moment of cron expressions after one instant and not after another. It looks back a day at most:
// what was missed for longer is missed.
func lastTick(expressions []string, after, until time.Time) (last time.Time) {
	after, until = after.UTC(), until.UTC()
	if day := until.AddDate(0, 0, -1); after.Before(day) {
		after = day
	}
	for _, expression := range expressions {
		schedule, err := parseCron(expression)
		if err != nil {
			continue
		}
		for at := schedule.Next(after); !at.IsZero() && !at.After(until); at = schedule.Next(at) {
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}

func lastInstant(texts []string, after, until time.Time) (last time.Time) {
	for _, text := range texts {
		at, err := time.Parse(time.RFC3339, text)
		if err == nil && at.After(after) && !at.After(until) && at.After(last) {
			last = at.UTC()
		}
	}
	return last
}
