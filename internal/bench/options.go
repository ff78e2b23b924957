package bench

import (
	"errors"
	"fmt"
	"time"
)

// The bounds of what can be asked for.
const (
	mostUsers       = 1_000_000
	mostConnections = 1_000
	mostSeconds     = 60
)

// Options say what is measured.
type Options struct {
	Users       int    // people to seed, 1 to 1,000,000
	Connections int    // that send requests at once, 1 to 1,000; no more than there are users
	Seconds     int    // for which each scenario drives each of the two servers, 1 to 60; a tenth more warms up
	DatabaseURL string // of an empty PostgreSQL database; "": SQLite in the folder

	Program  string                           // path of the muster binary that is measured: this one
	Environ  []string                         // of the servers; whatever would configure a Muster is left out of it
	Progress func(format string, args ...any) // is told, line by line, what is being done
}

// check refuses what can't be measured. Errors are for the operator.
func (o *Options) check() error {
	switch {
	case o.Users < 1 || o.Users > mostUsers:
		return fmt.Errorf("%d users can't be seeded (hint: --users takes 1 to %d)", o.Users, mostUsers)
	case o.Connections < 1 || o.Connections > mostConnections:
		return fmt.Errorf("%d connections can't be driven (hint: --connections takes 1 to %d)", o.Connections, mostConnections)
	case o.Seconds < 1 || o.Seconds > mostSeconds:
		return fmt.Errorf("%d seconds can't be measured (hint: --seconds takes 1 to %d)", o.Seconds, mostSeconds)
	case o.Connections > o.Users:
		return errors.New("there are fewer users than connections, and each connection signs in as another one (hint: raise --users or lower --connections)")
	}
	return nil
}

// measured is how long each server is driven in each scenario.
func (o *Options) measured() time.Duration { return time.Duration(o.Seconds) * time.Second }

// warmUp is how long it is driven before that, uncounted.
func (o *Options) warmUp() time.Duration { return max(o.measured()/10, 200*time.Millisecond) }

// longest is when a run that hangs is given up: far beyond what it needs on a slow machine.
func (o *Options) longest() time.Duration {
	seeding := time.Duration(o.Users) * 5 * time.Millisecond
	driving := time.Duration(scenarioCount) * 2 * (o.measured() + o.warmUp() + answerTime)
	return 2*time.Minute + seeding + driving
}
