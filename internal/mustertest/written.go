package mustertest

import (
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Written is everything that the server has written, by where: its log, its files without keys and mails, which have secrets
// in them by their nature, and all rows of a PostgreSQL database.
func (s *Server) Written(t testing.TB) map[string]string {
	t.Helper()
	written := map[string]string{"the log": s.Log.Text()}
	err := filepath.WalkDir(s.Config.Data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == s.MailFolder || entry.Name() == "keys.json" {
			if err == nil && entry.IsDir() {
				return fs.SkipDir
			}
			return err
		}
		if entry.Type().IsRegular() {
			var text []byte
			text, err = os.ReadFile(path)
			written[path] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Config.DatabaseURL != "" {
		s.addTables(t, written)
	}
	return written
}

func (s *Server) addTables(t testing.TB, written map[string]string) {
	t.Helper()
	db := s.database(t)
	tables, err := lines(db, `(SELECT table_name FROM information_schema.tables WHERE table_schema = 'public') AS tables`)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		name := strings.Trim(table, "[]")
		rows, err := lines(db, `(SELECT x::text FROM "`+name+`" AS x) AS rows`)
		if err != nil {
			t.Fatal(err)
		}
		written["table "+name] = strings.Join(rows, "\n")
	}
}

// Spellings are what a secret looks like in clear and in the usual disguises. In base64 it depends on what stands before it, so
// all three shifts are there, without the characters that the neighbours have a part in.
func Spellings(secret string) []string {
	list := []string{secret, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret)))}
	for shift := range 3 {
		padded := strings.Repeat("\x00", shift) + secret
		whole := []byte(padded[:len(padded)/3*3])
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, alphabet.EncodeToString(whole)[(shift*8+5)/6:])
		}
	}
	return list
}
