package perm

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func table(rules ...Rule) *Table { return NewTable(rules) }

func on(id int64, a Access) Rule { return Rule{Noun: "user", ID: id, Operation: "read", Access: a} }

func TestCheckTakesTheFirstStepThatSaysSomething(t *testing.T) {
	tests := map[string]struct {
		rights   Rights
		fallback bool
		want     bool
	}{
		"no rules, fallback deny":             {},
		"no rules, fallback allow":            {fallback: true, want: true},
		"empty table":                         {rights: Rights{Own: []*Table{table()}, Everyone: table()}, fallback: true, want: true},
		"nil table among own":                 {rights: Rights{Own: []*Table{nil, table(on(7, Allow))}}, want: true},
		"object allow beats noun deny":        {rights: Rights{Own: []*Table{table(on(7, Allow)), table(on(0, Deny))}}, want: true},
		"object deny beats noun allow":        {rights: Rights{Own: []*Table{table(on(7, Deny), on(0, Allow))}}},
		"deny beats allow on the object":      {rights: Rights{Own: []*Table{table(on(7, Deny)), table(on(7, Allow))}}},
		"deny beats allow, other order":       {rights: Rights{Own: []*Table{table(on(7, Allow)), table(on(7, Deny))}}},
		"deny beats allow in one table":       {rights: Rights{Own: []*Table{table(on(7, Deny), on(7, Allow))}}},
		"deny beats allow on the noun":        {rights: Rights{Own: []*Table{table(on(0, Allow)), table(on(0, Deny))}}},
		"own noun allow beats everyone's":     {rights: Rights{Own: []*Table{table(on(0, Allow))}, Everyone: table(on(7, Deny))}, want: true},
		"own noun deny beats everyone's":      {rights: Rights{Own: []*Table{table(on(0, Deny))}, Everyone: table(on(7, Allow))}},
		"everyone's object beats its noun":    {rights: Rights{Everyone: table(on(7, Allow), on(0, Deny))}, want: true},
		"everyone's noun beats the fallback":  {rights: Rights{Everyone: table(on(0, Deny))}, fallback: true},
		"inherit on the object says nothing":  {rights: Rights{Own: []*Table{table(on(7, Inherit), on(0, Allow))}}, want: true},
		"unknown access says nothing":         {rights: Rights{Own: []*Table{table(on(7, 9), on(7, -1), on(0, Allow))}}, want: true},
		"rules on other objects don't matter": {rights: Rights{Own: []*Table{table(on(8, Allow), on(-7, Allow))}}},
		"rules on other operations don't matter": {rights: Rights{Own: []*Table{
			table(Rule{"user", 7, "update", Allow}, Rule{"group", 7, "read", Allow}, Rule{"userread", 7, "", Allow}),
		}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.rights.Check("user", 7, "read", tt.fallback); got != tt.want {
				t.Errorf("Check = %v, want %v", got, tt.want)
			}
			if got := tt.rights.Filter("user", "read", tt.fallback).Has(7); got != tt.want {
				t.Errorf("Filter.Has = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCheckOfTheHouseAsAWhole(t *testing.T) {
	house := func(a Access) *Table { return table(Rule{"realm", 0, "grant", a}) }
	if !(Rights{Own: []*Table{house(Allow)}, Everyone: house(Deny)}).Check("realm", 0, "grant", false) {
		t.Error("an own allow doesn't beat everyone's deny")
	}
	if (Rights{Own: []*Table{house(Allow), house(Deny)}}).Check("realm", 0, "grant", true) {
		t.Error("an own deny doesn't beat an own allow")
	}
}

func TestFilterNamesOnlyRealExceptions(t *testing.T) {
	r := Rights{
		Own:      []*Table{table(on(9, Deny), on(3, Allow)), table(on(9, Allow), on(5, Deny), on(4, Inherit))},
		Everyone: table(on(0, Allow), on(2, Deny), on(1, Allow), on(3, Deny)),
	}
	want := Filter{Allow: true, Except: []int64{2, 5, 9}}
	if diff := cmp.Diff(want, r.Filter("user", "read", false)); diff != "" {
		t.Error(diff)
	}
	if got := (Rights{}).Filter("user", "read", true); !got.Allow || got.Except != nil {
		t.Errorf("filter without rules = %+v", got)
	}
}

// The naive model spells the contract out, step by step, on plain lists of rules.
type model struct {
	own      [][]Rule
	everyone []Rule
}

func (m model) check(noun string, id int64, operation string, fallback bool) bool {
	own := slices.Concat(m.own...)
	for _, step := range []struct {
		rules []Rule
		id    int64
	}{{own, id}, {own, 0}, {m.everyone, id}, {m.everyone, 0}} {
		says := func(a Access) bool { return slices.Contains(step.rules, Rule{noun, step.id, operation, a}) }
		if says(Deny) {
			return false
		}
		if says(Allow) {
			return true
		}
	}
	return fallback
}

func (m model) rights() Rights {
	r := Rights{Everyone: NewTable(m.everyone)}
	for _, rules := range m.own {
		r.Own = append(r.Own, NewTable(rules))
	}
	return r
}

func drawModel(t *rapid.T) model {
	// A small world, so that rules meet.
	rule := rapid.Custom(func(t *rapid.T) Rule {
		return Rule{
			Noun:      rapid.SampledFrom([]string{"user", "group"}).Draw(t, "noun"),
			ID:        rapid.Int64Range(0, 4).Draw(t, "id"),
			Operation: rapid.SampledFrom([]string{"read", "update"}).Draw(t, "operation"),
			Access:    rapid.SampledFrom([]Access{Inherit, Allow, Deny}).Draw(t, "access"),
		}
	})
	return model{
		own:      rapid.SliceOfN(rapid.SliceOfN(rule, 0, 6), 0, 4).Draw(t, "own"),
		everyone: rapid.SliceOfN(rule, 0, 6).Draw(t, "everyone"),
	}
}

func TestCheckAndFilterAgreeWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		r := m.rights()
		fallback := rapid.Bool().Draw(t, "fallback")
		for _, noun := range []string{"user", "group", "other"} {
			f := r.Filter(noun, "read", fallback)
			if !slices.IsSorted(f.Except) || len(slices.Compact(slices.Clone(f.Except))) != len(f.Except) {
				t.Fatalf("Except is not sorted and unique: %v", f.Except)
			}
			for id := int64(0); id <= 5; id++ {
				want := m.check(noun, id, "read", fallback)
				if got := r.Check(noun, id, "read", fallback); got != want {
					t.Errorf("Check(%s, %d) = %v, want %v", noun, id, got, want)
				}
				if got := f.Has(id); got != want {
					t.Errorf("Filter(%s).Has(%d) = %v, want %v", noun, id, got, want)
				}
			}
		}
	})
}

// busy are the rights of somebody in ten groups, each with a thousand rules on objects.
func busy() Rights {
	r := Rights{Everyone: table(on(0, Allow))}
	for g := range int64(10) {
		var rules []Rule
		for id := range int64(1000) {
			rules = append(rules, on(1+g*500+id, Access(1+id%2)))
		}
		r.Own = append(r.Own, NewTable(rules))
	}
	return r
}

func TestCheckAllocatesNothing(t *testing.T) {
	r := busy()
	if n := testing.AllocsPerRun(100, func() { r.Check("user", 4711, "read", false) }); n != 0 {
		t.Errorf("Check allocates %v times", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	few, many := Rights{Own: busy().Own[:2], Everyone: table(on(0, Allow))}, busy()
	b.Run("2 groups", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			few.Check("user", 700, "read", false)
		}
	})
	b.Run("10 groups", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			many.Check("user", 700, "read", false)
		}
	})
}

func BenchmarkFilter(b *testing.B) {
	r := busy()
	b.ReportAllocs()
	for b.Loop() {
		r.Filter("user", "read", false)
	}
}
