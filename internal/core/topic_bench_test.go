//go:build unix

package core

import (
	"fmt"
	"testing"

	"muster"
)

// benchTopics is a house with a thousand topics, half of which ann can read by a group, and one in ten by herself.
func benchTopics(b *testing.B, engine string) (h *house, admin, ann *SignedIn) {
	b.Helper()
	h, admin, _ = benchHouse(b, engine, 0)
	ann = h.join("ann")
	crew := h.group("Crew", nil, ann)
	h.must(h.store.Write(h.context(), func(tx *storeTx) error {
		for i := range 1000 {
			path := fmt.Sprintf("/Team-%03d", i)
			t := &muster.Topic{ID: tx.NewID(), Realm: muster.MainRealm, Name: path, Path: path, Settings: muster.DefaultTopicSettings(), CreatedAt: tx.Now()}
			t.Rights = []muster.TopicRight{{Level: muster.TopicWriter, User: admin.User.ID}}
			if i%2 == 0 {
				t.Rights = append(t.Rights, muster.TopicRight{Level: muster.TopicReader, Group: crew})
			}
			if i%10 == 0 {
				t.Rights = append(t.Rights, muster.TopicRight{Level: muster.TopicAdmin, User: ann.User.ID})
			}
			if err := tx.InsertTopic(t); err != nil {
				return err
			}
		}
		return nil
	}, nil))
	return h, admin, ann
}

func BenchmarkListTopics(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, admin, ann := benchTopics(b, engine)
		for _, x := range []struct {
			name string
			in   *SignedIn
			f    muster.TopicFilter
			want int
		}{
			{"page-of-all", admin, muster.TopicFilter{Page: muster.Page{Limit: 50, Offset: 100}}, 50},
			{"page-of-500-by-a-group", ann, muster.TopicFilter{Page: muster.Page{Limit: 50}}, 50},
			{"all", admin, muster.TopicFilter{}, 1000},
			{"below", admin, muster.TopicFilter{Below: "/Team-500"}, 1},
			{"for-administrators", admin, muster.TopicFilter{AllPublic: true, Page: muster.Page{Limit: 50}}, 50},
		} {
			ctx := h.as(x.in)
			b.Run(x.name, func(b *testing.B) {
				callers(b, 1, func(int) error {
					list, err := h.ListTopics(ctx, x.f)
					if err == nil && len(list.Items) != x.want {
						err = fmt.Errorf("%d topics", len(list.Items))
					}
					return err
				})
			})
		}
		ctx := h.as(ann)
		b.Run("one", func(b *testing.B) {
			callers(b, 1, func(i int) error { _, err := h.ReadTopic(ctx, fmt.Sprintf("/Team-%03d", i%500*2)); return err })
		})
	})
}

func BenchmarkPresences(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, admin, ann := benchTopics(b, engine)
		ctx, adas := h.as(ann), h.as(admin)
		for i := range 500 {
			if _, err := h.SetPresence(adas, fmt.Sprintf("/Team-%03d", i), muster.StatusOnline); err != nil {
				b.Fatal(err)
			}
		}
		for _, n := range []int{1, 16} {
			b.Run(fmt.Sprint("set-", n), func(b *testing.B) {
				callers(b, n, func(i int) error {
					_, err := h.SetPresence(ctx, fmt.Sprintf("/Team-%03d", i%500*2), muster.StatusOnline)
					return err
				})
			})
		}
		b.Run("list-a-topic", func(b *testing.B) {
			callers(b, 1, func(int) error { _, err := h.ListPresences(ctx, muster.PresenceFilter{Topic: "/Team-000"}); return err })
		})
		b.Run("list-all", func(b *testing.B) {
			callers(b, 1, func(int) error {
				_, err := h.ListPresences(ctx, muster.PresenceFilter{Page: muster.Page{Limit: 10}})
				return err
			})
		})
	})
}
