package test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"muster/internal/mustertest"
	"muster/internal/store/storetest"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite what the stories compare with")

func TestStories(t *testing.T) {
	bin := build(t)
	refuseStop(t)
	storetest.Each(t, func(t *testing.T, engine string) {
		testscript.Run(t, testscript.Params{
			Dir:           "script",
			UpdateScripts: *update,
			Setup:         func(env *testscript.Env) error { return setup(env, engine, bin) },
			Condition:     condition(engine),
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"serve":    serve,
				"shutdown": shutdown,
				"http":     request,
				"status":   status,
				"capture":  capture,
				"expect":   expect,
				"until":    until,
				"hides":    hides,
				"mail":     mail,
				"sql":      query,
				"link":     openLink,
				"event":    nextEvent,
				"hangup":   hangUp,
			},
		})
	})
}

// A story is what the commands of one script share.
type story struct {
	bin    string   // the binary
	work   string   // $WORK
	env    []string // the story's at its beginning
	server *server  // the one that runs, or nil
	served bool     // there was one
	answer []byte   // body of the last answer
	links  map[string]*liveLink

	t    testing.TB
	smtp *mustertest.SMTPServer // at $SMTP_URL
	read map[string]bool        // mails that the story has asked for, by their message id
}

type storyKey struct{}

func of(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

func setup(env *testscript.Env, engine, bin string) error {
	database := ""
	if engine == storetest.PostgreSQL {
		database = storetest.Postgres(env.T().(testing.TB))
	}
	env.Setenv("DATABASE_URL", database)
	env.Setenv("PATH", filepath.Dir(bin)+string(os.PathListSeparator)+env.Getenv("PATH"))
	examples, err := filepath.Abs(filepath.Join("..", "examples"))
	if err != nil {
		return err
	}
	env.Setenv("EXAMPLES", examples)
	s := &story{bin: bin, work: env.WorkDir}
	s.startSMTP(env)
	s.env = env.Vars
	env.Values[storyKey{}] = s
	return nil
}

func condition(engine string) func(string) (bool, error) {
	return func(name string) (bool, error) {
		if name != storetest.SQLite && name != storetest.PostgreSQL {
			return false, fmt.Errorf("unknown condition %q", name)
		}
		return name == engine, nil
	}
}

// readSources reads the directories of the module. The go command keeps the result of a test until what the test itself
// has read changes, and doesn't see what the build reads: without this, stories would pass unrun on a changed binary.
func readSources(t testing.TB) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != ".." && (entry.Name()[0] == '.' || entry.Name() == "bin") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// refuseStop fails where a story uses testscript's stop: somebody meant shutdown, and the rest of his story would pass
// without being run.
func refuseStop(t *testing.T) {
	t.Helper()
	scripts, err := filepath.Glob("script/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	stop := regexp.MustCompile(`(?m)^(\[.*\] *)?(! *)?stop\b`)
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		if stop.Match(text) {
			t.Errorf("%s uses stop, which ends a story in silence: the command is shutdown", script)
		}
	}
}
