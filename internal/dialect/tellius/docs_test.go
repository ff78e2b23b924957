package tellius_test

import (
	"strings"
	"testing"

	"muster/internal/dialect/dialecttest"
	"muster/internal/dialect/tellius"
)

// TestDocumentation keeps docs/dialects/tellius.md true. Each endpoint is below /api too.
func TestDocumentation(t *testing.T) {
	dialecttest.CheckPage(t, dialecttest.Page{
		Wire: "tellius", Routes: tellius.Routes(), Endpoints: 12,
		Also: func(method, path string) string {
			if strings.HasPrefix(path, "/api/") {
				return ""
			}
			return method + " /api" + path
		},
		Tests: []string{"internal/core"},
	})
}
