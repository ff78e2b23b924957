package tat

import (
	"errors"
	"fmt"
	"net/http"

	"muster"
)

// wordUser words what goes wrong with a user whom a request names.
func wordUser(err error, username string) error {
	switch {
	case errors.Is(err, muster.ErrUserNotFound):
		return worded(err, "user with username %s does not exist", username)
	case errors.Is(err, muster.ErrSelf), errors.Is(err, muster.ErrLastAdmin):
		return worded(err, "user with username %s can't be archived or converted: %s", username, err.Error())
	}
	return errAdmin(err)
}

// wordSystemUser words what goes wrong with system users.
func wordSystemUser(err error, username, what string) error {
	switch {
	case errors.Is(err, muster.ErrNotSystemName):
		return worded(err, "Username does not begin with tat.system (%s), it's not possible to %s", username, what)
	case errors.Is(err, muster.ErrIsSystem):
		return worded(err, "user with username %s is already a system user", username)
	case errors.Is(err, muster.ErrNotSystem):
		return worded(err, "user with username %s is not a system user", username)
	}
	return wordUser(err, username)
}

func invalidAccount(p accountParams) error {
	return refuse("Invalid username (%s) or fullname (%s) or email (%s)", p.Username, p.Fullname, p.Email)
}

// wordCreate does not say which of the three was taken.
func wordCreate(err error, p accountParams) error {
	switch e, _ := muster.AsError(err); {
	case e.Code == muster.ErrTaken.Code:
		return worded(err, "Please check your username, email or fullname. If you are already registered, please reset your password")
	case e.Kind == muster.Invalid:
		return invalidAccount(p)
	}
	return err
}

func wordRename(err error, p renameParams) error {
	switch e, _ := muster.AsError(err); e.Kind {
	case muster.Conflict, muster.Invalid:
		return worded(err, "Rename %s user to %s failed", p.Username, p.NewUsername)
	}
	return wordUser(err, p.Username)
}

func wordUpdate(err error, p updateParams) error {
	said := fmt.Sprintf("Update %s user to fullname %s and email %s failed", p.Username, p.NewFullname, p.NewEmail)
	switch e, _ := muster.AsError(err); {
	case errors.Is(err, muster.Taken("name")):
		return worded(err, "%s : Fullname %s already exists", said, p.NewFullname)
	case errors.Is(err, muster.Taken("email")):
		return worded(err, "%s : Email %s already exists", said, p.NewEmail)
	case e.Kind == muster.Invalid:
		return worded(err, "Invalid Fullname %s or Email %s", p.NewFullname, p.NewEmail)
	}
	return wordUser(err, p.Username)
}

// said is the name of a topic as it is repeated: in its legal spelling where it has one.
func said(name string) string {
	if legal, ok := muster.TopicName(name); ok {
		return legal
	}
	return name
}

func invalidTopic(name string) error {
	return refuse("Invalid topic length (4 to 100 characters, beginning with slash. Ex: /ABC): %s", name)
}

// wordTopic words what goes wrong with a topic that a request names.
func wordTopic(err error, name string) error {
	switch {
	case errors.Is(err, muster.ErrTopicNotFound):
		return worded(err, "topic %s does not exist or you have no access on it", said(name))
	case errors.Is(err, muster.ErrDenied):
		return worded(err, "No RW access to topic %s", said(name))
	}
	return err
}

func wordCreateTopic(err error, name string) error {
	above := muster.ParentTopic(said(name))
	switch {
	case errors.Is(err, muster.InvalidField("topic", "")):
		return invalidTopic(name)
	case errors.Is(err, muster.ErrDenied) && above == "":
		return wordedAs(http.StatusUnauthorized, err, "No write access to create parent topic %s", said(name))
	case errors.Is(err, muster.ErrDenied):
		return wordedAs(http.StatusUnauthorized, err, "No RW access to parent topic %s", above)
	case errors.Is(err, muster.ErrParentNotFound):
		return wordedAs(http.StatusNotFound, err, "Parent Topic not found %s", said(name))
	case errors.Is(err, muster.Taken("topic")):
		return wordedAs(http.StatusConflict, err, "Topic Already Exists : %s", said(name))
	}
	return err
}

// wordGroup words what goes wrong with a group that a request names; an unknown one has another status on some routes.
func wordGroup(unknown int, err error, name string) error {
	switch {
	case errors.Is(err, muster.ErrGroupNotFound), errors.Is(err, muster.ErrUserNotFound): // where no group was named at all
		return wordedAs(unknown, err, "group %s does not exist", name)
	case errors.Is(err, muster.ErrTaken):
		return wordedAs(http.StatusConflict, err, "group %s already exists", name)
	case errors.Is(err, muster.ErrDenied), errors.Is(err, muster.ErrAdminOnly):
		return worded(err, "user is not admin on group %s", name)
	}
	return err
}

func wordPresence(err error, topic, status string) error {
	switch {
	case errors.Is(err, muster.InvalidField("status", "")):
		return worded(err, "Invalid Status, should be online or offline or busy :%s", status)
	case errors.Is(err, muster.ErrDenied):
		return errAdmin(err) // to take away somebody else's
	}
	return wordTopic(err, topic)
}
