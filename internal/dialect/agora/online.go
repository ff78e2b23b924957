package agora

import (
	"encoding/json"
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
)

// about asks a verb about the user whom the path names. What is answered is keyed by the name as the client spelled it: it looks
// there.
func about[T any](f *facade, r *http.Request, verb func(muster.ID) (T, error)) (any, error) {
	u, err := f.user(r)
	if err != nil {
		return nil, err
	}
	v, err := verb(u.ID)
	if err != nil {
		return nil, err
	}
	return answer{address: true, entities: []entity{}, count: counted(0), data: map[string]T{r.PathValue("username"): v}}, nil
}

func statusWord(online bool) string {
	if online {
		return "online"
	}
	return "offline"
}

func (f *facade) status(r *http.Request) (any, error) {
	return about(f, r, func(user muster.ID) (string, error) {
		online, err := f.core.ReadStatus(r.Context(), user)
		return statusWord(online), err
	})
}

type names struct {
	Usernames []string `json:"usernames"`
}

// statuses answers a list of objects with one member each, in the order of the request.
func (f *facade) statuses(r *http.Request) (any, error) {
	var n names
	if err := decodeObject(r, &n); err != nil {
		return nil, err
	}
	switch {
	case len(n.Usernames) == 0:
		return nil, errShape
	case len(n.Usernames) > core.MostStatuses:
		return nil, errManyTargets
	}
	online, err := f.core.ReadStatuses(r.Context(), n.Usernames)
	if err != nil {
		return nil, err
	}
	return answer{action: "get batch user status", data: states{n.Usernames, online}}, nil
}

// states are a list of objects with one member each. They are written by hand: a hundred maps cost more than all the rest of the
// answer.
type states struct {
	names  []string
	online []bool
}

// MarshalJSON never fails.
func (s states) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 32*len(s.names)+2), '[')
	for i, name := range s.names {
		if i > 0 {
			b = append(b, ',')
		}
		text, _ := json.Marshal(name) // any string can be one
		b = append(append(append(b, '{'), text...), `:"`...)
		b = append(append(b, statusWord(s.online[i])...), `"}`...)
	}
	return append(b, ']'), nil
}

// disconnect ends the live links of a user, or the one that the path names. It is a GET that changes something: the vendor has it
// so.
func (f *facade) disconnect(r *http.Request) (any, error) {
	if err := noBody(r); err != nil {
		return nil, err
	}
	u, err := f.user(r)
	if err == nil {
		err = f.core.DisconnectUser(r.Context(), u.ID, r.PathValue("resource"))
	}
	if err != nil {
		return nil, err
	}
	return answer{address: true, entities: []entity{}, data: map[string]bool{"result": true}}, nil
}

// A resource is a client who is connected. What else the vendor tells of devices nobody tells us.
type resource struct {
	Resource   string `json:"res"`
	DeviceUUID string `json:"device_uuid"`
	DeviceName string `json:"device_name"`
}

func (f *facade) resources(r *http.Request) (any, error) {
	u, err := f.user(r)
	if err != nil {
		return nil, err
	}
	links, err := f.core.ListLinks(r.Context(), u.ID)
	if err != nil {
		return nil, err
	}
	list := dialect.All(links, func(l muster.Link) resource { return resource{l.Resource, l.ID.UUID(), l.Resource} })
	return answer{address: true, entities: []entity{}, count: counted(len(list)), data: list}, nil
}
