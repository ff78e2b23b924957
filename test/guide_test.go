package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"muster/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// TestGuides types what the documents tell a newcomer to type, into a real shell with a real curl.
func TestGuides(t *testing.T) {
	bin := build(t)
	for _, program := range []string{"curl", "sh", "sed", "grep"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf(`no %s on this machine: run "make deps"`, program)
		}
	}
	for _, guide := range []struct{ file, section string }{
		{"README.md", "## First five minutes"},
		{filepath.Join("docs", "guide", "first-five-minutes.md"), ""},
		{filepath.Join("docs", "guide", "mail.md"), ""},
		{filepath.Join("docs", "dialects", "crust.md"), "## Pointing a program at it"},
	} {
		t.Run(guide.file, func(t *testing.T) {
			blocks := readBlocks(t, filepath.Join("..", guide.file), guide.section)
			storetest.Each(t, func(t *testing.T, engine string) {
				url := ""
				if engine == storetest.PostgreSQL {
					url = storetest.Postgres(t)
				}
				h := &house{bin: bin, dir: t.TempDir(), databaseURL: url, env: startOf(t, blocks[0])}
				typeAll(t, h.launch(t, "server").listen(t), blocks[1:])
			})
		})
	}
}

// A block is what stands between ``` and ```.
type block struct{ kind, text string }

// readBlocks answers the blocks of a document: of one section, or of all.
func readBlocks(t *testing.T, path, section string) []block {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(file), section)
	if !found {
		t.Fatalf("%s has no %q", path, section)
	}
	if section != "" {
		text, _, _ = strings.Cut(text, "\n## ")
	}
	var blocks []block
	inside := false
	for line := range strings.Lines(text) {
		kind, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !inside:
			blocks = append(blocks, block{kind: strings.TrimSpace(kind)})
			inside = true
		case fence:
			inside = false
		case inside:
			blocks[len(blocks)-1].text += line
		}
	}
	if len(blocks) < 2 {
		t.Fatalf("%s says nothing to type", path)
	}
	return blocks
}

// startOf answers the variables of the first block, which starts Muster by "make run".
func startOf(t *testing.T, first block) []string {
	t.Helper()
	variables, found := strings.CutSuffix(strings.TrimSpace(first.text), " make run")
	if !found {
		t.Fatalf("the first thing to type is %q", first.text)
	}
	return strings.Fields(variables)
}

// done ends what a block to type writes.
const done = "-- that was it --"

// typeAll types the blocks into one shell, and compares what it says with the block after, if that is an answer.
func typeAll(t *testing.T, n *node, blocks []block) {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh")
	shell.Dir = t.TempDir()
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + shell.Dir}
	in, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	shell.Stdout, shell.Stderr = &said, &said
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	typed := bufio.NewWriter(in)
	for _, b := range blocks {
		if b.kind == "sh" {
			text := strings.ReplaceAll(b.text, "http://127.0.0.1:8080", n.URL)
			_, _ = typed.WriteString(text + "\necho; echo '" + done + "'\n") // Flush says what went wrong
		}
	}
	if err := typed.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := shell.Wait(); err != nil {
		t.Errorf("the shell ended with %v", err)
	}
	compare(t, blocks, strings.Split(said.String(), done+"\n"))
}

func compare(t *testing.T, blocks []block, said []string) {
	t.Helper()
	next := 0
	for i, b := range blocks {
		if b.kind != "sh" {
			continue
		}
		if next >= len(said) {
			t.Fatal("the shell says less than was asked")
		}
		got := strings.TrimSpace(said[next])
		next++
		if strings.Contains(got, `"error":{`) || strings.Contains(got, "rror:") {
			t.Errorf("%s\nsays %s", b.text, got)
		}
		if i+1 == len(blocks) {
			continue
		}
		switch want := strings.TrimSpace(blocks[i+1].text); blocks[i+1].kind {
		case "json":
			compareJSON(t, want, got)
		case "text":
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\nsays something else: %s", b.text, diff)
			}
		}
	}
}

// compareJSON compares two JSON texts; "…" in the first stands for any text.
func compareJSON(t *testing.T, want, got string) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("the document has no JSON: %v: %s", err, want)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("the answer is no JSON: %v: %s", err, got)
	}
	anything := cmp.FilterValues(func(a, b any) bool { return a == "…" || b == "…" }, cmp.Ignore())
	if diff := cmp.Diff(w, g, anything); diff != "" {
		t.Errorf("the document says otherwise: %s", diff)
	}
}
