package script

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// A HostFunc does something for a script. Its arguments are JSON, and so is what it answers (nil is undefined). An error
// becomes an exception that the script can catch and read: it should say no more than the script's author may know.
type HostFunc func(ctx context.Context, args []json.RawMessage) (json.RawMessage, error)

// A Call is one run of one script.
type Call struct {
	Script string
	Args   json.RawMessage // an object; see the package comment
	Host   map[string]HostFunc
	Limits Limits // a zero means the default
}

// Limits bound a run.
type Limits struct {
	Time      time.Duration // on the clock, host calls included; waiting for a place is not
	Memory    int           // bytes of the machine
	Stack     int           // bytes
	HostCalls int
	Output    int // bytes of what is returned, and of what all arguments of a host call are
	Log       int // bytes of all lines; more are dropped, and the last line says so
}

// BeforeLimits are those of a run that somebody waits for.
func BeforeLimits() Limits {
	l := DefaultLimits()
	l.Time = 2 * time.Second
	return l
}

// DefaultLimits are those of a run that nobody waits for.
func DefaultLimits() Limits {
	return Limits{Time: 30 * time.Second, Memory: 32 << 20, Stack: 512 << 10, HostCalls: 100, Output: 256 << 10, Log: 64 << 10}
}

// A Result is what a run brought. With an error, Log still holds what was written until then.
type Result struct {
	Value json.RawMessage // an object, within Limits.Output
	Log   []string        // "level message"
}

var (
	// ErrUnknown means that there is no such server script, or that it has errors.
	ErrUnknown = errors.New("script: no such script")
	// ErrBusy means that too many are waiting already.
	ErrBusy = errors.New("script: too many scripts are waiting")
)

// Aborted means that the script said no: it returned false or threw.
type Aborted struct {
	Message string // the script's own; "Aborted" if it gave none; at most 1,000 characters
	Stack   string // where, for the log; may be empty
}

func (a *Aborted) Error() string { return "script: aborted: " + a.Message }

// The names of what can be exceeded.
const (
	LimitTime      = "time"
	LimitMemory    = "memory"
	LimitStack     = "stack"
	LimitHostCalls = "host calls"
	LimitOutput    = "output"
)

// A LimitError means that a run exceeded one of its limits.
type LimitError struct{ Which string }

func (l *LimitError) Error() string { return "script: more " + l.Which + " than it may use" }
