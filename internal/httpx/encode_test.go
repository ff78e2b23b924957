package httpx_test

import (
	"math"
	"net/http/httptest"
	"testing"

	"muster/internal/httpx"
)

func TestJSON(t *testing.T) {
	w := httptest.NewRecorder()
	if err := httpx.JSON(w, 201, "application/json", map[string]string{"a": "<ä>&"}); err != nil {
		t.Fatal(err)
	}
	h := w.Header()
	if w.Code != 201 || w.Body.String() != `{"a":"<ä>&"}` || h.Get("Content-Type") != "application/json" || h.Get("Content-Length") != "13" {
		t.Errorf("%d %s %v", w.Code, w.Body, h)
	}
}

func TestJSONWritesNothingWhenItFails(t *testing.T) {
	w := httptest.NewRecorder()
	if err := httpx.JSON(w, 201, "application/json", math.NaN()); err == nil {
		t.Error("no error")
	}
	if w.Body.Len() != 0 || len(w.Header()) != 0 {
		t.Errorf("%s %v", w.Body, w.Header())
	}
}
