package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"

	"modernc.org/quickjs"
)

// A machine is one virtual machine for one run. Only the goroutine that made it uses it, but for interrupts and the log.
type machine struct {
	ctx    context.Context
	cancel context.CancelCauseFunc // ends the run with a reason
	vm     *quickjs.VM
	limits Limits
	host   map[string]HostFunc
	parts  map[string]quickjs.Value // of the prelude
	calls  int
	log    *lines

	unwatch func() bool
	closing sync.Mutex // held while the engine is taken down or choked
	closed  bool
}

// newMachine makes a machine with the prelude in it. The context has to have a deadline.
func newMachine(ctx context.Context, code []byte, l Limits, host map[string]HostFunc, log *lines) (*machine, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	m := &machine{ctx: ctx, cancel: cancel, vm: vm, limits: l, host: host, parts: map[string]quickjs.Value{}, log: log}
	vm.SetMemoryLimit(uintptr(l.Memory))
	vm.SetMaxStackSize(stackSlots(l.Stack))
	m.unwatch = context.AfterFunc(ctx, m.stop)
	if err := m.load(code); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

func (m *machine) load(code []byte) error {
	if err := errors.Join(m.vm.RegisterHostFunc("hostCall", m.call), m.vm.RegisterHostFunc("hostLog", m.write)); err != nil {
		return err
	}
	made, err := m.eval(code)
	if err != nil {
		return err
	}
	defer made.Free()
	for _, name := range []string{"describe", "noBrowser", "began", "begin", "end"} {
		atom, err := m.vm.NewAtom(name)
		if err != nil {
			return err
		}
		if m.parts[name], err = made.GetPropertyValue(atom); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) close() {
	m.unwatch()
	m.cancel(nil)
	m.closing.Lock()
	defer m.closing.Unlock()
	m.closed = true
	for _, v := range m.parts {
		v.Free()
	}
	_ = m.vm.Close()
}

// chokeAfter is how long a machine has to stop before it is choked.
const chokeAfter = 100 * time.Millisecond

// stop tells the engine to stop, from another goroutine.
func (m *machine) stop() {
	m.vm.Interrupt()
	time.AfterFunc(chokeAfter, func() { m.choke(1) })
}

// choke forbids all further calls of functions. There are scripts that interrupts alone don't stop: the engine takes one
// for the failure of a promise, or of the end of an iterator, and goes on where that began, and a loop around it may never
// be asked itself. Without calls, nothing but that loop is left to be asked. It writes a word that the engine reads, without
// a lock that the engine would know; that is why it comes last.
//
// The engine asks at every ten thousandth step. If the steps of a choked loop divide that, it is always the same one that is
// asked, and that may be one that takes the interrupt for a failure. So the choke is loosened for a moment, each time to
// twice the depth: then the loop has other steps, and is choked again at another one.
func (m *machine) choke(loosened uintptr) {
	m.squeeze(1, chokeAfter, func() {
		if loosened *= 2; loosened > stackSlots(m.limits.Stack) {
			loosened = 2
		}
		m.squeeze(loosened, chokeAfter/10, func() { m.choke(loosened) })
	})
}

// squeeze bounds how many calls may be within each other, and does then what comes next, if the engine still works.
func (m *machine) squeeze(slots uintptr, forTime time.Duration, next func()) {
	m.closing.Lock()
	defer m.closing.Unlock()
	if !m.closed {
		m.vm.SetMaxStackSize(slots)
		time.AfterFunc(forTime, next)
	}
}

// enter prepares a call into the engine, which may last as long as the run still may. The engine's own clock is behind ours: if
// it stopped a call a moment before the context ends, nobody could tell the call from one that came to nothing.
func (m *machine) enter() error {
	if m.ctx.Err() != nil {
		return context.Cause(m.ctx)
	}
	deadline, _ := m.ctx.Deadline()
	return m.vm.SetEvalTimeout(max(time.Until(deadline), 0) + chokeAfter)
}

// eval runs compiled code and gives its value, which the caller frees.
func (m *machine) eval(code []byte) (quickjs.Value, error) {
	if err := m.enter(); err != nil {
		return quickjs.Value{}, err
	}
	v, err := m.vm.EvalBytecodeValue(code)
	return v, m.explain(err)
}

// part calls a function of the prelude.
func (m *machine) part(name string, args ...any) (any, error) {
	if err := m.enter(); err != nil {
		return nil, err
	}
	v, err := m.parts[name].Call(quickjs.UndefinedValue, args...)
	return v, m.explain(err)
}

// drain lets the engine do all that waits: continuations of promises.
func (m *machine) drain() error {
	for {
		if err := m.enter(); err != nil {
			return err
		}
		n, err := m.vm.ExecutePendingJobs()
		if m.ctx.Err() != nil {
			return context.Cause(m.ctx)
		}
		if err = m.explain(err); isLimit(err) {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

// explain turns an error of the engine into one of ours.
func (m *machine) explain(err error) error {
	if err == nil {
		return nil
	}
	if m.ctx.Err() != nil {
		return context.Cause(m.ctx)
	}
	var e *quickjs.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Name == "InternalError" && e.Message == "interrupted":
		return &LimitError{LimitTime}
	case e.Name == "InternalError" && strings.HasPrefix(e.Message, "out of memory"), e.Error() == "null":
		return &LimitError{LimitMemory} // with no memory left for an error, the engine throws null
	case e.Message == "stack overflow":
		return &LimitError{LimitStack}
	}
	return &Aborted{Message: shorten(e.Error(), 1000), Stack: shorten(e.Stack, 4096)}
}

func isLimit(err error) bool {
	var l *LimitError
	return errors.As(err, &l)
}

// maxAnswer bounds what a host function may give to a script, in bytes; tame.js lets no longer text be parsed.
const maxAnswer = 1 << 20

// call is what library.js calls hostCall.
func (m *machine) call(args []any) (any, error) {
	name, given, err := hostArgs(args)
	switch {
	case err != nil:
		return nil, err
	case m.ctx.Err() != nil:
		return "E" + "the run is over", nil
	case len(given) > m.limits.Output:
		return "E" + "more than a host call may be given", nil
	}
	if m.calls++; m.calls > m.limits.HostCalls {
		m.cancel(&LimitError{LimitHostCalls})
		m.vm.Interrupt()
		return "E" + "too many host calls", nil
	}
	f := m.host[name]
	if f == nil {
		return "E" + name + " is not offered here", nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(given), &list); err != nil {
		return nil, err
	}
	answer, err := guarded(m.ctx, f, list)
	switch {
	case err != nil:
		return "E" + err.Error(), nil
	case answer == nil:
		return "U", nil
	case len(answer) > maxAnswer:
		return "E" + "the answer is too long", nil
	}
	return "V" + string(answer), nil
}

// guarded keeps the panic of a host function from the engine.
func guarded(ctx context.Context, f HostFunc, args []json.RawMessage) (answer json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			answer, err = nil, fmt.Errorf("internal error")
		}
	}()
	return f(ctx, args)
}

func hostArgs(args []any) (name, given string, err error) {
	if len(args) == 2 {
		name, isName := args[0].(string)
		given, isText := args[1].(string)
		if isName && isText {
			return name, given, nil
		}
	}
	return "", "", errors.New("not a host call")
}

// write is what console.js calls hostLog.
func (m *machine) write(args []any) (any, error) {
	level, text, err := hostArgs(args)
	if err != nil {
		return nil, err
	}
	m.log.add(level+" "+text, m.limits.Log)
	return nil, nil
}

// lines are what a script wrote. They may be read while it still writes.
type lines struct {
	mu   sync.Mutex
	size int
	full bool
	list []string
}

func (l *lines) add(text string, limit int) {
	text = oneLine(text)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full {
		return
	}
	if l.size += len(text) + 1; l.size > limit {
		l.full = true
		text = "warn the log is full: what the script wrote after this is lost"
	}
	l.list = append(l.list, text)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.list...)
}

// oneLine takes out of a text what could look like another line, or like none.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// shorten cuts a text to so many bytes, between characters.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}
