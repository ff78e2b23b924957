package tat

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"muster"
)

// contactsAnswer is who the contacts are, and where they were lately.
type contactsAnswer struct {
	Contacts  []person   `json:"contacts"`
	Count     int        `json:"countContactsPresences"`
	Presences []presence `json:"contactsPresence"`
}

// caller is the username of who asks. It has been compared letter for letter.
func caller(r *http.Request) string { return credential(r.Header, nameHeaders) }

func (f *facade) contactsSince(r *http.Request, _ none) (any, error) {
	return f.contacts(r, r.PathValue("since"))
}

// contacts answers the contacts, and their presences of so many last seconds. Fewer than none find nothing.
func (f *facade) contacts(r *http.Request, since string) (any, error) {
	seconds, err := strconv.ParseInt(since, 10, 64)
	if err != nil {
		return nil, refuse("Invalid since parameter : must be an interger")
	}
	const longest = 1 << 31 // presences do not last that long
	seen, err := f.core.ListContactsSeen(r.Context(), time.Duration(min(max(seconds, -1), longest))*time.Second)
	if err != nil {
		return nil, err
	}
	contacts := all(seen.Contacts, personOf)
	if contacts == nil {
		contacts = []person{}
	}
	return contactsAnswer{contacts, len(seen.Presences), all(seen.Presences, presenceOf)}, nil
}

// addContact makes somebody a contact. The original's documentation asks by POST for the presences of so many last seconds,
// too: a number that is nobody's name means that.
func (f *facade) addContact(r *http.Request, _ none) (any, error) {
	name := r.PathValue("username")
	err := f.core.AddContact(r.Context(), name)
	switch {
	case errors.Is(err, muster.ErrUserNotFound) && strings.Trim(name, "0123456789") == "":
		v, err := f.contacts(r, name)
		return otherwise{http.StatusOK, v}, err
	case errors.Is(err, muster.ErrUserNotFound):
		return nil, wordUser(err, name)
	}
	return nothing, worded(err, "Error while add contact %s to user:%s", name, caller(r))
}

func (f *facade) removeContact(r *http.Request, _ none) (any, error) {
	name := r.PathValue("username")
	if err := f.core.RemoveContact(r.Context(), name); err != nil {
		return nil, worded(err, "Error while remove contact %s to user:%s", name, caller(r))
	}
	return info{"Contact " + name + " is removed"}, nil
}
