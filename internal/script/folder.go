package script

import (
	"context"
	"log/slog"
	"os"
	"time"
)

// Config is what a Folder is opened with.
type Config struct {
	Dir string
	Now func() time.Time // nil means the machine's clock
	Log *slog.Logger     // nil means none
	// VMs run at once and Queue callers wait for one of them; 0 means 2 and 100.
	VMs, Queue int
}

// A Folder is a folder of scripts. Its methods may be called at the same time.
type Folder struct {
	root *os.Root
}

// Open opens a folder, which has to exist, and reads what is in it.
func Open(c Config) (*Folder, error) {
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root: root}, nil
}

// Close ends the use of the folder. Runs that are under way end by themselves.
func (f *Folder) Close() error { return f.root.Close() }

// Scripts lists all scripts: first server scripts, then client scripts, each by name.
func (f *Folder) Scripts() []Script { return nil }

// Script finds a script that has no errors by its name.
func (f *Folder) Script(name string) (Script, bool) { return Script{}, false }

// Watch looks at the folder once a second until the context ends, so that errors are logged, and changes found, when nobody
// asks. Nothing depends on it.
func (f *Folder) Watch(ctx context.Context) { <-ctx.Done() }

// Run runs a server script. Its errors are [ErrUnknown], [ErrBusy], *[Aborted], *[LimitError] and those of the context.
func (f *Folder) Run(ctx context.Context, c Call) (Result, error) { return Result{}, ErrUnknown }

// Bundle is all client scripts of a bundle that build, as one file for browsers, and a strong ETag of it (with its quotes).
// A web app asks for "{bundle}-client-scripts.js".
func (f *Folder) Bundle(bundle string) (code []byte, etag string, ok bool) { return nil, "", false }

// Stats are counts since the folder was opened, and what is so now.
type Stats struct {
	Runs, Aborted, Limited, Refused int64 // ended well or not; beyond a limit; not even begun
	Running, Waiting                int
}

// Stats counts.
func (f *Folder) Stats() Stats { return Stats{} }
