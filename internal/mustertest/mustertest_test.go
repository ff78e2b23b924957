package mustertest_test

import (
	"os"
	"testing"

	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func TestStart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		s := mustertest.Start(t, engine)
		admin := s.Administrator(t)
		if got := admin.GET(t, "/corteza/system/auth/check").String(t, "response.user.email"); got != mustertest.AdminEmail {
			t.Errorf("signed in as %q", got)
		}
		s.Stop()
		if !s.Log.Contains(`"msg":"stopping"`) {
			t.Errorf("the log does not tell of the end:\n%s", s.Log.Text())
		}
	})
}
