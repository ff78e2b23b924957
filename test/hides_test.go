package test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// hides is the command that looks for secrets in all that a server has written.
func hides(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: hides SECRET …")
	}
	s := of(ts)
	var secrets [][]byte
	for _, arg := range args {
		secrets = append(secrets, []byte(variableOr(ts, arg)))
	}
	if u, err := url.Parse(ts.Getenv("DATABASE_URL")); err == nil && u.User != nil {
		password, _ := u.User.Password()
		secrets = append(secrets, []byte(password))
	}
	written, err := s.written(ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	place, secret := find(written, secrets)
	if place == "" {
		place, secret = findKeys(ts, written)
	}
	switch {
	case place != "" && !neg:
		ts.Fatalf("%s holds the secret %q", place, secret)
	case place == "" && neg:
		ts.Fatalf("nothing holds any of them")
	}
}

// find answers the place where one of the secrets stands, however it is spelled.
func find(written map[string][]byte, secrets [][]byte) (place string, secret []byte) {
	for place, text := range written {
		for _, secret := range secrets {
			for _, spelling := range spellings(secret) {
				if bytes.Contains(text, spelling) {
					return place, secret
				}
			}
		}
	}
	return "", nil
}

// findKeys answers the place where a key stands, other than its own file.
func findKeys(ts *testscript.TestScript, written map[string][]byte) (place string, secret []byte) {
	file := filepath.Join(of(ts).work, "data", "keys.json")
	keys, err := keySecrets(file)
	ts.Check(err)
	delete(written, file)
	return find(written, keys)
}

// spellings lists what a secret looks like in clear and in the usual disguises. In base64 it depends on what stands
// before it, so all three shifts are there, without the characters that the neighbours have a part in.
func spellings(secret []byte) [][]byte {
	list := [][]byte{secret, []byte(hex.EncodeToString(secret)), []byte(strings.ToUpper(hex.EncodeToString(secret)))}
	for shift := range 3 {
		padded := append(make([]byte, shift), secret...)
		whole := padded[:len(padded)/3*3]
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			list = append(list, []byte(alphabet.EncodeToString(whole))[(shift*8+5)/6:])
		}
	}
	return list
}

// keySecrets answers the secrets of a key file.
func keySecrets(path string) ([][]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []struct{ Secret []byte }
	err = json.Unmarshal(text, &keys)
	var secrets [][]byte
	for _, key := range keys {
		secrets = append(secrets, key.Secret)
	}
	return secrets, err
}

// written is everything that the story's servers have written, by where.
func (s *story) written(databaseURL string) (map[string][]byte, error) {
	written := map[string][]byte{}
	err := filepath.WalkDir(s.work, func(path string, entry fs.DirEntry, err error) error {
		mine := strings.HasPrefix(path, filepath.Join(s.work, "data")) || strings.HasPrefix(entry.Name(), "server.")
		if err != nil || entry.IsDir() || !mine {
			return err
		}
		written[path], err = os.ReadFile(path)
		return err
	})
	if err != nil || databaseURL == "" {
		return written, err
	}
	return written, addTables(written, databaseURL)
}

// addTables adds all rows of a PostgreSQL database.
func addTables(written map[string][]byte, databaseURL string) error {
	db, err := openDatabase("", databaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	tables, err := rows(db, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		list, err := rows(db, `SELECT t::text FROM "`+table+`" t`)
		if err != nil {
			return err
		}
		written["table "+table] = []byte(strings.Join(list, "\n"))
	}
	return nil
}
