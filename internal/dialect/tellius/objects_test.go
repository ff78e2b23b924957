package tellius_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"muster"
	"muster/internal/core"
	"muster/internal/mustertest"
)

// TestMovedThingsShowElsewhere: what was handed over here is another one's in the wire where it was made, and what somebody is
// and may is still his.
func TestMovedThingsShowElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.Administrator(t)
		tove, group := h.person(t, "tove", ""), h.group(t, "Readers")
		h.admin.PUT(t, "/users/"+tove.id, map[string]any{"groups": []string{group}}).is(t, http.StatusOK)
		toveID, adminID := idOf(t, tove.id).String(), idOf(t, h.admin.id).String()
		reminder := func(to string) string {
			return boss.POST(t, "/corteza/system/reminder/", `{"resource":"call:1","assignedTo":"`+to+`"}`).String(t, "response.reminderID")
		}
		mine, given := reminder(adminID), reminder(toveID)
		file := uploadLogo(t, boss)
		owner := func() string {
			return boss.GET(t, "/corteza/system/attachment/settings/"+file).String(t, "response.ownerID")
		}
		if owner() != adminID {
			t.Fatalf("the file is %s's", owner())
		}
		ctx := muster.WithActor(t.Context(), muster.House())
		app, err := h.Core.CreateApplication(muster.WithActor(ctx, muster.Actor{Realm: 1, User: idOf(t, h.admin.id), System: true}), core.ApplicationForm{Name: "Chat"})
		if err != nil {
			t.Fatal(err)
		}

		h.admin.POST(t, "/assignUserObjects", `{"previousOwnerId":"`+h.admin.id+`","newOwnerId":"`+tove.id+`"}`).empty(t)
		if owner() != toveID {
			t.Errorf("the file is %s's", owner())
		}
		for _, id := range []string{mine, given} {
			a := boss.GET(t, "/corteza/system/reminder/?reminderID="+id+"&limit=9")
			to, by := a.String(t, "response.set.0.assignedTo"), a.String(t, "response.set.0.assignedBy")
			if to != toveID || by != toveID || a.String(t, "response.set.0.updatedAt") == "" {
				t.Errorf("the reminder is for %s by %s: %s", to, by, a.Body)
			}
		}
		if read, err := h.Core.ReadApplication(ctx, app.ID); err != nil || read.Owner.String() != toveID {
			t.Errorf("the application is %+v's, %v", read, err)
		}
		users := h.users(t)
		if users["admin"]["role"] != "superUser" || users["tove"]["role"] != "viewer" || len(users["tove"]["groups"].([]any)) != 1 {
			t.Errorf("what people are has changed: %v", users)
		}
		log := boss.GET(t, "/corteza/system/actionlog/?limit=1")
		for _, want := range []string{`"api/tellius"`, "moved.reminder", "moved.attachment", "moved.application"} {
			if !strings.Contains(string(log.Body), want) {
				t.Errorf("the log has no %s: %s", want, log.Body)
			}
		}

		// Deleting destroys nothing: what she owned can be handed over later.
		h.admin.DELETE(t, "/users/"+tove.id).empty(t)
		if owner() != toveID {
			t.Errorf("the file of somebody deleted is %s's", owner())
		}
		h.admin.POST(t, "/assignUserObjects", `{"previousOwnerId":"`+tove.id+`","newOwnerId":"`+h.admin.id+`"}`).empty(t)
		if owner() != adminID {
			t.Errorf("the file is %s's", owner())
		}
	})
}

// uploadLogo stores a picture by Corteza, and answers its id.
func uploadLogo(t *testing.T, c *mustertest.Client) string {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("upload", "logo.png")
	if err == nil {
		err = png.Encode(part, image.NewGray(image.Rect(0, 0, 4, 3)))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("POST", c.URL+"/corteza/system/settings/ui.one.logo", &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	a := c.Send(t, req)
	id, ok := strings.CutPrefix(a.String(t, "response.value"), "attachment:")
	if !ok {
		t.Fatalf("answered %s", a.Body)
	}
	return id
}
