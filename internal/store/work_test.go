package store

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster"
)

// parallel runs f many times at once and counts how often it answered true.
func parallel(t *testing.T, n int, f func(i int) (bool, error)) int {
	t.Helper()
	var wait sync.WaitGroup
	var count atomic.Int32
	for i := range n {
		wait.Go(func() {
			ok, err := f(i)
			if err != nil {
				t.Error(err)
			}
			if ok {
				count.Add(1)
			}
		})
	}
	wait.Wait()
	return int(count.Load())
}

func insertDeliveries(t *testing.T, s *Store, n int, due time.Time) (ids []muster.ID) {
	t.Helper()
	write(t, s, func(tx *Tx) error {
		for i := range n {
			d := Delivery{ID: tx.NewID(), Event: 5, Kind: "mail", Payload: `{"secret":"sealed"}`, DueAt: due.Add(time.Duration(i/2) * time.Microsecond)}
			ids = append(ids, d.ID)
			if err := tx.InsertDelivery(&d); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

func TestEightWorkersShareTheDeliveries(t *testing.T) {
	each(t, func(t *testing.T, s *Store) { shareDeliveries(t, []*Store{s}) })
}

func TestWorkersOfTwoNodesShareTheDeliveries(t *testing.T) {
	nodes := twoNodes(t)
	shareDeliveries(t, nodes[:])
}

func shareDeliveries(t *testing.T, nodes []*Store) {
	t.Helper()
	now := microseconds(time.Now())
	ids := insertDeliveries(t, nodes[0], 200, now.Add(-time.Second))
	var mu sync.Mutex
	leases := map[muster.ID]int{}
	parallel(t, 8, func(i int) (bool, error) {
		for {
			var got []Delivery
			err := nodes[i%len(nodes)].Write(t.Context(), func(tx *Tx) (err error) {
				got, err = tx.LeaseDeliveries("mail", now, now.Add(time.Minute))
				return err
			}, nil)
			if err != nil || len(got) == 0 {
				return false, err
			}
			if len(got) > 20 {
				return false, fmt.Errorf("%d at once", len(got))
			}
			mu.Lock()
			for _, d := range got {
				leases[d.ID]++
			}
			mu.Unlock()
		}
	})
	if got := slices.Sorted(maps.Keys(leases)); !slices.Equal(got, ids) {
		t.Errorf("%d of %d were leased", len(got), len(ids))
	}
	for id, n := range leases {
		if n != 1 {
			t.Errorf("%v was leased %d times", id, n)
		}
	}
}

func TestLifeOfADelivery(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		now := microseconds(s.now())
		ids := insertDeliveries(t, s, 3, now)
		lease := func(now time.Time) (got []Delivery) {
			write(t, s, func(tx *Tx) (err error) { got, err = tx.LeaseDeliveries("mail", now, now.Add(time.Minute)); return err })
			return got
		}
		if got := lease(now.Add(-time.Second)); len(got) != 0 || must(read(t, s).DeliveryWaits("mail", now.Add(-time.Second)))(t) {
			t.Errorf("leased before it is due: %v", got)
		}
		now = now.Add(time.Second)
		got := lease(now)
		want := Delivery{ID: ids[0], Event: 5, Kind: "mail", Payload: `{"secret":"sealed"}`, DueAt: got[0].DueAt, Attempts: 1, LeasedUntil: now.Add(time.Minute)}
		if diff := cmp.Diff(want, got[0]); diff != "" || len(got) != 3 || got[1].ID != ids[1] || got[2].ID != ids[2] {
			t.Errorf("leased %v: %s", got, diff)
		}
		write(t, s, func(tx *Tx) error {
			return firstError(stored(tx.FinishDelivery(got[0], now, "")), stored(tx.PostponeDelivery(got[1], now.Add(time.Second), "no answer")))
		})
		if got := lease(now); len(got) != 0 {
			t.Errorf("leased twice: %v", got)
		}
		if got := lease(now.Add(time.Second)); len(got) != 1 || got[0].ID != ids[1] || got[0].Attempts != 2 {
			t.Errorf("what was postponed: %v", got)
		}
		late := lease(now.Add(2 * time.Minute))
		if len(late) != 2 || late[0].ID != ids[2] || late[1].ID != ids[1] || late[1].Attempts != 3 {
			t.Errorf("of a worker who died: %v", late)
		}
		// The worker was not dead: what he says about letters that are another's by now is not heard.
		for name, f := range map[string]func(*Tx) (bool, error){
			"finished":   func(tx *Tx) (bool, error) { return tx.FinishDelivery(got[2], now, "late") },
			"postponed":  func(tx *Tx) (bool, error) { return tx.PostponeDelivery(got[2], now, "late") },
			"given back": func(tx *Tx) (bool, error) { return tx.GiveBackDelivery(got[2]) },
		} {
			write(t, s, func(tx *Tx) error {
				if ok, err := f(tx); ok || err != nil {
					t.Errorf("%s: %v %v", name, ok, err)
				}
				return nil
			})
		}
		write(t, s, func(tx *Tx) error { return stored(tx.GiveBackDelivery(late[1])) })
		if got := lease(now.Add(2 * time.Minute)); len(got) != 1 || got[0].ID != ids[1] || got[0].Attempts != 3 {
			t.Errorf("what was given back: %v", got)
		}
		payloads := must(all(read(t, s), column[string], `SELECT payload FROM delivery WHERE id = $1`, ids[0]))(t)
		if payloads[0] != "" {
			t.Errorf("what is done still carries %q", payloads[0])
		}
		write(t, s, func(tx *Tx) error {
			if ok, err := tx.PostponeDelivery(got[0], now, "again"); ok || err != nil {
				t.Errorf("what is done was postponed: %v %v", ok, err)
			}
			return nil
		})
		if must(read(t, s).DeliveryWaits("mail", now))(t) {
			t.Error("what is done is due")
		}
	})
}

func TestDeliveriesOfOtherKinds(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		now := microseconds(s.now())
		write(t, s, func(tx *Tx) error {
			return tx.InsertDelivery(&Delivery{ID: tx.NewID(), Event: 5, Kind: "webhook", DueAt: now})
		})
		now = now.Add(time.Second)
		if must(read(t, s).DeliveryWaits("mail", now))(t) || !must(read(t, s).DeliveryWaits("webhook", now))(t) {
			t.Error("a webhook waits, and no mail")
		}
		write(t, s, func(tx *Tx) error {
			mails, err := tx.LeaseDeliveries("mail", now, now.Add(time.Minute))
			hooks, err2 := tx.LeaseDeliveries("webhook", now, now.Add(time.Minute))
			if len(mails) != 0 || len(hooks) != 1 {
				t.Errorf("mails %v, webhooks %v", mails, hooks)
			}
			return firstError(err, err2)
		})
	})
}

func TestMailTokenWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		u := insertUser(t, s, "ann")
		want := &MailToken{
			ID: s.NewID(), Realm: u.Realm, User: u.ID, Purpose: "reset", EmailKey: "a@b", Digest: "d", ExpiresAt: u.CreatedAt.Add(time.Hour),
		}
		write(t, s, func(tx *Tx) error { return tx.InsertMailToken(want) })
		if diff := cmp.Diff(want, must(read(t, s).MailToken(u.Realm, want.ID))(t)); diff != "" {
			t.Error(diff)
		}
		used := parallel(t, 32, func(int) (ok bool, err error) {
			err = s.Write(t.Context(), func(tx *Tx) (err error) { ok, err = tx.UseMailToken(want.ID, u.CreatedAt); return err }, nil)
			return ok, err
		})
		if used != 1 {
			t.Errorf("it worked %d times", used)
		}
		if got := must(read(t, s).MailToken(u.Realm, want.ID))(t); !got.UsedAt.Equal(u.CreatedAt) {
			t.Errorf("used at %v", got.UsedAt)
		}
	})
}

func TestMailTokenWorksOnceOnTwoNodes(t *testing.T) {
	nodes := twoNodes(t)
	u := insertUser(t, nodes[0], "ann")
	token := &MailToken{ID: nodes[0].NewID(), Realm: u.Realm, User: u.ID}
	write(t, nodes[0], func(tx *Tx) error { return tx.InsertMailToken(token) })
	used := parallel(t, 32, func(i int) (ok bool, err error) {
		err = nodes[i%2].Write(t.Context(), func(tx *Tx) (err error) { ok, err = tx.UseMailToken(token.ID, u.CreatedAt); return err }, nil)
		return ok, err
	})
	if used != 1 {
		t.Errorf("it worked %d times", used)
	}
}

