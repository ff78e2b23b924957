package crust_test

import (
	"regexp"
	"strings"
	"testing"

	"muster/internal/dialect/crust"
	"muster/internal/dialect/dialecttest"
)

// TestDocumentation keeps docs/dialects/crust.md true, and counts the contract's differences, of which each has its own test. The
// endpoints of lists are there without the slash at the end too.
func TestDocumentation(t *testing.T) {
	page := dialecttest.CheckPage(t, dialecttest.Page{
		Wire: "crust", Routes: crust.Routes(), Endpoints: 26,
		Also: func(method, path string) string {
			bare, slash := strings.CutSuffix(path, "/")
			if !slash {
				return ""
			}
			return method + " " + bare
		},
	})
	if rows := regexp.MustCompile("(?m)^\\| (D[0-9]+) \\|.*`TestD[0-9]+` \\|$").FindAllString(page, -1); len(rows) != 18 {
		t.Errorf("the page has %d differences", len(rows))
	}
}
