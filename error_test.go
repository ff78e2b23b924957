package muster_test

import (
	"errors"
	"fmt"
	"testing"

	"muster"
)

func TestErrorIs(t *testing.T) {
	wrapped := fmt.Errorf("storing: %w", muster.Taken("email"))
	for _, x := range []struct {
		err, target error
		want        bool
	}{
		{muster.Taken("email"), muster.Taken("email"), true},
		{wrapped, muster.Taken("email"), true},
		{muster.Taken("email"), muster.Taken("handle"), false},
		{muster.Taken("email"), muster.ErrTaken, true}, // without a field: any field
		{muster.ErrTaken, muster.Taken("email"), false},
		{muster.ErrUserNotFound, muster.ErrGroupNotFound, false},
		{muster.ErrLastAdmin, muster.ErrSelf, false},
		{errors.New("already taken"), muster.ErrTaken, false},
	} {
		if got := errors.Is(x.err, x.target); got != x.want {
			t.Errorf("errors.Is(%v, %v) = %v", x.err, x.target, got)
		}
	}
}

func TestForeignErrorsAreInternal(t *testing.T) {
	cause := errors.New("disk I/O error: /var/lib/…")
	if e, foreign := muster.AsError(cause); e != muster.ErrInternal || !foreign {
		t.Errorf("got %v, %v", e, foreign)
	}
	if e, foreign := muster.AsError(fmt.Errorf("a: %w", muster.ErrSelf)); e != muster.ErrSelf || foreign {
		t.Errorf("got %v, %v", e, foreign)
	}
	for err, want := range map[error]muster.Kind{nil: "", cause: muster.Internal, muster.ErrBusy: muster.Busy} {
		if got := muster.KindOf(err); got != want {
			t.Errorf("KindOf(%v) = %q", err, got)
		}
	}
	if got := muster.InvalidField("name", "at most %d", 3).Error(); got != "name: at most 3" {
		t.Errorf("got %q", got)
	}
}
