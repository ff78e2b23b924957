package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A Report is what Run found. Its JSON is for machines.
type Report struct {
	Engine      string   `json:"engine"`
	Processors  int      `json:"processors"`
	InMemory    bool     `json:"inMemory"` // the database was on no disk
	Users       int      `json:"users"`
	Connections int      `json:"connections"`
	Seconds     int      `json:"seconds"`
	Seed        Seed     `json:"seed"`
	Scenarios   []Result `json:"scenarios"`
}

// Seed is how fast the people were made: by core's verb, without HTTP.
type Seed struct {
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"perSecond"`
}

// A Result is one scenario.
type Result struct {
	Name        string  `json:"name"`
	Connections int     `json:"connections"`
	AnswerBytes int     `json:"answerBytes"` // of the body
	Muster      Side    `json:"muster"`
	Bare        Side    `json:"bare"`
	Ratio       float64 `json:"ratio"` // Muster's requests a second, divided by those of the bare handler
}

// A Side is what one server did in a scenario.
type Side struct {
	Requests  int64    `json:"requests"`
	PerSecond float64  `json:"perSecond"`
	P50       float64  `json:"p50Ms"` // of the time from sending to the whole answer, in milliseconds
	P99       float64  `json:"p99Ms"`
	CPU       *float64 `json:"cpuMsPer1000,omitempty"` // milliseconds of processor for 1,000 requests; nil where unknown
	Peak      *float64 `json:"peakMiB,omitempty"`      // most memory at once, in MiB; nil where unknown
}

// WriteJSON writes the report for machines.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteTable writes the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	engine := r.Engine
	if r.InMemory {
		engine += " in memory"
	}
	fmt.Fprintf(w, "Muster on %s, %d processors, %d people (seeded at %.0f a second), %d connections, %d s each\n\n",
		engine, r.Processors, r.Users, r.Seed.PerSecond, r.Connections, r.Seconds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	known := len(r.Scenarios) > 0 && r.Scenarios[0].Muster.CPU != nil
	fmt.Fprintln(t, row("scenario", "requests/s", "p50 ms", "p99 ms", onlyIf(known, "CPU ms/1,000", "peak MiB"), "bare/s", onlyIf(known, "bare CPU"), "ratio"))
	for _, s := range r.Scenarios {
		m, b := s.Muster, s.Bare
		fmt.Fprintln(t, row(s.Name, number(m.PerSecond), number(m.P50), number(m.P99), onlyIf(known, optional(m.CPU), optional(m.Peak)),
			number(b.PerSecond), onlyIf(known, optional(b.CPU)), fmt.Sprintf("%.2g", s.Ratio)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\nratio is requests/s divided by those of a bare handler that answers the same bytes: what to compare between runs.")
	return err
}

// row puts cells, and lists of cells, into a row.
func row(cells ...any) string {
	var b strings.Builder
	for _, c := range cells {
		switch c := c.(type) {
		case string:
			b.WriteString(c + "\t")
		case []string:
			for _, s := range c {
				b.WriteString(s + "\t")
			}
		}
	}
	return b.String()
}

// onlyIf leaves cells out where they are not known.
func onlyIf(known bool, cells ...string) []string {
	if !known {
		return nil
	}
	return cells
}

func optional(n *float64) string {
	if n == nil {
		return "?"
	}
	return number(*n)
}

// number has as many digits as mean something.
func number(n float64) string {
	switch {
	case n >= 100:
		return fmt.Sprintf("%.0f", n)
	case n >= 10:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.2f", n)
}
