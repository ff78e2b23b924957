package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// grace is how long a caller waits for a machine that was told to stop.
const grace = 250 * time.Millisecond

// Run runs a server script in a new machine. Its errors are [ErrUnknown], [ErrBusy], *[Aborted], *[LimitError] and those of
// the context. At most Config.VMs run at once, not counting those that host functions of others run; a caller beyond that
// waits, as long as his context lets him, if not more than Config.Queue wait already.
func (f *Folder) Run(ctx context.Context, c Call) (Result, error) {
	e, err := f.runnable(c.Script)
	if err != nil {
		f.stats.refused.Add(1)
		return Result{}, err
	}
	leave, err := f.enter(ctx)
	if err != nil {
		f.stats.refused.Add(1)
		return Result{}, err
	}
	f.stats.runs.Add(1)
	r := &run{folder: f, call: c, entry: e, limits: c.Limits.orDefault(), leave: leave}
	result, err := r.watched(ctx)
	f.stats.count(err)
	return result, err
}

type insideKey struct{}

// enter takes a place in the gate. A run that a host function of another run has caused is in its place: if it waited for one
// of its own, two that wait for each other would wait until their time is up.
func (f *Folder) enter(ctx context.Context) (leave func(), err error) {
	if ctx.Value(insideKey{}) != nil {
		return func() {}, ctx.Err()
	}
	return f.gate.leave, f.gate.enter(ctx)
}

// orDefault fills in what is zero.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, x := range []struct{ have, or *int }{
		{&l.Memory, &d.Memory}, {&l.Stack, &d.Stack}, {&l.HostCalls, &d.HostCalls}, {&l.Output, &d.Output}, {&l.Log, &d.Log},
	} {
		if *x.have == 0 {
			*x.have = *x.or
		}
	}
	if l.Time == 0 {
		l.Time = d.Time
	}
	return l
}

// A run is one call of Run with a place in the gate.
type run struct {
	folder *Folder
	call   Call
	entry  *entry
	limits Limits
	leave  func() // gives the place back
	log    lines
	inHost atomic.Bool // a host function is at work, not the engine
}

type outcome struct {
	value json.RawMessage
	err   error
}

// watched runs the machine in a goroutine of its own, so that the caller is answered in time whatever the machine does. The
// place in the gate is given back when the machine has really ended.
func (r *run) watched(ctx context.Context) (Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.limits.Time, &LimitError{LimitTime})
	ended := make(chan outcome, 1)
	go func() {
		defer r.leave()
		defer cancel()
		ended <- r.recovered(ctx)
	}()
	select {
	case o := <-ended:
		return Result{Value: o.value, Log: r.log.all()}, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-ended:
		return Result{Value: o.value, Log: r.log.all()}, o.err
	case <-time.After(grace):
		go r.leftBehind(ended)
		return Result{Log: r.log.all()}, context.Cause(ctx)
	}
}

// leftBehind waits for a machine that does not stop. If it is the engine that goes on, the script is not run again as long
// as its file is what it is: each further run could take a processor for good.
func (r *run) leftBehind(ended <-chan outcome) {
	select {
	case <-ended:
		return
	case <-time.After(r.folder.patience):
	}
	if r.inHost.Load() {
		r.folder.log.Error("a host function does not end", "script", r.call.Script)
		return
	}
	r.folder.log.Error("a script can't be stopped; it is not run again before its file changes", "script", r.call.Script)
	r.entry.distrusted.Store(true)
}

// recovered turns a panic of the engine into an error of this run.
func (r *run) recovered(ctx context.Context) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			r.folder.log.Error("the script engine failed", "script", r.call.Script, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			o = outcome{err: errEngine}
		}
	}()
	value, err := r.do(ctx)
	return outcome{value, err}
}

// errEngine is what a caller learns of a fault of the engine itself.
var errEngine = errors.New("script: the engine failed")

func (r *run) do(ctx context.Context) (json.RawMessage, error) {
	code, err := r.folder.prelude.compiled()
	if err != nil {
		return nil, err
	}
	m, err := newMachine(ctx, code, r.limits, r.hosts(), &r.log)
	if err != nil {
		return nil, err
	}
	defer m.close()
	if _, err := m.part("began", float64(r.folder.now().UnixMilli())); err != nil {
		return nil, err
	}
	exported, err := m.eval(r.entry.code)
	if err != nil {
		return nil, err
	}
	defer exported.Free()
	args := string(r.call.Args)
	if args == "" {
		args = "{}"
	}
	if _, err := m.part("begin", exported, args, r.limits.Output); err != nil {
		return nil, err
	}
	if err := m.drain(); err != nil {
		return nil, err
	}
	ended, err := m.part("end")
	if err != nil {
		return nil, err
	}
	return verdict(ended, r.limits.Output)
}

// hosts are the host functions of the call; they note when they are at work.
func (r *run) hosts() map[string]HostFunc {
	noted := make(map[string]HostFunc, len(r.call.Host))
	for name, f := range r.call.Host {
		noted[name] = func(ctx context.Context, args []json.RawMessage) (json.RawMessage, error) {
			r.inHost.Store(true)
			defer r.inHost.Store(false)
			return f(context.WithValue(ctx, insideKey{}, true), args)
		}
	}
	return noted
}

// verdict reads what run.js says about the end.
func verdict(ended any, outputLimit int) (json.RawMessage, error) {
	text, _ := ended.(string)
	var says [3]string
	if err := json.Unmarshal([]byte(text), &says); err != nil {
		return nil, &LimitError{LimitMemory} // it could not even say that
	}
	how, value, stack := says[0], says[1], says[2]
	switch {
	case how == "done" && len(value) > outputLimit, how == "output":
		return nil, &LimitError{LimitOutput}
	case how == "done" && value != "" && value[0] == '{' && json.Valid([]byte(value)):
		return json.RawMessage(value), nil
	case how == "done": // a toJSON made it something else
		return nil, &Aborted{Message: "the script returned what is no object"}
	case how == LimitTime, how == LimitMemory, how == LimitStack:
		return nil, &LimitError{how}
	case how == "pending":
		return nil, &Aborted{Message: "the script waits for what never comes"}
	case value == "":
		value = "Aborted"
	}
	return nil, &Aborted{Message: oneLine(value), Stack: stack}
}
