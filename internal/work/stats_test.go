package work

import (
	"context"
	"testing"
	"time"

	"muster/internal/mailer"
)

func TestStats(t *testing.T) {
	h := newHouse(t)
	down, refused := errDown(t), errPermanent(t)
	h.sender.tell(func(_ context.Context, m mailer.Mail) error {
		return map[string]error{"ann@example.tld": refused, "eve@example.tld": down}[m.To]
	})
	for _, to := range []string{"ann@example.tld", "bob@example.tld", "eve@example.tld"} {
		h.signUp(to)
	}
	h.start()
	h.rest()
	if got, want := h.runner.Stats(), (Stats{Sent: 1, Postponed: 1, Failed: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	h.sender.tell(nil)
	h.pass(30 * time.Second)
	if got, want := h.runner.Stats(), (Stats{Sent: 2, Postponed: 1, Failed: 1}); got != want {
		t.Errorf("later %+v, want %+v", got, want)
	}
}
