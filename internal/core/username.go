package core

import (
	"strconv"
	"strings"
	"unicode"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// insertUser gives a new user an id, his names and a row. Taken names are refused in the order e-mail, username, handle.
func (tx *Tx) insertUser(u *muster.User, makeHandle bool) error {
	u.ID, u.Version = tx.NewID(), 1
	u.CreatedAt = u.ID.Time()
	u.ChangedAt = u.CreatedAt
	if u.Email != "" {
		if err := tx.takeName(u, "email", u.Email); err != nil {
			return err
		}
	}
	u.UsernameGiven = u.Username != ""
	if err := tx.takeUsername(u); err != nil {
		return err
	}
	if u.Handle == "" && makeHandle {
		return tx.insertWithMadeHandle(u)
	}
	ok, err := tx.InsertUser(u)
	if err == nil && !ok {
		err = muster.Taken("handle")
	}
	return err
}

func (tx *Tx) takeName(u *muster.User, field, name string) error {
	ok, err := tx.TakeSignInName(u.Realm, u.ID, name)
	if err == nil && !ok {
		err = muster.Taken(field)
	}
	return err
}

// takeUsername takes the username that was given, or makes one.
func (tx *Tx) takeUsername(u *muster.User) error {
	if u.UsernameGiven {
		return tx.takeName(u, "username", u.Username)
	}
	for try := range madeUsernameTries {
		name := madeUsername(u, try)
		ok, err := tx.TakeSignInName(u.Realm, u.ID, name)
		if err != nil {
			return err
		}
		if ok {
			u.Username = name
			return nil
		}
	}
	return muster.Taken("username")
}

const madeUsernameTries = 12

// madeUsername is the username to try for somebody who was given none (one-core, 1.2): the handle, else the e-mail's local
// part, else the name; then with a number; then with six random characters, which will do.
func madeUsername(u *muster.User, try int) string {
	base := usernameBase(u)
	switch {
	case try == 0:
		return base
	case try < 9:
		return base + "-" + strconv.Itoa(try+1)
	}
	return base + "-" + strings.ToLower(token.Alnum(6))
}

const madeUsernameLength = 70

func usernameBase(u *muster.User) string {
	local, _, _ := strings.Cut(u.Email, "@")
	for _, from := range []string{u.Handle, local, u.Name} {
		name := strings.Map(func(r rune) rune {
			if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._+-", r)) {
				return r
			}
			return -1
		}, from)
		name = strings.TrimLeft(name, "._+-")
		name = name[:min(len(name), madeUsernameLength)]
		if name != "" && !strings.HasPrefix(strings.ToLower(name), "tat.system") {
			return name
		}
	}
	return "user"
}

// retakeNames takes back the names that the deletion of the user had freed.
func (tx *Tx) retakeNames(u *muster.User) error {
	if u.Email != "" {
		if err := tx.takeName(u, "email", u.Email); err != nil {
			return err
		}
	}
	if u.UsernameGiven {
		if err := tx.takeName(u, "username", u.Username); err != nil {
			return err
		}
	}
	return tx.handleFree(u)
}

// handleFree only words the refusal; that handles are unique is the index's business.
func (tx *Tx) handleFree(u *muster.User) error {
	if u.Handle == "" {
		return nil
	}
	list, err := tx.Users(u.Realm, muster.UserFilter{Handle: u.Handle, Suspended: muster.With, Page: muster.Page{Limit: 1}}, store.All(), store.All(), store.All())
	if err == nil && len(list.Items) > 0 {
		err = muster.Taken("handle")
	}
	return err
}

// remakeUsername takes a made username again, or makes another one.
func (tx *Tx) remakeUsername(u *muster.User) error {
	if u.UsernameGiven {
		return nil
	}
	ok, err := tx.TakeSignInName(u.Realm, u.ID, u.Username)
	if err != nil || ok {
		return err
	}
	return tx.takeUsername(u)
}

// insertWithMadeHandle stores a user with a handle made from name, username or the e-mail's local part, whichever is legal and
// free first; without one if none is.
func (tx *Tx) insertWithMadeHandle(u *muster.User) error {
	local, _, _ := strings.Cut(u.Email, "@")
	for _, from := range []string{u.Name, givenUsername(u), local} {
		u.Handle = handleFrom(from)
		if u.Handle == "" {
			continue
		}
		if ok, err := tx.InsertUser(u); err != nil || ok {
			return err
		}
	}
	u.Handle = ""
	_, err := tx.InsertUser(u)
	return err
}

// handleFrom is text as a handle: each word with a capital letter, without blanks and illegal characters; "" if that is none.
func handleFrom(text string) string {
	var b strings.Builder
	for _, word := range strings.Fields(text) {
		runes := []rune(word)
		b.WriteString(string(unicode.ToTitle(runes[0])) + string(runes[1:]))
	}
	h := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-.", r)) {
			return r
		}
		return -1
	}, b.String())
	h = h[:min(len(h), muster.MaxHandle)]
	if !muster.ValidHandle(h) {
		return ""
	}
	return h
}
