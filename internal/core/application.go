package core

import (
	"context"
	"net/url"
	"regexp"

	"muster"
	"muster/internal/store"
)

// ApplicationForm is what wires say of an application when they make or change one.
type ApplicationForm struct {
	Name     string
	Enabled  bool
	Launcher *muster.Launcher
}

// SeenApplication is an application and what the caller may do with it.
type SeenApplication struct {
	*muster.Application
	MayGrant, MayUpdate, MayDelete bool
}

// ListApplications lists the applications that f selects and the caller may read. Who asks for deleted ones needs the right to
// see what is deleted. Unlike one that is read by its id, an application that no rule speaks of is not listed (corteza.md, 3.4).
func (c *Core) ListApplications(ctx context.Context, f muster.ApplicationFilter) (muster.List[SeenApplication], error) {
	return view(ctx, c, muster.ActionListApplications, func(v *View) (list muster.List[SeenApplication], err error) {
		if f.Deleted != muster.Without && !v.May(muster.Realm(), muster.OpAccess) {
			return list, muster.ErrDenied
		}
		all, err := v.Applications(muster.MainRealm, f, v.listed(muster.NounApplication))
		list.Total = all.Total
		for _, a := range all.Items {
			list.Items = append(list.Items, v.seenApplication(a))
		}
		return list, err
	})
}

// listed is the part of a noun's objects that the caller finds in lists, where nothing is allowed that no rule allows.
func (v *View) listed(noun muster.Noun) store.Visible {
	v.required = true
	if v.Actor.System {
		return store.All()
	}
	return visible(v.rights.Filter(string(noun), muster.OpRead, false))
}

func (v *View) seenApplication(a *muster.Application) SeenApplication {
	res := applicationResource(a.ID)
	return SeenApplication{a, v.May(muster.Realm(), muster.OpGrant), v.May(res, muster.OpUpdate), v.May(res, muster.OpDelete)}
}

func applicationResource(id muster.ID) muster.Resource {
	return muster.Resource{Noun: muster.NounApplication, ID: id}
}

// ReadApplication answers one application, deleted or not.
func (c *Core) ReadApplication(ctx context.Context, id muster.ID) (SeenApplication, error) {
	return view(ctx, c, muster.ActionReadApplication, func(v *View) (SeenApplication, error) { return v.readApplication(id) })
}

// readApplication reads an application that the caller may read.
func (v *View) readApplication(id muster.ID) (SeenApplication, error) {
	if err := legalID(id); err != nil {
		return SeenApplication{}, err
	}
	a, err := v.Application(muster.MainRealm, id)
	if err != nil {
		return SeenApplication{}, err
	}
	if err := v.Require(applicationResource(id)); err != nil {
		return SeenApplication{}, err
	}
	if a == nil {
		return SeenApplication{}, muster.ErrApplicationNotFound
	}
	return v.seenApplication(a), nil
}

// CreateApplication makes an application, which the caller owns.
func (c *Core) CreateApplication(ctx context.Context, f ApplicationForm) (SeenApplication, error) {
	a, err := withScripts(ctx, c, muster.ActionCreateApplication, f, tellApplication(0), c.createApplication)
	return c.applicationSeenByCaller(ctx, a, err)
}

func (c *Core) createApplication(ctx context.Context, f ApplicationForm) (*muster.Application, error) {
	return do(ctx, c, muster.ActionCreateApplication, func(tx *Tx) (*muster.Application, error) {
		tx.About(muster.Resource{Noun: muster.NounApplication}, "new.name", legalName(f.Name))
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		a := &muster.Application{ID: tx.NewID(), Realm: muster.MainRealm, Owner: tx.Actor.User, Version: 1}
		a.CreatedAt = a.ID.Time()
		if err := f.fill(a); err != nil {
			return nil, err
		}
		tx.Record(applicationResource(a.ID), "new.id", a.ID)
		if err := tx.happens(applicationOccasion(doCreate, a, nil)); err != nil {
			return nil, err
		}
		return a, tx.InsertApplication(a)
	})
}

func (c *Core) applicationSeenByCaller(ctx context.Context, a *muster.Application, err error) (SeenApplication, error) {
	if err != nil {
		return SeenApplication{}, err
	}
	v, err := c.callerView(ctx)
	if err != nil {
		return SeenApplication{Application: a}, nil // the change is done; the session has ended since
	}
	return v.seenApplication(a), nil
}

