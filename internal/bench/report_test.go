package bench

import (
	"strings"
	"testing"
)

// Where processor time and memory are not known, the table has no columns for them.
func TestTable(t *testing.T) {
	r := &Report{Engine: "SQLite", Processors: 2, Users: 10, Connections: 2, Seconds: 1, Scenarios: []Result{
		{Name: "token check", Muster: Side{PerSecond: 1000, P50: 0.5, P99: 12.34}, Bare: Side{PerSecond: 4000}, Ratio: 0.25},
	}}
	without := table(t, r)
	for _, want := range []string{"token check", "1000", "0.50", "12.3", "0.25"} {
		if !strings.Contains(without, want) {
			t.Errorf("%q is missing in\n%s", want, without)
		}
	}
	if strings.Contains(without, "CPU") || strings.Contains(without, "MiB") {
		t.Errorf("columns of what is not known:\n%s", without)
	}
	r.Scenarios[0].Muster.CPU, r.Scenarios[0].Muster.Peak = new(34.5), new(67.8)
	if with := table(t, r); !strings.Contains(with, "CPU ms/1,000") || !strings.Contains(with, "34.5") || !strings.Contains(with, "67.8") {
		t.Errorf("what is known is missing:\n%s", with)
	}
}

func table(t *testing.T, r *Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
