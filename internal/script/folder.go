package script

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a Folder is opened with.
type Config struct {
	Dir string
	Now func() time.Time // nil means the machine's clock; it is also what Date says in scripts
	Log *slog.Logger     // nil means none
	// VMs run at once and Queue callers wait for one of them; 0 means 2 and 100.
	VMs, Queue int
}

// A Folder is a folder of scripts. Its methods may be called at the same time.
type Folder struct {
	root    *os.Root
	now     func() time.Time
	log     *slog.Logger
	gate    *gate
	stats   counters
	prelude prelude
	seen    atomic.Pointer[view]
	// patience is how long a machine that was told to stop may go on before its script is not trusted any more.
	patience time.Duration

	looking  sync.Mutex // held while the folder is looked at
	looked   time.Time
	watchers atomic.Int32 // calls of Watch
}

// A view is what was in the folder at one time. It does not change.
type view struct {
	files   listing
	entries []*entry
	byName  map[string]*entry // those without errors
	bundles map[string]*bundle
}

// An entry is a script and what was built of it.
type entry struct {
	source
	Script
	used       map[string]stamp // the files that it was built of
	code       []byte           // compiled, of a server script
	distrusted atomic.Bool      // a run of it could not be stopped
}

// Open opens a folder, which has to exist, and reads what is in it.
func Open(c Config) (*Folder, error) {
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{
		root: root, now: c.Now, log: c.Log, patience: 10 * time.Second,
		gate: newGate(orDefault(c.VMs, 2), orDefault(c.Queue, 100)),
	}
	if f.now == nil {
		f.now = time.Now
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	f.seen.Store(&view{})
	if _, err := f.prelude.compiled(); err != nil {
		root.Close()
		return nil, err
	}
	if err := f.look(); err != nil {
		root.Close()
		return nil, err
	}
	return f, nil
}

func orDefault(n, standard int) int {
	if n <= 0 {
		return standard
	}
	return n
}

// Close ends the use of the folder. Runs that are under way end by themselves.
func (f *Folder) Close() error { return f.root.Close() }

// Scripts lists all scripts: first server scripts, then client scripts, each by name. What is in the list is the caller's
// own, but for the slices in it.
func (f *Folder) Scripts() []Script {
	v := f.current()
	list := make([]Script, len(v.entries))
	for i, e := range v.entries {
		list[i] = e.shown()
	}
	return list
}

// Script finds a script that has no errors by its name.
func (f *Folder) Script(name string) (Script, bool) {
	e := f.current().byName[name]
	if e == nil || e.distrusted.Load() {
		return Script{}, false
	}
	return e.Script, true
}

func (e *entry) shown() Script {
	s := e.Script
	if e.distrusted.Load() {
		s.Errors = append(slices.Clone(s.Errors), "a run of it could not be stopped")
	}
	return s
}

// runnable finds a server script that may be run.
func (f *Folder) runnable(name string) (*entry, error) {
	e := f.current().byName[name]
	if e == nil || e.code == nil || e.distrusted.Load() {
		return nil, ErrUnknown
	}
	return e, nil
}

// Watch looks at the folder once a second until the context ends. While it does, nobody else has to: without it, who asks
// for a script looks first, and waits until what changed is built.
func (f *Folder) Watch(ctx context.Context) {
	f.watchers.Add(1)
	defer f.watchers.Add(-1)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.looking.Lock()
			f.lookAndTell()
			f.looking.Unlock()
		}
	}
}

// current is what is in the folder, as it was a second ago at the latest, but for what is being built. While somebody else
// is looking, it is what was there before.
func (f *Folder) current() *view {
	if f.watchers.Load() == 0 && f.looking.TryLock() {
		defer f.looking.Unlock()
		if since := f.now().Sub(f.looked); since >= time.Second || since < 0 {
			f.lookAndTell()
		}
	}
	return f.seen.Load()
}

func (f *Folder) lookAndTell() {
	if err := f.look(); err != nil {
		f.log.Error("the folder of scripts can't be read; what was there before stays", "error", err)
	}
}

// look reads the folder and builds what is new.
func (f *Folder) look() error {
	f.looked = f.now()
	files, err := scan(f.root)
	if err != nil {
		return err
	}
	old := f.seen.Load()
	if maps.Equal(files, old.files) {
		return nil
	}
	f.seen.Store(f.build(files, old))
	return nil
}

func (f *Folder) build(files listing, old *view) *view {
	had := map[string]*entry{}
	for _, e := range old.entries {
		had[e.file] = e
	}
	sameNames := sameKeys(files, old.files)
	v := &view{files: files, byName: map[string]*entry{}, bundles: map[string]*bundle{}}
	taken := map[string]string{}
	for _, s := range files.sources() {
		e := had[s.file]
		if first, ok := taken[s.name]; ok {
			e = &entry{source: s, Script: s.script(files[s.file])}
			e.Errors = []string{"the extension " + first + " has a script of this name"}
		} else if e == nil || !sameNames || !e.fresh(files) {
			e = f.make(s, files)
		}
		taken[s.name] = s.extension
		v.entries = append(v.entries, e)
		if len(e.Errors) == 0 {
			v.byName[s.name] = e
		}
		if e.bundle != "" && v.bundles[e.bundle] == nil {
			v.bundles[e.bundle] = &bundle{name: e.bundle}
		}
	}
	return v
}

// sameKeys reports whether two listings have the same files, maybe changed ones. An import can mean another file as soon as
// there is a new one.
func sameKeys(a, b listing) bool {
	if len(a) != len(b) {
		return false
	}
	for name := range a {
		if _, ok := b[name]; !ok {
			return false
		}
	}
	return true
}

// fresh reports whether an entry was built of what the files still are.
func (e *entry) fresh(files listing) bool {
	if len(e.Errors) > 0 && e.used == nil {
		return false
	}
	for name, s := range e.used {
		if files[name] != s {
			return false
		}
	}
	return true
}

// script is what is known of a script before its file is read.
func (s *source) script(at stamp) Script {
	made := Script{Name: s.name, Extension: s.extension, UpdatedAt: at.modified, Bundle: s.bundle}
	if s.bundle != "" {
		made.Type = clientScripts
	}
	return made
}

// make builds a script. What goes wrong becomes its error.
func (f *Folder) make(s source, files listing) *entry {
	e := &entry{source: s, Script: s.script(files[s.file])}
	b := &builder{root: f.root, files: files}
	err := f.fill(e, b)
	e.used = b.used
	if e.used == nil {
		e.used = map[string]stamp{}
	}
	e.used[s.file] = files[s.file]
	if err != nil {
		e.code = nil
		e.Errors = []string{shorten(oneLine(err.Error()), 1000)}
		f.log.Warn("a script has an error", "script", s.name, "extension", s.extension, "error", e.Errors[0])
	}
	return e
}

// fill builds a script and asks it what it is.
func (f *Folder) fill(e *entry, b *builder) error {
	if e.bundle != "" {
		return f.fillClient(e, b)
	}
	program, err := b.server(e.file)
	if err != nil {
		return err
	}
	if e.code, err = f.compiled(program); err != nil {
		return err
	}
	return f.ask(e, e.code)
}

// fillClient asks a client script what it is, without what it imports, and sees whether it builds with that.
func (f *Folder) fillClient(e *entry, b *builder) error {
	alone := &builder{root: f.root, files: b.files, alone: true}
	program, err := alone.server(e.file)
	if err != nil {
		return err
	}
	code, err := f.compiled(program)
	if err != nil {
		return err
	}
	if err := f.ask(e, code); err != nil {
		return err
	}
	_, err = b.browser(importing(e.file))
	return err
}
