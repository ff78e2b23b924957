package obs

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is what a node counts, in a registry of its own. What is counted where it happens has an instrument; what others
// keep count of is read when somebody looks ([Metrics.Read]). No label holds anything that a client wrote.
type Metrics struct {
	registry *prometheus.Registry
	list     []Metric

	requests, verdicts, signIns, changes *prometheus.CounterVec
	seconds                              *prometheus.HistogramVec
	closures, commit                     prometheus.Histogram
}

// A Metric is one row of the documentation.
type Metric struct {
	Name, Type string
	Labels     []string
	Help       string
}

// NewMetrics makes the metrics of a node, those of the Go runtime and of the process among them.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.requests = m.counterVec("muster_requests_total", "Requests that were answered. A wire may spell a refusal as 2xx: see muster_refusals_total.", "wire", "route", "method", "status")
	m.seconds = m.histogramVec("muster_request_seconds", "Time from the first byte of a request to the last of its answer.", seconds(), "wire", "route", "method")
	m.verdicts = m.counterVec("muster_refusals_total", "What the core refused, by the kind of refusal. \"internal\" is a fault of ours and is in the log.", "wire", "kind")
	m.signIns = m.counterVec("muster_sign_ins_total", "Sign-ins: good, bad (wrong name, password or state), throttled (too often, or too many at once), or failed (a fault of ours).", "wire", "result")
	m.changes = m.counterVec("muster_changes_total", "Changes that were made, by action of the catalogue.", "action")
	m.closures = m.histogram("muster_writer_closures", "Changes that shared one transaction of the group writer; the count is that of transactions.", []float64{1, 2, 4, 8, 16, 32})
	m.commit = m.histogram("muster_writer_commit_seconds", "Time that COMMIT takes, until what was written is on the disk.", seconds())
	return m
}

// seconds are the bounds of histograms of time.
func seconds() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

// Handler serves the metrics in Prometheus' text form.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Request counts a request. A status of 0 is an aborted connection.
func (m *Metrics) Request(wire, route, method string, status int, took time.Duration) {
	class := "aborted"
	if status > 0 {
		class = fmt.Sprintf("%dxx", status/100)
	}
	m.requests.WithLabelValues(wire, route, method, class).Inc()
	m.seconds.WithLabelValues(wire, route, method).Observe(took.Seconds())
}

// Refusal counts something that the core refused.
func (m *Metrics) Refusal(wire, kind string) { m.verdicts.WithLabelValues(wire, kind).Inc() }

// SignIn counts a try at signing in.
func (m *Metrics) SignIn(wire, result string) { m.signIns.WithLabelValues(wire, result).Inc() }

// Change counts a change.
func (m *Metrics) Change(action string) { m.changes.WithLabelValues(action).Inc() }

// Commit counts a transaction of the group writer.
func (m *Metrics) Commit(closures int, took time.Duration) {
	m.closures.Observe(float64(closures))
	m.commit.Observe(took.Seconds())
}

// A Reading is one number that somebody else keeps.
type Reading struct {
	Name, Help string
	Total      bool   // it only grows; its name ends in _total
	Label      string // "" for none
	// Read answers the numbers by the value of the label ("" where there is none). It is called for each look, with little
	// time; a number that can't be had is left out.
	Read func(context.Context) map[string]float64
}

// Number is a Reading's Read for one number that can always be had.
func Number(read func() float64) func(context.Context) map[string]float64 {
	return func(context.Context) map[string]float64 { return map[string]float64{"": read()} }
}

// Read adds numbers that others keep.
func (m *Metrics) Read(readings ...Reading) {
	for _, r := range readings {
		c := &reader{Reading: r, kind: prometheus.GaugeValue}
		word := "gauge"
		if r.Total {
			c.kind, word = prometheus.CounterValue, "counter"
		}
		var labels []string
		if r.Label != "" {
			labels = []string{r.Label}
		}
		c.desc = prometheus.NewDesc(r.Name, r.Help, labels, nil)
		m.registry.MustRegister(c)
		m.list = append(m.list, Metric{r.Name, word, labels, r.Help})
	}
}

// readTime is how long a Reading may take.
const readTime = time.Second

type reader struct {
	Reading
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func (r *reader) Describe(to chan<- *prometheus.Desc) { to <- r.desc }

func (r *reader) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	for label, value := range r.Read(ctx) {
		var labels []string
		if r.Label != "" {
			labels = []string{label}
		}
		to <- prometheus.MustNewConstMetric(r.desc, r.kind, value, labels...)
	}
}

// List is the documentation of all metrics of ours, by name.
func (m *Metrics) List() []Metric {
	return slices.SortedFunc(slices.Values(m.list), func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
}

func (m *Metrics) counterVec(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.add(c, Metric{name, "counter", labels, help})
	return c
}

func (m *Metrics) histogramVec(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, labels)
	m.add(h, Metric{name, "histogram", labels, help})
	return h
}

func (m *Metrics) histogram(name, help string, bounds []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds})
	m.add(h, Metric{name, "histogram", nil, help})
	return h
}

func (m *Metrics) add(c prometheus.Collector, doc Metric) {
	m.registry.MustRegister(c)
	m.list = append(m.list, doc)
}
