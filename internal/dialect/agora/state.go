package agora

import (
	"context"
	"net/http"

	"muster"
)

// changed asks a verb about the user whom the path names, and answers him as he is then.
func (f *facade) changed(r *http.Request, verb func(context.Context, muster.ID) error) (*muster.User, error) {
	if err := noBody(r); err != nil {
		return nil, err
	}
	u, err := f.user(r)
	if err != nil {
		return nil, err
	}
	if err := verb(r.Context(), u.ID); err != nil {
		return nil, err
	}
	return f.core.ReadAppUser(r.Context(), u.ID.UUID())
}

func (f *facade) deactivate(r *http.Request) (any, error) {
	u, err := f.changed(r, f.core.SuspendUser)
	if err != nil {
		return nil, err
	}
	return answer{action: "Deactivate user", entities: entitiesOf(u)}, nil
}

func (f *facade) activate(r *http.Request) (any, error) {
	_, err := f.changed(r, f.core.UnsuspendUser)
	return answer{action: "activate user"}, err
}
