package corteza_test

import (
	"testing"

	"muster/internal/dialect/corteza"
	"muster/internal/dialect/dialecttest"
)

// TestDocumentation keeps docs/dialects/corteza.md true.
func TestDocumentation(t *testing.T) {
	dialecttest.CheckPage(t, dialecttest.Page{Wire: "corteza", Routes: corteza.Routes()})
}
