// Package dialect is what façades of foreign wires share because it really is the same there: who asks, ids as decimal texts,
// the envelope of the Crust house and its successor Corteza. What differs by a word stays in the façade.
package dialect

import (
	"math"
	"net/http"
	"strings"
	"time"

	"muster"
	"muster/internal/httpx"
)

// Actor is nobody yet, who asks by the wire, in realm main.
func Actor(r *http.Request, wire string) muster.Actor {
	return muster.Actor{Realm: muster.MainRealm, Origin: muster.Origin{
		Wire: wire, Address: httpx.ClientAddress(r).String(), Agent: agent(r), RequestID: httpx.RequestIDFrom(r.Context()),
	}}
}

// agent is what the client calls itself, if that is text that can be kept.
func agent(r *http.Request) string {
	const longest = 256
	ua := r.UserAgent()
	if !muster.ValidText(ua, longest) {
		return ""
	}
	return ua
}

// Spell answers an error in the words of a wire: write does that for one of ours, whose client is still there. All else is the
// router's: it is returned, logged there, and tells the client nothing.
func Spell(r *http.Request, err error, write func(error)) error {
	if err == nil || r.Context().Err() != nil {
		return err
	}
	if _, foreign := muster.AsError(err); foreign {
		return err
	}
	write(err)
	return nil
}

// Bearer is the token of the Authorization header, without the word before it in any letter case; "" if there is none.
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// UnknownID is an id that nothing will ever have. It stands for numbers that are no legal ids.
const UnknownID muster.ID = math.MaxInt64

// ID reads an id as queries, forms and paths give it: text and 0 are 0, a number that is no legal id is [UnknownID].
func ID(s string) muster.ID {
	if id, ok := muster.ParseID(s); ok {
		return id
	}
	if s == "" || strings.Trim(s, "0123456789") != "" || strings.Trim(s, "0") == "" {
		return 0
	}
	return UnknownID
}

// ContentType has no charset in the envelope's house.
const ContentType = "application/json"

// Respond answers a value: {"response": v}.
func Respond(w http.ResponseWriter, v any) error {
	return httpx.JSON(w, http.StatusOK, ContentType, struct {
		Response any `json:"response"`
	}{v})
}

// Say answers a sentence without a value: {"error": {"message": text}}, or in place of error what key says.
func Say(w http.ResponseWriter, status int, key, text string) error {
	return httpx.JSON(w, status, ContentType, map[string]map[string]string{key: {"message": text}})
}

// All gives each its shape. The list is never null.
func All[T, W any](items []T, shape func(T) W) []W {
	list := make([]W, len(items))
	for i, v := range items {
		list[i] = shape(v)
	}
	return list
}

// As gives what a verb answers its shape on the wire: As(userOf)(core.ReadUser(ctx, id)).
func As[T, W any](shape func(T) W) func(T, error) (any, error) {
	return func(v T, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return shape(v), nil
	}
}

// Instant is an instant in RFC 3339, cut to the second; "" for the zero time.
func Instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
