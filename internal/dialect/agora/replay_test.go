package agora_test

import "testing"

// TestRecorded replays the exchanges of the contract.
func TestRecorded(t *testing.T) {
	for _, file := range []string{"testdata/users.txt", "testdata/tokens.txt", "testdata/online.txt"} {
		t.Run(file, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) { h.player(t, base).Play(t, file) })
		})
	}
}
