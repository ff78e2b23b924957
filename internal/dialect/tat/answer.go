package tat

import (
	"net/http"
	"time"

	"muster"
	"muster/internal/httpx"
)

const (
	contentType = "application/json; charset=utf-8"
	noCache     = "no-cache, no-store, must-revalidate"
)

// The shapes of answers that are only a sentence (contract, 1.3).
type (
	refusal struct {
		Error string `json:"error"`
	}
	info struct {
		Info string `json:"info"`
	}
	message struct {
		Message string `json:"message"`
	}
)

// nothing is the answer of a change that has no value.
const nothing = ""

// An otherwise is an answer of another status than the table has for its route.
type otherwise struct {
	status int
	value  any
}

// writeJSON answers with a value of ours, which can be encoded.
func writeJSON(w http.ResponseWriter, status int, v any) {
	_ = httpx.JSON(w, status, contentType, v)
}

// unix is an instant in seconds, cut; 0 for the zero time.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// all gives each its shape. A list of none is null, as on the original.
func all[T, W any](items []T, shape func(T) W) []W {
	var list []W
	for _, v := range items {
		list = append(list, shape(v))
	}
	return list
}

// hex spells an id.
func hex(id muster.ID) string { return id.Hex() }
