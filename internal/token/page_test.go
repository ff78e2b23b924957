package token

import (
	"os"
	"strings"
	"testing"
)

// TestKeysPage: whoever looks after the keys finds every purpose on their page.
func TestKeysPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/ops/keys.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(signing(), Digest, Seal) {
		if !strings.Contains(string(page), "\n| `"+string(p)+"` |") {
			t.Errorf("docs/ops/keys.md has no row for %s", p)
		}
	}
}
