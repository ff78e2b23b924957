package dialect

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"muster"
)

func TestList(t *testing.T) {
	for want, parts := range map[string][][]string{
		`{"response":[]}`:                 {{}},
		`{"response":["<a>"]}`:            {{"<a>"}},
		`{"response":["a","b","c"]}`:      {{"a", "b"}, {"c"}},
		`{"response":["a","b"]}`:          {{"a"}, {"b"}, {}},
		`{"response":["]\n","[",",,\""]}`: {{"]\n"}, {"["}, {`,,"`}},
	} {
		w := httptest.NewRecorder()
		l := NewList(w)
		for i, p := range parts {
			add := l.Add
			if i+1 == len(parts) {
				add = l.End
			}
			if err := add(p); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.Body.String(); got != want || w.Header().Get("Content-Type") != ContentType {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestCutList: what has begun can't become an error of the wire any more.
func TestCutList(t *testing.T) {
	l := NewList(httptest.NewRecorder())
	if err := l.Cut(muster.ErrDenied); !errors.Is(err, muster.ErrDenied) {
		t.Error(err)
	}
	if err := l.Add([]string{"a"}); err != nil {
		t.Fatal(err)
	}
	if _, foreign := muster.AsError(l.Cut(muster.ErrDenied)); !foreign {
		t.Error("it would be written into the list")
	}
	if _, foreign := muster.AsError(l.Add([]any{func() {}})); !foreign || !strings.Contains(l.Cut(muster.ErrDenied).Error(), "cut") {
		t.Error("what can't be encoded")
	}
}
