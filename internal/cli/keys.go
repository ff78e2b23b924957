package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"text/tabwriter"
	"time"

	"muster/internal/config"
	"muster/internal/token"
)

// hintAtKeys says where to look for a key file that is not there.
func hintAtKeys(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s (hint: --data DIR or MUSTER_KEYS_FILE says where it is; a server makes it when it first starts)", path)
	}
	return err
}

type listKeys struct {
	Data *string `help:"Data folder (MUSTER_DATA, default ./muster-data)." placeholder:"DIR"`
}

func (l *listKeys) Run(e *environment) error {
	cfg, err := config.Load(e.config, e.vars, config.Flags{Data: l.Data})
	if err != nil {
		return err
	}
	list, err := token.List(cfg.KeysPath())
	if err != nil {
		return hintAtKeys(cfg.KeysPath(), err)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tSTATE\tMADE\tNEEDED UNTIL")
	for _, k := range list {
		until := "-"
		if k.State == "verify" {
			until = k.Until.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.ID, k.State, k.Made.Format(time.DateOnly), until)
	}
	return w.Flush()
}

type retire struct {
	Data  *string `help:"Data folder (MUSTER_DATA, default ./muster-data)." placeholder:"DIR"`
	Force bool    `help:"Retire all old keys, also those whose tokens are still alive: these end at once."`
}

func (r *retire) Run(e *environment) error {
	cfg, err := config.Load(e.config, e.vars, config.Flags{Data: r.Data})
	if err != nil {
		return err
	}
	retired, kept, err := token.Retire(cfg.KeysPath(), time.Now(), r.Force)
	if err != nil {
		return hintAtKeys(cfg.KeysPath(), err)
	}
	fmt.Fprintf(e.stdout, "%d retired.", retired)
	if kept > 0 {
		fmt.Fprintf(e.stdout, " %d are still needed (muster keys list says until when; --force retires them all the same).", kept)
	}
	fmt.Fprintln(e.stdout)
	return nil
}
