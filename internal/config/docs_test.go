package config

import (
	"os"
	"strings"
	"testing"
)

// TestTables holds the tables of the documents against what there is: each setting has its row, in the order of Config, with
// its names and its default. The rest of the row is prose.
func TestTables(t *testing.T) {
	for _, document := range []string{"../../README.md", "../../docs/ops/configuration.md"} {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		rows, settings := tableRows(string(text)), Settings()
		if len(rows) != len(settings) {
			t.Fatalf("%s has %d settings, Config has %d", document, len(rows), len(settings))
		}
		for i, s := range settings {
			compareRow(t, document, rows[i], s)
		}
	}
}

// tableRows are the cells of the table of settings.
func tableRows(text string) (rows [][]string) {
	_, table, _ := strings.Cut(text, "| flag | environment | TOML | default | meaning |\n|---|---|---|---|---|\n")
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

func compareRow(t *testing.T, document string, row []string, s Setting) {
	t.Helper()
	flag, _, _ := strings.Cut(strings.Trim(row[0], "`"), " ")
	if flag == "–" {
		flag = ""
	}
	if flag != strings.TrimSuffix("--"+s.Flag, "--") {
		t.Errorf("%s: %s has the flag %q, the document says %q", document, s.Key, s.Flag, row[0])
	}
	if row[1] != "`"+s.Env+"`" || row[2] != "`"+s.Key+"`" {
		t.Errorf("%s: the document says %s and %s, the setting has %s and %s", document, row[1], row[2], s.Env, s.Key)
	}
	said, isValue := strings.CutPrefix(row[3], "`")
	if said = strings.TrimSuffix(said, "`"); isValue && said != s.Default || !isValue && s.Default != "" {
		t.Errorf("%s: the default of %s is %q, the document says %s", document, s.Key, s.Default, row[3])
	}
}

// TestSecretsAreMarked: what sounds like a secret is never shown.
func TestSecretsAreMarked(t *testing.T) {
	for _, s := range Settings() {
		sounds := strings.Contains(s.Key, "password") || strings.Contains(s.Key, "secret") || strings.HasSuffix(s.Key, "_key") || strings.HasSuffix(s.Key, "_url") && s.Key != "public_url"
		if sounds != (s.secret || s.url) {
			t.Errorf("%s: secret %v, URL with a password %v", s.Key, s.secret, s.url)
		}
	}
}
