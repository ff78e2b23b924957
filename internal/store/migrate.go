package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// A dialect is the goose dialect and the folder of migrations of an engine.
type dialect struct {
	goose  goose.Dialect
	folder string
	lock   bool // several nodes may start at once
}

// migrate brings the schema up to date. A database that a newer Muster has migrated is refused: this binary does not know
// what its rows mean.
func migrate(ctx context.Context, d dialect, db *sql.DB) error {
	files, err := fs.Sub(migrations, d.folder)
	if err != nil {
		return err
	}
	var options []goose.ProviderOption
	if d.lock {
		// Nodes that start at once look again each second, for five minutes; by default it would be each five seconds.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d.goose, db, files, options...)
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("asking the database for its version: %w", err)
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; has > newest {
		return fmt.Errorf("the database has schema version %d, this binary knows versions up to %d (hint: start the newer muster that made it, or restore a back-up from before)", has, newest)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bringing the schema up to date: %w", err)
	}
	return nil
}
