package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

// Run measures, and returns what it found. If ctx ends it stops at once. Either way nothing is left behind but, where one
// was given, the database with the people in it. Errors are for the operator.
func Run(ctx context.Context, o Options) (r *Report, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := refuseUsed(ctx, o.DatabaseURL); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "muster-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder: %w (hint: TMPDIR names one with room)", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	ctx, cancel := context.WithTimeoutCause(ctx, o.longest(), errors.New("the run took too long and was given up (hint: fewer --users or --seconds)"))
	defer cancel()
	r, err = o.run(ctx, folder)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx) // the rest only followed from it
	}
	return r, err
}

func (o *Options) run(ctx context.Context, folder string) (*Report, error) {
	r := &Report{Engine: "SQLite", Processors: runtime.NumCPU(), Users: o.Users, Connections: o.Connections, Seconds: o.Seconds}
	if o.DatabaseURL != "" {
		r.Engine = "PostgreSQL"
	}
	if r.InMemory = o.DatabaseURL == "" && inMemory(folder); r.InMemory {
		o.Progress("%s is in memory: writes cost less there than on a disk (hint: TMPDIR names another folder)", folder)
	}
	h, err := seed(ctx, o, folder)
	if err != nil {
		return nil, err
	}
	r.Seed = Seed{Seconds: h.took.Seconds(), PerSecond: h.perSecond()}
	server, err := o.start(ctx, folder, "muster", nil, o.databaseVariable(), "serve", "--data", dataFolder(folder), "--listen", loopback)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	c, err := newClient(ctx, server.address, h, o.Connections)
	if err != nil {
		return nil, err
	}
	o.Progress("measuring %d scenarios, about %.0f s", scenarioCount, (2 * scenarioCount * (o.measured() + o.warmUp())).Seconds())
	for _, s := range c.scenarios() {
		result, err := o.compare(ctx, folder, server, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, server.because(err))
		}
		r.Scenarios = append(r.Scenarios, result)
	}
	return r, nil
}

// databaseVariable hands the database on by the environment: everybody on the machine can read arguments.
func (o *Options) databaseVariable() []string {
	if o.DatabaseURL == "" {
		return nil
	}
	return []string{"MUSTER_DATABASE_URL=" + o.DatabaseURL}
}

// compare drives Muster, then a bare handler that answers what Muster answered.
func (o *Options) compare(ctx context.Context, folder string, server *process, s scenario) (result Result, err error) {
	answer, err := ask(ctx, server.address, s.next(nil, o.Connections))
	if err != nil {
		return result, err
	}
	result = Result{Name: s.name, Connections: o.Connections, AnswerBytes: len(answer)}
	if s.most > 0 {
		result.Connections = min(o.Connections, s.most)
	}
	if result.Muster, err = o.measure(ctx, server, result.Connections, s.next); err != nil {
		return result, err
	}
	bare, err := o.start(ctx, folder, "bare", bytes.NewReader(answer), nil, "bench-bare")
	if err != nil {
		return result, err
	}
	defer bare.stop()
	if result.Bare, err = o.measure(ctx, bare, result.Connections, s.next); err != nil {
		return result, fmt.Errorf("the bare handler: %w", err)
	}
	result.Ratio = result.Muster.PerSecond / result.Bare.PerSecond
	o.Progress("%s: %.0f requests/s, bare %.0f", s.name, result.Muster.PerSecond, result.Bare.PerSecond)
	return result, nil
}

// measure drives one server, after it has warmed up.
func (o *Options) measure(ctx context.Context, p *process, connections int, next load) (Side, error) {
	if _, _, err := drive(ctx, p.address, connections, o.warmUp(), next); err != nil {
		return Side{}, err
	}
	pid := p.cmd.Process.Pid
	forgetPeak(pid)
	before, known := processorTime(pid)
	h, took, err := drive(ctx, p.address, connections, o.measured(), next)
	if err != nil {
		return Side{}, err
	}
	side := Side{
		Requests: h.count, PerSecond: float64(h.count) / took.Seconds(),
		P50: milliseconds(h.quantile(0.50)), P99: milliseconds(h.quantile(0.99)),
	}
	if after, ok := processorTime(pid); ok && known {
		side.CPU = new(milliseconds(after-before) / float64(h.count) * 1000)
	}
	if peak, ok := peakMemory(pid); ok {
		side.Peak = new(float64(peak) / (1 << 20))
	}
	return side, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
