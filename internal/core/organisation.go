package core

import (
	"context"
	"strings"

	"muster"
)

// ListOrganisations lists the live organisations whose names begin with prefix, by name. Anybody who is signed in may.
func (c *Core) ListOrganisations(ctx context.Context, prefix string) ([]*muster.Organisation, error) {
	return view(ctx, c, muster.ActionListOrganisations, func(v *View) ([]*muster.Organisation, error) {
		if err := v.Require(muster.Resource{Noun: muster.NounOrganisation}); err != nil {
			return nil, err
		}
		return v.Organisations(muster.MainRealm, prefix)
	})
}

// ReadOrganisation answers one live organisation.
func (c *Core) ReadOrganisation(ctx context.Context, id muster.ID) (*muster.Organisation, error) {
	return view(ctx, c, muster.ActionReadOrganisation, func(v *View) (*muster.Organisation, error) {
		if err := legalID(id); err != nil {
			return nil, err
		}
		if err := v.Require(organisationResource(id)); err != nil {
			return nil, err
		}
		o, err := v.Organisation(muster.MainRealm, id)
		if err == nil && (o == nil || !o.Live()) {
			err = muster.ErrOrganisationNotFound
		}
		return o, err
	})
}

func organisationResource(id muster.ID) muster.Resource {
	return muster.Resource{Noun: muster.NounOrganisation, ID: id}
}

// CreateOrganisation makes an organisation.
func (c *Core) CreateOrganisation(ctx context.Context, name string) (*muster.Organisation, error) {
	return do(ctx, c, muster.ActionCreateOrganisation, func(tx *Tx) (*muster.Organisation, error) {
		tx.About(muster.Resource{Noun: muster.NounOrganisation}, "new.name", legalName(name))
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		name, err := organisationName(name)
		if err != nil {
			return nil, err
		}
		o := &muster.Organisation{ID: tx.NewID(), Realm: muster.MainRealm, Name: name, Version: 1}
		o.CreatedAt = o.ID.Time()
		tx.Record(organisationResource(o.ID), "new.id", o.ID)
		return o, tx.InsertOrganisation(o)
	})
}

func organisationName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || !muster.ValidText(name, muster.MaxName) {
		return "", muster.InvalidField("name", "1 to 200 characters, none of them control characters")
	}
	return name, nil
}

// UpdateOrganisation renames a live organisation.
func (c *Core) UpdateOrganisation(ctx context.Context, id muster.ID, name string) (*muster.Organisation, error) {
	return c.changeOrganisation(ctx, muster.ActionUpdateOrganisation, id, func(tx *Tx, o *muster.Organisation) error {
		tx.About(organisationResource(id), "update.name", legalName(name))
		name, err := organisationName(name)
		o.Name, o.UpdatedAt = name, tx.Now()
		return err
	})
}

// ArchiveOrganisation takes an organisation out of use. There is no way back.
func (c *Core) ArchiveOrganisation(ctx context.Context, id muster.ID) error {
	_, err := c.changeOrganisation(ctx, muster.ActionArchiveOrganisation, id, func(tx *Tx, o *muster.Organisation) error {
		o.ArchivedAt = tx.Now()
		return nil
	})
	return err
}

// DeleteOrganisation deletes an organisation. There is no way back.
func (c *Core) DeleteOrganisation(ctx context.Context, id muster.ID) error {
	_, err := c.changeOrganisation(ctx, muster.ActionDeleteOrganisation, id, func(tx *Tx, o *muster.Organisation) error {
		o.DeletedAt = tx.Now()
		return nil
	})
	return err
}

func (c *Core) changeOrganisation(ctx context.Context, a muster.Action, id muster.ID, f func(*Tx, *muster.Organisation) error) (*muster.Organisation, error) {
	return do(ctx, c, a, func(tx *Tx) (*muster.Organisation, error) {
		tx.About(organisationResource(id))
		if err := legalID(id); err != nil {
			return nil, err
		}
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		o, err := tx.Organisation(muster.MainRealm, id)
		switch {
		case err != nil:
			return nil, err
		case o == nil || !o.Live():
			return nil, muster.ErrOrganisationNotFound
		}
		tx.About(organisationResource(id), "organisation.id", id, "organisation.name", o.Name)
		if err := f(tx, o); err != nil {
			return nil, err
		}
		tx.Record(organisationResource(id))
		return o, tx.UpdateOrganisation(o)
	})
}

// liveOrganisation refuses an organisation that nobody can be put into.
func (tx *Tx) liveOrganisation(id muster.ID) error {
	o, err := tx.Organisation(muster.MainRealm, id)
	if err == nil && (o == nil || !o.Live()) {
		err = muster.ErrOrganisationNotFound
	}
	return err
}
