package core

import (
	"context"
	"slices"
	"strings"

	"muster"
	"muster/internal/script"
)

// A ScriptFilter selects scripts. Each list that is not empty has to be met by one trigger of a script.
type ScriptFilter struct {
	ResourcePrefixes, Resources, Events []string
	Valid                               bool // only those that can run
	NoServer, NoClient                  bool
}

// SeenScript is a script with all that is wrong with it: also that it names somebody who is not there, and that its last run
// failed on this node.
type SeenScript struct{ script.Script }

// ListScripts lists the scripts of the house that f selects: those that run here, then those that browsers run.
func (c *Core) ListScripts(ctx context.Context, f ScriptFilter) ([]SeenScript, error) {
	return view(ctx, c, muster.ActionListScripts, func(v *View) (list []SeenScript, err error) {
		if err := v.Require(muster.Resource{Noun: muster.NounScript}); err != nil {
			return nil, err
		}
		for _, s := range c.scripts.all() {
			if !f.selects(&s) {
				continue
			}
			wrong := slices.Concat(s.Errors, insecure(v.Reader, &s))
			if s.Iterator != nil && !s.Client() {
				wrong = append(wrong, "iterators are not run here")
			}
			if f.Valid && len(wrong) > 0 {
				continue
			}
			if failure := c.scripts.failure(&s); failure != "" && !s.Client() {
				wrong = append(wrong, failure)
			}
			s.Errors = wrong
			list = append(list, SeenScript{s})
		}
		return list, nil
	})
}

func (f *ScriptFilter) selects(s *script.Script) bool {
	if f.NoServer && !s.Client() || f.NoClient && s.Client() {
		return false
	}
	resources, events := concerns(s)
	return met(f.ResourcePrefixes, resources, strings.HasPrefix) && met(f.Resources, resources, equal) && met(f.Events, events, equal)
}

// concerns are the types of resources and of events that a script is about.
func concerns(s *script.Script) (resources, events []string) {
	for _, t := range s.Triggers {
		resources, events = append(resources, t.ResourceTypes...), append(events, t.EventTypes...)
	}
	if s.Iterator != nil {
		resources, events = append(resources, s.Iterator.ResourceType), append(events, s.Iterator.EventType)
	}
	return resources, events
}

func equal(a, b string) bool { return a == b }

// met reports whether one of the values is what one of those is that are wanted, if any are.
func met(wanted, values []string, is func(value, wanted string) bool) bool {
	return len(wanted) == 0 || slices.ContainsFunc(values, func(v string) bool {
		return slices.ContainsFunc(wanted, func(w string) bool { return is(v, w) })
	})
}

// A Bundle is what browsers run of the scripts for one web app.
type Bundle struct {
	Code []byte
	ETag string // strong, with its quotes
}

// ReadBundle answers a bundle; [muster.ErrNoBundle] if there is none of that name.
func (c *Core) ReadBundle(ctx context.Context, name string) (Bundle, error) {
	return view(ctx, c, muster.ActionReadBundle, func(v *View) (b Bundle, err error) {
		if err := v.Require(muster.Resource{Noun: muster.NounScript}); err != nil {
			return b, err
		}
		ok := c.scripts.folder != nil
		if ok {
			b.Code, b.ETag, ok = c.scripts.folder.Bundle(name)
		}
		if !ok {
			return b, muster.ErrNoBundle
		}
		return b, nil
	})
}
