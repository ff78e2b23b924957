package agora_test

import (
	"testing"

	"muster/internal/dialect/agora"
	"muster/internal/dialect/dialecttest"
)

// TestDocumentation keeps docs/dialects/agora.md true.
func TestDocumentation(t *testing.T) {
	dialecttest.CheckPage(t, dialecttest.Page{
		Wire: "agora", Routes: agora.Routes(),
		Tests: []string{"internal/core", "internal/live", "internal/token", "test"},
	})
}
