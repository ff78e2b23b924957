package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"muster"
	"muster/internal/script"
)

// Scripts is the folder of the operator's scripts, with who runs them. All of it may be asked at the same time.
type Scripts interface {
	// Scripts lists all, with those that can't run: first those of the server, then those of browsers.
	Scripts() []script.Script
	// Bundle is what browsers get, with its ETag.
	Bundle(name string) (code []byte, etag string, ok bool)
	// Due lists what is due after one instant and not after another.
	Due(after, until time.Time) []script.Due
	// Run runs a script of the server. What the script changes of the occasion's objects is changed there; what it does
	// besides are verbs of c, asked in ctx. Its errors are those of [script.Folder.Run].
	Run(ctx context.Context, c *Core, r ScriptRun) error
}

// A ScriptRun is one run of one script.
type ScriptRun struct {
	*Occasion
	Script  string
	Waits   bool      // somebody waits for it
	Invoker *SeenUser // whose doing it is; nil for nobody's
	Actor   *SeenUser // as whom it runs; nil for nobody, who may do nothing
}

// The bounds of scripts (security.md, 3.7 and 3.3).
const (
	maxScriptDepth = 3 // of changes by scripts that are run by changes of scripts
	scriptTries    = 3 // of a change whose object is changed by others while scripts look at it
	runsAtOnce     = 2 // by hand, of one user
)

// scripting is how scripts fare. Without a folder there are none.
type scripting struct {
	folder Scripts
	turns  turns // of those who run scripts by hand

	good, aborted, failed, busy, tooDeep atomic.Int64

	mu       sync.Mutex
	failures map[string]failure // of the last runs of scripts, by name; of this node
}

// failure is why the last run of a script failed. What its file has become since then is not to blame.
type failure struct {
	why  string
	file time.Time // its script's UpdatedAt
}

func newScripting(folder Scripts) *scripting {
	return &scripting{folder: folder, turns: newTurns(runsAtOnce), failures: map[string]failure{}}
}

// counts counts runs, by how they ended.
func (s *scripting) counts() map[string]int64 {
	return map[string]int64{
		"good": s.good.Load(), "aborted": s.aborted.Load(), "failed": s.failed.Load(), "busy": s.busy.Load(), "too-deep": s.tooDeep.Load(),
	}
}

// all lists the scripts; nil without a folder.
func (s *scripting) all() []script.Script {
	if s.folder == nil {
		return nil
	}
	return s.folder.Scripts()
}

// listening are the scripts of the server that can run and want to hear of the occasion.
func listening(scripts []script.Script, o *Occasion) (list []*script.Script) {
	for i := range scripts {
		if s := &scripts[i]; runnable(s) && slices.ContainsFunc(s.Triggers, o.triggers) {
			list = append(list, s)
		}
	}
	return list
}

func runnable(s *script.Script) bool { return len(s.Errors) == 0 && !s.Client() }

// anyBefore reports whether any script has a say in any change at all.
func anyBefore(scripts []script.Script) bool {
	return slices.ContainsFunc(scripts, func(s script.Script) bool {
		return runnable(&s) && slices.ContainsFunc(s.Triggers, func(t script.Trigger) bool {
			return slices.ContainsFunc(t.EventTypes, func(e string) bool { return strings.HasPrefix(e, beforeEvent) })
		})
	})
}

type depthKey struct{}

// depthOf is how many scripts stand behind what is asked in ctx, each run because of the one before.
func depthOf(ctx context.Context) int {
	n, _ := ctx.Value(depthKey{}).(int)
	return n
}

// errTooDeep is the failure of a script that scripts have run because of scripts.
var errTooDeep = fmt.Errorf("scripts run each other more than %d deep", maxScriptDepth)

// runScript runs a script because of what is asked in ctx. It answers [muster.ErrAborted] with the script's words,
// [muster.ErrBusy], [muster.ErrScriptFailed] (the cause is logged) or an error of ctx.
func (c *Core) runScript(ctx context.Context, s *script.Script, o *Occasion, waits bool) error {
	err := c.tryScript(ctx, s, o, waits)
	var no *script.Aborted
	switch {
	case err == nil:
		c.scripts.good.Add(1)
		c.scripts.ended(s)
	case ctx.Err() != nil:
		return ctx.Err() // who asked has left: whatever the script says of it, nobody hears
	case errors.As(err, &no):
		c.scripts.aborted.Add(1)
		c.scripts.ended(s)
		// Not what it says: that is for who asked, and is in the audit trail.
		c.log.InfoContext(ctx, "a script said no", "script", s.Name, "event", o.Event, "at", no.Stack)
		return muster.Aborted(saying(no.Message))
	case errors.Is(err, script.ErrBusy):
		c.scripts.busy.Add(1)
		return muster.ErrBusy
	default:
		c.scripts.failed.Add(1)
		c.scripts.failedBy(s, err)
		c.log.ErrorContext(ctx, "a script failed", "script", s.Name, "event", o.Event, "resource", o.On, "error", err)
		return muster.ErrScriptFailed
	}
	return nil
}

// saying makes words of a script fit to be told: one line without control characters.
func saying(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if !muster.ValidText(text, muster.MaxText) {
		return ""
	}
	return text
}

// ended notes that a run of a script came to its end, whatever it said.
func (s *scripting) ended(of *script.Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failures, of.Name)
}

func (s *scripting) failedBy(of *script.Script, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[of.Name] = failure{why: "the last run failed: " + err.Error(), file: of.UpdatedAt}
}

// failure is why the last run of a script failed on this node; "" if it did not, or if its file was changed since then.
func (s *scripting) failure(of *script.Script) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.failures[of.Name]; f.file.Equal(of.UpdatedAt) {
		return f.why
	}
	return ""
}

func (c *Core) tryScript(ctx context.Context, s *script.Script, o *Occasion, waits bool) error {
	depth := depthOf(ctx) + 1
	if depth > maxScriptDepth {
		c.scripts.tooDeep.Add(1)
		return errTooDeep
	}
	actor := muster.ActorFrom(ctx)
	if o.as != 0 {
		actor.Realm, actor.User, actor.Session, actor.Key, actor.Behind = muster.MainRealm, o.as, 0, 0, 0
	}
	invoker, err := c.invoker(ctx, actor)
	if err != nil {
		return err
	}
	run := ScriptRun{Script: s.Name, Waits: waits, Invoker: invoker}
	if actor, run.Actor, err = c.scriptActor(ctx, s, actor, invoker); err != nil {
		return err
	}
	ctx = context.WithValue(muster.WithActor(ctx, actor), depthKey{}, depth)
	ctx = context.WithValue(ctx, demandKey{}, "") // that was about who asked, not about the script
	v, err := c.callerView(ctx)
	if err != nil {
		return err
	}
	if invoker != nil {
		seen := v.seen(invoker.User)
		run.Invoker = &seen
	}
	given := o.seenBy(v)
	run.Occasion = o.seenBy(v)
	if err := c.scripts.folder.Run(ctx, c, run); err != nil {
		return err
	}
	if o.take != nil || o.Event == onManual { // else it can only say no
		o.takeFrom(given, run.Occasion)
	}
	return nil
}
