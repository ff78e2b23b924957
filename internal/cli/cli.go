// Package cli is the command line of Muster.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"muster/internal/config"
	"muster/internal/obs"
	"muster/internal/server"
	"muster/internal/token"
)

// memoryLimit is where the garbage collector begins to work harder, in bytes, unless GOMEMLIMIT says otherwise. Hashing
// passwords needs about 80 MiB for each two cores; the rest is caches and room.
const memoryLimit = 1 << 30

type commands struct {
	File string `name:"config" help:"TOML file with settings (unknown keys are errors)." type:"path" placeholder:"FILE"`

	Serve   serve            `cmd:"" help:"Start the server."`
	Config  configuration    `cmd:"" help:"Look at the configuration without starting anything."`
	Keys    keys             `cmd:"" help:"Look after the keys that sign tokens and seal secrets."`
	User    user             `cmd:"" help:"Look after people while no server is running."`
	Version kong.VersionFlag `help:"Print the version."`

	benchCommands
}

// An environment is what a command works with.
type environment struct {
	config  string
	version string
	vars    []string
	stdout  io.Writer
	stderr  io.Writer
}

// Main runs the command that args name, and answers the exit status: 0 done, 1 failed, 2 not understood.
func Main(args []string, version string) int {
	syscall.Umask(0o077) // what Muster writes is nobody else's to read
	return run(args, version, &environment{vars: os.Environ(), version: version, stdout: os.Stdout, stderr: os.Stderr})
}

func run(args []string, version string, e *environment) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("muster"), kong.Description("Muster is the user system in one binary."),
		kong.Vars{"version": version}, kong.Writers(e.stdout, e.stderr), kong.Exit(func(code int) { exited = code }))
	if err != nil {
		return e.fail(1, err, "")
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited // help or version
	}
	if err != nil {
		return e.fail(2, err, "muster --help")
	}
	e.config = c.File
	if err := command.Run(e); err != nil {
		return e.fail(1, err, "muster "+command.Command()+" --help")
	}
	return 0
}

// fail says what went wrong, and what to do about it: the hint, unless the error has a better one of its own.
func (e *environment) fail(status int, err error, hint string) int {
	text := err.Error()
	if hint != "" && !strings.Contains(text, "(hint: ") {
		text += " (hint: " + hint + ")"
	}
	fmt.Fprintln(e.stderr, "muster:", text)
	return status
}

// flags are what serve can be told by flags, and what looks at the configuration, too.
type flags struct {
	Data        *string `help:"Folder of the embedded database, keys, files and mails (MUSTER_DATA, default ./muster-data)." placeholder:"DIR"`
	Listen      *string `help:"Where to listen (MUSTER_LISTEN, default 127.0.0.1:8080; port 0 takes a free one)." placeholder:"HOST:PORT"`
	DatabaseURL *string `name:"database-url" help:"PostgreSQL in place of the embedded database (MUSTER_DATABASE_URL)." placeholder:"URL"`
	PublicURL   *string `name:"public-url" help:"What links in mails begin with (MUSTER_PUBLIC_URL)." placeholder:"URL"`
	Scripts     *string `name:"scripts" help:"Folder of scripts that run inside the server (MUSTER_SCRIPTS)." placeholder:"DIR"`
	OpsListen   *string `name:"ops-listen" help:"Where metrics and profiles are served, for this machine alone (MUSTER_OPS_LISTEN)." placeholder:"HOST:PORT"`
	AgoraListen *string `name:"agora-listen" help:"A second address, for clients of Agora Chat that drop the prefix (MUSTER_AGORA_LISTEN)." placeholder:"HOST:PORT"`

	DefaultGroup *string `name:"default-group" help:"Group that new people are put into by wires that have such a thing (MUSTER_DEFAULT_GROUP)." placeholder:"NAME"`

	Dev *bool `help:"For trying things out: throttles lifted, more in the log (MUSTER_DEV)."`
}

// read puts together what was told.
func (f *flags) read(e *environment) (config.Told, error) {
	return config.Read(e.config, e.vars, config.Flags{
		Data: f.Data, Listen: f.Listen, DatabaseURL: f.DatabaseURL, PublicURL: f.PublicURL, OpsListen: f.OpsListen, Scripts: f.Scripts,
		AgoraListen: f.AgoraListen, DefaultGroup: f.DefaultGroup, Dev: f.Dev,
	})
}

type serve struct{ flags }

func (s *serve) Run(e *environment) error {
	told, err := s.read(e)
	if err != nil {
		return err
	}
	cfg, log := told.Config, obs.NewLogger(e.stderr, told.Config.Dev)
	for _, w := range told.Warnings {
		log.Warn(w)
	}
	if os.Getenv("GOMEMLIMIT") == "" { // the runtime's, so it reads the real environment
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // who asks a second time doesn't want to wait
	srv, err := server.Open(ctx, cfg, log, server.Options{Version: e.version})
	if err != nil && ctx.Err() != nil {
		return nil // stopped before it had begun
	}
	if err != nil {
		return err
	}
	return srv.Serve(ctx)
}

type keys struct {
	List   listKeys `cmd:"" help:"Show which keys there are, and until when the old ones are needed."`
	Retire retire   `cmd:"" help:"Take the old keys out of use whose tokens have all run out. Restart the servers afterwards."`
	Rotate rotate   `cmd:"" help:"Make a new active key; the old ones go on verifying. Restart the servers afterwards."`
}

type rotate struct {
	Data *string `help:"Data folder (MUSTER_DATA, default ./muster-data)." placeholder:"DIR"`
	Now  bool    `help:"Retire the old keys at once: all sessions end."`
}

func (r *rotate) Run(e *environment) error {
	cfg, err := config.Load(e.config, e.vars, config.Flags{Data: r.Data})
	if err != nil {
		return err
	}
	if err := hintAtKeys(cfg.KeysPath(), token.Rotate(cfg.KeysPath(), time.Now(), r.Now)); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "The new key is in", cfg.KeysPath()+". Restart the servers that use it.")
	return nil
}
