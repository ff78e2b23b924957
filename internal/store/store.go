package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"muster"
)

// Config says where the data is.
type Config struct {
	Folder      string           // of the SQLite database; used when DatabaseURL is empty
	DatabaseURL string           // postgres://…
	Now         func() time.Time // of what is stored
	LeaseNow    func() time.Time // of the lease of the node's number; nil: the real time, which other nodes go by
	Log         *slog.Logger     // slog's default if nil
	Observe     func(Commit)     // is told of each commit, by the group writer, which waits for it; nil: nobody
}

// A Store is one open database. It is safe for concurrent use.
type Store struct {
	engine  engine
	log     *slog.Logger
	now     func() time.Time
	observe func(Commit)
	read    *sql.DB
	stmts   *stmtCache
	writer  *writer
	node    *lease
	ids     *muster.IDs

	closing sync.Once
}

// An engine is what differs between the two databases, besides migrations.
type engine interface {
	// open returns the pools for reading and writing. Nothing else may use the database's folder meanwhile.
	open(ctx context.Context) (read, write *sql.DB, err error)
	close() error
	// texts are what the group writer says to control its transaction.
	texts() writerTexts
	// lockOut waits until no group writer of any node has a transaction open and keeps all but this connection from
	// beginning one, until letIn.
	lockOut(ctx context.Context, c *sql.Conn) error
	letIn(ctx context.Context, c *sql.Conn) error
	// retry reports whether the transaction failed only because of others and should run again.
	retry(err error) bool
	// rolledBack reports whether it is sure that a COMMIT that failed with err has changed nothing.
	rolledBack(err error) bool
	// unique names the unique index that err is about, in the spelling of uniqueErrors.
	unique(err error) (index string, ok bool)
	// single reports whether only one node can ever use the database.
	single() bool
	dialect() dialect
}

// writerTexts are the texts by which the group writer begins a transaction with its first savepoint, releases the savepoint
// and sets the next, and commits. Each element is one round trip.
type writerTexts struct{ begin, between, commit []string }

// Open opens the database, brings its schema up to date and takes a node number. Errors are for the operator: each says
// what to do.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s := &Store{log: cmp.Or(cfg.Log, slog.Default()), now: cfg.Now, observe: cfg.Observe}
	leaseNow := cfg.LeaseNow
	if leaseNow == nil {
		leaseNow = time.Now
	}
	if cfg.DatabaseURL == "" {
		s.engine = &sqliteEngine{folder: cfg.Folder}
	} else {
		s.engine = &postgresEngine{url: cfg.DatabaseURL}
	}
	if err := s.start(ctx, leaseNow); err != nil {
		s.engine.close()
		return nil, err
	}
	return s, nil
}

func (s *Store) start(ctx context.Context, leaseNow func() time.Time) error {
	read, write, err := s.engine.open(ctx)
	if err != nil {
		return err
	}
	if err := migrate(ctx, s.engine.dialect(), write); err != nil {
		return err
	}
	s.read, s.stmts = read, newStmtCache(read)
	s.node, err = takeLease(ctx, s, leaseNow, write)
	if err != nil {
		return fmt.Errorf("taking a node number: %w", err)
	}
	last, err := s.Reader(ctx).lastID()
	if err != nil {
		s.node.release(ctx)
		return fmt.Errorf("looking for the last id: %w", err)
	}
	s.ids = muster.NewIDs(s.node.number, last, s.now)
	s.writer = startWriter(s, write)
	return nil
}

// Close finishes the writes that were accepted, gives the node number back and closes the database. Only the first call
// does anything.
func (s *Store) Close(ctx context.Context) (err error) {
	s.closing.Do(func() {
		s.writer.stop()
		s.node.release(ctx)
		err = s.engine.close()
	})
	return err
}

// Node is the number of this node.
func (s *Store) Node() int { return s.node.number }

// Single reports whether no other node can use the database (SQLite).
func (s *Store) Single() bool { return s.engine.single() }

// NewID makes an id that has never been before.
func (s *Store) NewID() muster.ID { return s.ids.New() }

// Ping reports whether the database answers and this node may write to it.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.node.check(); err != nil {
		return err
	}
	return s.read.PingContext(ctx)
}

// uniqueErrors says what each unique index means to the caller whose change hits it.
var uniqueErrors = map[string]*muster.Error{
	"realm_name":   muster.Taken("name"),
	"user_handle":  muster.Taken("handle"),
	"group_name":   muster.Taken("name"),
	"group_handle": muster.Taken("handle"),
	"topic_path":   muster.Taken("topic"),
}

// meaning translates a violated unique index into the error it stands for, and leaves all else as it is.
func (s *Store) meaning(err error) error {
	if index, ok := s.engine.unique(err); ok {
		if e, ok := uniqueErrors[index]; ok {
			return e
		}
	}
	return err
}
