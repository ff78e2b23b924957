package cli

import (
	"fmt"

	"muster/internal/config"
	"muster/internal/server"
)

// configuration are the commands that look at what serve would be told, from the same file, environment and flags.
type configuration struct {
	Check checkConfig `cmd:"" help:"Say whether the server would take its configuration: exit status 0 if it would, 1 if not."`
	Show  showConfig  `cmd:"" help:"Print the configuration that holds as TOML, with the origin of each value and without secrets."`
}

type checkConfig struct{ flags }

func (c *checkConfig) Run(e *environment) error {
	told, err := c.read(e)
	e.warn(told)
	if err != nil {
		return err
	}
	if err := server.Check(told.Config); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "the configuration is good")
	return nil
}

type showConfig struct{ flags }

func (c *showConfig) Run(e *environment) error {
	told, err := c.read(e)
	e.warn(told)
	if err != nil {
		return err
	}
	fmt.Fprint(e.stdout, told.TOML())
	return nil
}

// warn says what looks like a mistake.
func (e *environment) warn(told config.Told) {
	for _, w := range told.Warnings {
		fmt.Fprintln(e.stderr, "muster: warning:", w)
	}
}
