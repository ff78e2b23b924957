package core

import (
	"context"
	"testing"
	"time"

	"muster"
)

// throttled is a house whose throttles are on.
func throttled(t *testing.T, engine string) *house {
	h := newHouse(t, engine)
	h.throttles = newThrottles(false)
	return h
}

func from(address string) context.Context {
	return muster.WithActor(context.Background(), muster.Actor{Realm: muster.MainRealm, Origin: muster.Origin{Wire: "corteza", Address: address}})
}
