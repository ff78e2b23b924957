package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"muster/internal/bench"
	"muster/internal/obs"
)

type benchCommands struct {
	Bench     measure `cmd:"" help:"Measure this Muster on this machine, beside a bare HTTP handler. It takes a minute and a half."`
	BenchBare bare    `cmd:"" hidden:"" help:"The bare handler that bench starts."`
}

type measure struct {
	Users       int    `help:"People to seed (default 10000)." default:"10000" placeholder:"N"`
	Connections int    `help:"Connections that send requests at once (default 16)." default:"16" placeholder:"N"`
	Seconds     int    `help:"Seconds for each scenario and server (default 5)." default:"5" placeholder:"N"`
	DatabaseURL string `name:"database-url" help:"An empty PostgreSQL database; without it, SQLite in a folder that is removed afterwards." placeholder:"URL"`
	JSON        bool   `name:"json" help:"Print JSON in place of a table."`
}

func (m *measure) Run(e *environment) error {
	if e.config != "" {
		return errors.New("bench takes no settings from a file: it makes a house of its own (hint: leave --config out)")
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	report, err := bench.Run(ctx, bench.Options{
		Users: m.Users, Connections: m.Connections, Seconds: m.Seconds, DatabaseURL: m.DatabaseURL, Program: program, Environ: e.vars,
		Progress: func(format string, args ...any) { fmt.Fprintf(e.stderr, format+"\n", args...) },
	})
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted; the servers have ended and the folder is removed (hint: --seconds and --users make it shorter)")
	case err != nil:
		return err
	case m.JSON:
		return report.WriteJSON(e.stdout)
	}
	return report.WriteTable(e.stdout)
}

type bare struct{}

func (*bare) Run(e *environment) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	return bench.Bare(ctx, os.Stdin, obs.NewLogger(e.stderr, false))
}
