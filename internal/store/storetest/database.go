package storetest

import (
	"database/sql"
	"fmt"
	"net/url"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// The roles of a private server.
const (
	superuser = "postgres" // makes and drops databases
	owner     = "muster"   // owns them, and is no superuser
)

// template answers the name of the database that prepare filled for this name. Only one caller runs prepare; the others
// wait for it.
func (s *server) template(name string, prepare func(url string) error) (string, error) {
	once, _ := s.templates.LoadOrStore(name, sync.OnceValues(func() (string, error) {
		database, err := s.create("template1")
		if err == nil {
			err = prepare(s.url(owner, database))
		}
		return database, err
	}))
	return once.(func() (string, error))()
}

// database makes a copy of template for one test and returns its URL.
func (s *server) database(tb testing.TB, template string) string {
	tb.Helper()
	name, err := s.create(template)
	if err != nil {
		tb.Fatalf("copy the database %s: %v", template, err)
	}
	tb.Cleanup(func() {
		if _, err := s.admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Errorf("drop the database %s: %v", name, err)
		}
	})
	return s.url(owner, name)
}

// create makes a copy of template. Names are never used twice.
func (s *server) create(template string) (string, error) {
	name := fmt.Sprintf("test_%d", s.made.Add(1))
	_, err := s.admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + template + " OWNER " + owner)
	return name, err
}

// connect opens the administrator's connections and makes the owner of the databases to come.
func (s *server) connect() error {
	admin, err := sql.Open("pgx", s.url(superuser, "postgres"))
	if err != nil {
		return err
	}
	s.admin = admin
	_, err = admin.Exec("CREATE ROLE " + owner + " LOGIN PASSWORD '" + s.password + "'") // letters and digits only
	return err
}

func (s *server) url(role, database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(role, s.password),
		Host:     s.address,
		Path:     database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}
