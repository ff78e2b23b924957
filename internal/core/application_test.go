package core

import (
	"strings"
	"testing"

	"muster"
)

func TestApplications(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		ctx := h.as(admin)
		h.quiet()
		app, err := h.CreateApplication(ctx, ApplicationForm{Name: "One", Enabled: true, Launcher: &muster.Launcher{URL: "/one/", Order: 2}})
		h.must(err)
		if e := h.emitted("application.create")[0]; e.Resource != applicationResource(app.ID) || e.Changes["new.name"] != "One" {
			t.Errorf("event %+v", e)
		}
		if app.Owner != admin.User.ID || !app.MayUpdate || !app.MayDelete || !app.MayGrant {
			t.Errorf("made %+v", app)
		}
		if read, err := h.ReadApplication(h.as(ann), app.ID); err != nil || read.Launcher == nil || *read.Launcher != (muster.Launcher{URL: "/one/", Order: 2}) || read.MayUpdate || read.MayDelete || read.MayGrant {
			t.Errorf("read %+v, %v", read, err)
		}
		changed, err := h.UpdateApplication(ctx, app.ID, ApplicationForm{})
		h.must(err)
		if changed.Name != "" || changed.Enabled || changed.Launcher != nil || changed.UpdatedAt.IsZero() || changed.CreatedAt != app.CreatedAt {
			t.Errorf("replaced by %+v", changed.Application)
		}
		h.must(h.DeleteApplication(ctx, app.ID))
		h.must(h.DeleteApplication(ctx, app.ID))
		h.must(h.UndeleteApplication(ctx, app.ID))
		events := h.emitted("application.update", "application.delete", "application.delete", "application.undelete")
		if events[0].Changes["application.name"] != "One" {
			t.Errorf("event %+v", events[0])
		}
		h.refused(h.DeleteApplication(h.as(ann), app.ID), muster.ErrDenied)
		h.refused(h.UndeleteApplication(h.as(ann), app.ID), muster.ErrDenied)
		_, err = h.UpdateApplication(h.as(ann), app.ID, ApplicationForm{})
		h.refused(err, muster.ErrDenied)
		_, err = h.CreateApplication(h.as(ann), ApplicationForm{})
		h.refused(err, muster.ErrDenied)
		h.refused(h.DeleteApplication(h.as(ann), 12345), muster.ErrApplicationNotFound)
		_, err = h.ReadApplication(ctx, 12345)
		h.refused(err, muster.ErrApplicationNotFound)
		h.emitted("application.delete:denied", "application.undelete:denied", "application.update:denied", "application.create:denied",
			"application.delete:not-found", "application.read:not-found")
	})
}

func TestLauncherHoldsNothingThatRuns(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := h.as(h.join("admin"))
		for _, l := range []muster.Launcher{
			{URL: "javascript:alert(1)"},
			{URL: "JAVASCRIPT:alert(1)"},
			{URL: "java\tscript:alert(1)"},
			{URL: "data:text/html,x"},
			{URL: "\x01javascript:x"},
			{URL: "//[bad"},
			{Icon: "javascript:x"},
			{Logo: "data:image/svg+xml;base64,PHN2Zz4="},
			{Icon: "data:image/png;base64,<script>"},
			{Name: "a\nb"},
			{Config: strings.Repeat("x", maxLauncherConfig+1)},
			{Logo: "data:image/png;base64," + strings.Repeat("A", maxLauncherConfig)},
			{URL: "/" + strings.Repeat("x", muster.MaxText)},
		} {
			_, err := h.CreateApplication(ctx, ApplicationForm{Launcher: &l})
			h.refused(err, muster.InvalidField("unify", ""))
		}
		for _, l := range []muster.Launcher{
			{}, {URL: "https://example.org/a?b#c"}, {URL: "/admin/"}, {URL: "relative"}, {Logo: "data:image/png;base64,iVBORw0KGgo="}, {Config: strings.Repeat("x", maxLauncherConfig)},
		} {
			_, err := h.CreateApplication(ctx, ApplicationForm{Launcher: &l})
			h.must(err)
		}
	})
}

// TestApplicationLists: rules decide; where none speaks, one that is read by its id is not listed.
func TestApplicationLists(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.as(h.join("ann"))
		one, err := h.CreateApplication(h.system(), ApplicationForm{Name: "One"})
		h.must(err)
		gone, err := h.CreateApplication(h.system(), ApplicationForm{Name: "Gone"})
		h.must(err)
		h.must(h.DeleteApplication(h.system(), gone.ID))
		count := func(f muster.ApplicationFilter) int {
			t.Helper()
			list, err := h.ListApplications(ann, f)
			h.must(err)
			if list.Total != len(list.Items) {
				t.Errorf("total %d of %d", list.Total, len(list.Items))
			}
			return list.Total
		}
		if n := count(muster.ApplicationFilter{}); n != 2 { // with that of the administration
			t.Errorf("sees %d", n)
		}
		if n := count(muster.ApplicationFilter{Contains: "NE"}); n != 1 {
			t.Errorf("finds %d", n)
		}
		_, err = h.ListApplications(ann, muster.ApplicationFilter{Deleted: muster.Only})
		h.refused(err, muster.ErrDenied)
		h.rule(muster.Everyone, muster.Resource{Noun: muster.NounApplication}, muster.OpRead, muster.Inherit)
		if n := count(muster.ApplicationFilter{}); n != 0 {
			t.Errorf("without a rule sees %d", n)
		}
		if _, err := h.ReadApplication(ann, one.ID); err != nil {
			t.Errorf("without a rule: %v", err)
		}
		h.rule(muster.Everyone, applicationResource(one.ID), muster.OpRead, muster.Deny)
		_, err = h.ReadApplication(ann, one.ID)
		h.refused(err, muster.ErrDenied)
	})
}