// fill replaces what the form speaks of.
func (f *ApplicationForm) fill(a *muster.Application) error {
	if !muster.ValidText(f.Name, muster.MaxName) {
		return muster.InvalidField("name", "at most 200 characters, none of them control characters")
	}
	if f.Launcher != nil && !goodLauncher(f.Launcher) {
		return muster.InvalidField("unify", "addresses are of the web or begin with a slash; texts have at most 2,000 characters")
	}
	a.Name, a.Enabled, a.Launcher = f.Name, f.Enabled, f.Launcher
	return nil
}

// maxLauncherConfig is how long the configuration of a launcher entry may be, in bytes.
const maxLauncherConfig = 16 << 10

func goodLauncher(l *muster.Launcher) bool {
	return muster.ValidText(l.Name, muster.MaxName) && len(l.Config) <= maxLauncherConfig &&
		goodLink(l.URL) && goodPicture(l.Icon) && goodPicture(l.Logo)
}

// goodLink takes nothing that a browser would run: an address of the web, or a place on the same site.
func goodLink(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !muster.ValidText(s, muster.MaxText) {
		return false
	}
	return u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https"
}

var dataPicture = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$`)

func goodPicture(s string) bool {
	return goodLink(s) || len(s) <= maxLauncherConfig && dataPicture.MatchString(s)
}

// UpdateApplication replaces an application. Who does not say how it is shown takes that away.
func (c *Core) UpdateApplication(ctx context.Context, id muster.ID, f ApplicationForm) (SeenApplication, error) {
	a, err := withScripts(ctx, c, muster.ActionUpdateApplication, f, tellApplication(id), func(ctx context.Context, f ApplicationForm) (*muster.Application, error) {
		return c.updateApplication(ctx, id, f)
	})
	return c.applicationSeenByCaller(ctx, a, err)
}

func (c *Core) updateApplication(ctx context.Context, id muster.ID, f ApplicationForm) (*muster.Application, error) {
	return c.changeApplication(ctx, muster.ActionUpdateApplication, id, func(tx *Tx, a *muster.Application) error {
		tx.About(applicationResource(id), "update.name", legalName(f.Name))
		was := *a
		a.UpdatedAt = tx.Now()
		if err := f.fill(a); err != nil {
			return err
		}
		return tx.happens(applicationOccasion(doUpdate, a, &was))
	})
}

// DeleteApplication deletes an application softly.
func (c *Core) DeleteApplication(ctx context.Context, id muster.ID) error {
	_, err := withScripts(ctx, c, muster.ActionDeleteApplication, id, tellApplicationDeleted, c.deleteApplication)
	return err
}

func (c *Core) deleteApplication(ctx context.Context, id muster.ID) (*muster.Application, error) {
	return c.changeApplication(ctx, muster.ActionDeleteApplication, id, func(tx *Tx, a *muster.Application) error {
		if !a.DeletedAt.IsZero() {
			return nil
		}
		was := *a
		a.DeletedAt = tx.Now()
		return tx.happens(applicationOccasion(doDelete, a, &was))
	})
}

// UndeleteApplication brings a deleted application back.
func (c *Core) UndeleteApplication(ctx context.Context, id muster.ID) error {
	_, err := c.changeApplication(ctx, muster.ActionUndeleteApplication, id, func(tx *Tx, a *muster.Application) error {
		a.DeletedAt = noTime
		return nil
	})
	return err
}

func (c *Core) changeApplication(ctx context.Context, a muster.Action, id muster.ID, f func(*Tx, *muster.Application) error) (*muster.Application, error) {
	return do(ctx, c, a, func(tx *Tx) (*muster.Application, error) {
		tx.About(applicationResource(id))
		if err := legalID(id); err != nil {
			return nil, err
		}
		app, err := tx.Application(muster.MainRealm, id)
		switch {
		case err != nil:
			return nil, err
		case app == nil:
			return nil, muster.ErrApplicationNotFound
		}
		tx.About(applicationResource(id), "application.id", id, "application.name", app.Name)
		if err := tx.Require(applicationResource(id)); err != nil {
			return nil, err
		}
		if err := tx.asSeen(applicationResource(id), app.Version); err != nil {
			return nil, err
		}
		if err := f(tx, app); err != nil {
			return nil, err
		}
		tx.Record(applicationResource(id))
		return app, tx.UpdateApplication(app)
	})
}
