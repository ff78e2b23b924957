package cli

import (
	"context"
	"fmt"
	"maps"
	"os/signal"
	"slices"
	"syscall"
	"text/tabwriter"

	"muster"
	"muster/internal/config"
	"muster/internal/obs"
	"muster/internal/server"
)

type user struct {
	HandOver handOver `cmd:"" name:"hand-over" help:"Make all that somebody owns another one's. A server that uses the data folder has to be stopped first."`
}

type handOver struct {
	Data        *string `help:"Data folder (MUSTER_DATA, default ./muster-data)." placeholder:"DIR"`
	DatabaseURL *string `name:"database-url" help:"PostgreSQL in place of the embedded database (MUSTER_DATABASE_URL)." placeholder:"URL"`
	From        string  `required:"" help:"Whose things they are: a username, an e-mail or an id; of somebody who is deleted the id." placeholder:"USER"`
	To          string  `required:"" help:"Whose they shall be." placeholder:"USER"`
	DryRun      bool    `name:"dry-run" help:"Count them, and change nothing."`
}

func (h *handOver) Run(e *environment) error {
	cfg, err := config.Load(e.config, e.vars, config.Flags{Data: h.Data, DatabaseURL: h.DatabaseURL})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	done, err := server.RunHandOver(ctx, cfg, obs.NewLogger(e.stderr, cfg.Dev), server.HandOver{From: h.From, To: h.To, DryRun: h.DryRun})
	if err != nil {
		return hintAtKeys(cfg.KeysPath(), err)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, noun := range slices.Sorted(maps.Keys(done.Owned)) {
		fmt.Fprintf(w, "%s\t%d\n", noun, done.Owned[noun])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	said := "were %s's and are %s's now"
	if h.DryRun {
		said = "are %s's and would be %s's"
	}
	fmt.Fprintf(e.stdout, "%d in all "+said+".\n", done.Owned.Total(), spell(done.From), spell(done.To))
	return nil
}

// spell names somebody in a way that can be typed again.
func spell(u *muster.User) string { return fmt.Sprintf("%s (%s)", u.Username, u.ID) }
