//go:build unix

package core

import (
	"fmt"
	"testing"

	"muster"
)

// BenchmarkSendMessage is a sending with all it has: a synced commit, and from many callers commits that they share.
func BenchmarkSendMessage(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, _, ids := benchHouse(b, engine, 600)
		var names []string
		for _, id := range ids {
			names = append(names, h.user(id).Username)
		}
		for _, n := range []struct{ recipients, callers int }{{1, 1}, {1, 16}, {600, 1}} {
			b.Run(fmt.Sprintf("%d-to-%d", n.callers, n.recipients), func(b *testing.B) {
				callers(b, n.callers, func(i int) error {
					to := names
					if n.recipients == 1 {
						to = names[i%len(names):][:1]
					}
					_, err := h.SendMessage(h.system(), textTo(to...))
					return err
				})
			})
		}
	})
}

// BenchmarkReadStatuses asks for a hundred of six hundred users, half of whom are online.
func BenchmarkReadStatuses(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, _, ids := benchHouse(b, engine, 600)
		var names []string
		for i, id := range ids {
			u := h.user(id)
			if names = append(names, u.Username); i%2 == 0 {
				h.must(h.Links.Open(muster.Link{ID: h.store.NewID(), Realm: u.Realm, User: id, Username: u.Username, Resource: "bench"}))
			}
		}
		callers(b, 1, func(i int) error {
			online, err := h.ReadStatuses(h.system(), names[i%6*100:][:100])
			if err == nil && (!online[0] || online[1]) {
				err = fmt.Errorf("they are %v", online)
			}
			return err
		})
	})
}
