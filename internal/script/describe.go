package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// What a description may hold. It comes out of a script, so nothing of it is believed.
const (
	maxLabel   = 200    // bytes of a label and of a name of a bundle's app
	maxText    = 4000   // bytes of a description
	maxWord    = 1000   // bytes of any other text
	maxWords   = 100    // texts in a list
	maxTrigger = 100    // triggers
	maxFilter  = 10_000 // bytes of an iterator's filter
)

// A described is what describe.js says of a script.
type described struct {
	Label       string        `json:"label"`
	Description string        `json:"description"`
	Triggers    []triggerText `json:"triggers"`
	Iterator    *Iterator     `json:"iterator"`
	Security    *securityText `json:"security"`
}

type triggerText struct {
	EventTypes    []string         `json:"eventTypes"`
	ResourceTypes []string         `json:"resourceTypes"`
	Constraints   []constraintText `json:"constraints"`
	UIProps       []uiPropText     `json:"uiProps"`
}

type constraintText struct {
	Name  string `json:"name"`
	Op    string `json:"op"`
	Value []any  `json:"value"`
}

type uiPropText struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

type securityText struct {
	RunAs any   `json:"runAs"`
	Deny  []any `json:"deny"`
	Allow []any `json:"allow"`
}

// into reads a description into a script, and says what is wrong with it.
func (s *Script) describe(text []byte) error {
	var d described
	if err := json.Unmarshal(text, &d); err != nil {
		return errors.New("its description can't be read")
	}
	if len(d.Label) > maxLabel || len(d.Description) > maxText {
		return errors.New("its label or description is too long")
	}
	s.Label, s.Description = oneLine(d.Label), d.Description
	if len(d.Triggers) > maxTrigger {
		return errors.New("it has too many triggers")
	}
	var wrong []error
	for i, t := range d.Triggers {
		made, err := t.made()
		if err != nil {
			wrong = append(wrong, fmt.Errorf("trigger %d: %w", i+1, err))
		}
		s.Triggers = append(s.Triggers, made)
	}
	iterator, err := d.Iterator.checked()
	if err != nil {
		wrong = append(wrong, fmt.Errorf("iterator: %w", err))
	}
	s.Iterator = iterator
	if s.Security, err = d.Security.made(); err != nil {
		wrong = append(wrong, fmt.Errorf("security: %w", err))
	}
	return errors.Join(wrong...)
}

// made makes a trigger of what came from the script.
func (t *triggerText) made() (Trigger, error) {
	made := Trigger{EventTypes: t.EventTypes, ResourceTypes: t.ResourceTypes}
	switch {
	case len(t.EventTypes) == 0:
		return made, errors.New("it says at no event: on, before, after, every or at")
	case len(t.ResourceTypes) == 0:
		return made, errors.New("it says for no resource")
	case len(t.Constraints) > maxWords || len(t.UIProps) > maxWords:
		return made, errors.New("it has too many conditions")
	}
	if err := errors.Join(words(t.EventTypes), words(t.ResourceTypes)); err != nil {
		return Trigger{}, err
	}
	for _, p := range t.UIProps {
		value, err := word(p.Value)
		if err == nil {
			_, err = word(p.Name)
		}
		if err != nil {
			return made, err
		}
		made.UIProps = append(made.UIProps, UIProp{p.Name, value})
	}
	for _, c := range t.Constraints {
		constraint, err := c.made()
		if err != nil {
			return made, err
		}
		made.Constraints = append(made.Constraints, constraint)
	}
	return made, made.schedule()
}

func (c *constraintText) made() (Constraint, error) {
	values, err := wordList(c.Value)
	if err == nil {
		err = words([]string{c.Name, c.Op})
	}
	if err != nil {
		return Constraint{}, err
	}
	made := Constraint{c.Name, c.Op, values}
	_, err = made.matcher()
	return made, err
}

// checked says whether an iterator can be.
func (i *Iterator) checked() (*Iterator, error) {
	if i == nil {
		return nil, nil
	}
	if err := errors.Join(words([]string{i.ResourceType, i.EventType, i.Action}), words(i.Deferred)); err != nil {
		return nil, err
	}
	if len(i.Filter) > maxFilter {
		return nil, errors.New("its filter is too long")
	}
	if i.ResourceType == "" {
		return i, errors.New("it says for no resource")
	}
	switch i.Action {
	case "", "update", "delete", "clone":
	default:
		return i, fmt.Errorf("no such action: %q", i.Action)
	}
	switch i.EventType {
	case onManual:
		return i, nil
	case onInterval:
		return i, intervals(i.Deferred)
	case onTimestamp:
		return i, timestamps(i.Deferred)
	}
	return i, fmt.Errorf("no such event: %q", i.EventType)
}

func (s *securityText) made() (*Security, error) {
	if s == nil {
		return nil, nil
	}
	var made Security
	var err error
	if s.RunAs != nil {
		if made.RunAs, err = word(s.RunAs); err != nil {
			return nil, err
		}
	}
	if made.Deny, err = wordList(s.Deny); err != nil {
		return nil, err
	}
	made.Allow, err = wordList(s.Allow)
	return &made, err
}

// word turns a text, a number or a boolean of JSON into text.
func word(value any) (string, error) {
	text, err := "", error(nil)
	switch v := value.(type) {
	case string:
		text = v
	case float64, bool:
		text = fmt.Sprint(v)
	default:
		err = errors.New("there is something that is no text")
	}
	if len(text) > maxWord || !utf8.ValidString(text) {
		err = errors.New("a text is too long")
	}
	return text, err
}

func words(list []string) error {
	if len(list) > maxWords {
		return errors.New("a list is too long")
	}
	for _, text := range list {
		if _, err := word(text); err != nil {
			return err
		}
	}
	return nil
}

func wordList(values []any) (list []string, err error) {
	if len(values) > maxWords {
		return nil, errors.New("a list is too long")
	}
	for _, v := range values {
		text, err := word(v)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}
