package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// refuseUsed refuses a database that has anything in it. It asks by itself, before the store would: to open a store is to
// migrate, and somebody else's database must not be touched.
func refuseUsed(ctx context.Context, url string) error {
	if url == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		// The driver's error may repeat the URL, password and all.
		return errors.New("the database can't be reached (hint: --database-url postgres://user:password@host:5432/database, of a server that runs)")
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var used bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema')`).Scan(&used)
	switch {
	case err != nil:
		return fmt.Errorf("looking into the database: %w (hint: its user has to own it)", err)
	case used:
		return errors.New("the database is not empty, and bench would fill it with people (hint: make a new one, CREATE DATABASE muster_bench, and drop it afterwards)")
	}
	return nil
}
