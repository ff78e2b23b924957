package tat_test

import (
	"testing"

	"muster/internal/dialect/dialecttest"
	"muster/internal/dialect/tat"
)

// TestDocumentation keeps docs/dialects/tat.md true.
func TestDocumentation(t *testing.T) {
	dialecttest.CheckPage(t, dialecttest.Page{Wire: "tat", Routes: tat.Routes()})
}