func TestCredentialAndSettingAndFact(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		u := insertUser(t, s, "ann")
		if got := must(read(t, s).Credential(u.ID, CredentialPassword))(t); got != "" {
			t.Errorf("no password is %q", got)
		}
		for _, secret := range []string{"one", "two"} {
			write(t, s, func(tx *Tx) error { return tx.SetCredential(u.ID, CredentialPassword, secret, tx.Now()) })
		}
		if got := must(read(t, s).Credential(u.ID, CredentialPassword))(t); got != "two" {
			t.Errorf("the password is %q", got)
		}
		at := u.CreatedAt
		for _, x := range []muster.Setting{{Name: "b", Value: []byte("1")}, {Name: "a", Value: []byte("true")}, {Name: "c", Owner: u.ID, Value: []byte("2")}} {
			x.UpdatedAt = at
			write(t, s, func(tx *Tx) error { return tx.SetSetting(muster.MainRealm, x) })
		}
		// An equal value keeps its time.
		write(t, s, func(tx *Tx) error {
			return tx.SetSetting(muster.MainRealm, muster.Setting{Name: "a", Value: []byte("true"), UpdatedAt: at.Add(time.Hour)})
		})
		settings := must(read(t, s).Settings(muster.MainRealm))(t)
		if len(settings) != 2 || settings[0].Name != "a" || string(settings[0].Value) != "true" || !settings[0].UpdatedAt.Equal(at) || settings[1].Name != "b" {
			t.Errorf("the settings are %v", settings)
		}
		write(t, s, func(tx *Tx) error { return tx.RemoveSetting(muster.MainRealm, 0, "a") })
		if got := must(read(t, s).Setting(muster.MainRealm, 0, "a"))(t); got != nil {
			t.Errorf("a removed setting is %v", got)
		}
		if got := must(read(t, s).Setting(muster.MainRealm, u.ID, "c"))(t); got == nil || string(got.Value) != "2" {
			t.Errorf("a person's setting is %v", got)
		}
		stated := parallel(t, 8, func(i int) (ok bool, err error) {
			err = s.Write(t.Context(), func(tx *Tx) (err error) { ok, err = tx.StateFact("first", fmt.Sprint(i)); return err }, nil)
			return ok, err
		})
		if v := must(read(t, s).Fact("first"))(t); stated != 1 || v == "" {
			t.Errorf("%d stated the fact %q", stated, v)
		}
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		u, other := insertUser(t, s, "ann"), insertUser(t, s, "bob")
		var sessions []*muster.Session
		write(t, s, func(tx *Tx) error {
			for i := range 6 {
				x := &muster.Session{
					ID: tx.NewID(), Realm: u.Realm, User: u.ID, Behind: muster.ID(i), Wire: "tat", Agent: "a", Address: "192.0.2.1",
					CreatedAt: u.CreatedAt, ExpiresAt: u.CreatedAt.Add(time.Hour),
				}
				if i == 5 {
					x.User = other.ID
				}
				sessions = append(sessions, x)
				if err := tx.InsertSession(x); err != nil {
					return err
				}
			}
			return nil
		})
		if diff := cmp.Diff(sessions[3], must(read(t, s).Session(u.Realm, sessions[3].ID))(t)); diff != "" {
			t.Error(diff)
		}
		alive := func() (list []int) {
			for i, x := range sessions {
				if must(read(t, s).Session(u.Realm, x.ID))(t).EndedAt.IsZero() {
					list = append(list, i)
				}
			}
			return list
		}
		for i, c := range []struct {
			f    func(*Tx) error
			want []int
		}{
			{func(tx *Tx) error { return tx.EndOldSessionsOf(u.ID, 5, tx.Now()) }, []int{0, 1, 2, 3, 4, 5}},
			{func(tx *Tx) error { return tx.EndOldSessionsOf(u.ID, 4, tx.Now()) }, []int{1, 2, 3, 4, 5}},
			{func(tx *Tx) error { return stored(tx.EndSession(u.Realm, sessions[2].ID, tx.Now())) }, []int{1, 3, 4, 5}},
			{func(tx *Tx) error { _, err := tx.EndSessionsOf(u.ID, sessions[3].ID, tx.Now()); return err }, []int{3, 5}},
			{func(tx *Tx) error { return stored(tx.EndSession(u.Realm, sessions[2].ID, tx.Now())) }, nil},
			{func(tx *Tx) error { n, err := tx.EndSessionsOf(u.ID, 0, tx.Now()); return stored(n == 1, err) }, []int{5}},
		} {
			err := s.Write(t.Context(), c.f, nil)
			if c.want == nil {
				wantErr(t, err, muster.ErrTaken) // it had ended
			} else if got := alive(); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("step %d left %v, %v; want %v", i, got, err, c.want)
			}
		}
	})
}
