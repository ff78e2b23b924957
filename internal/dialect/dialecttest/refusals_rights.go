package dialecttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

// Row 5 ●. Send: a plain user on every route that needs a right; somebody who may change all users on an administrator; the
// manager of one group on another; a grant of a right not held. Want: refusal.
func noRight(s *Stage) {
	s.unchanged(func() {
		s.routes(func(r httpx.Route, c Call) {
			if s.open(r) || s.common(r) {
				return
			}
			denied := func() {
				a := s.as(s.Weak, c)
				s.want(r.String(), `"you may not"`, s.f.Denied(r.String(), a), a)
			}
			if slices.Contains(s.f.Inert, r.String()) {
				denied() // it asks nobody, and so nobody records it
				return
			}
			s.audited(r.String(), denied)
		})
	})
	s.everythingButAdministrators()
	s.otherGroups()
}

// everythingButAdministrators: who may do everything to users may do nothing to administrators, nor become one.
func (s *Stage) everythingButAdministrators() {
	strong := s.person("strong")
	group := s.team("Strong", strong)
	for _, operation := range []string{muster.OpRead, muster.OpUpdate, muster.OpDelete, muster.OpSuspend, muster.OpUnsuspend} {
		s.rule(group, muster.NounUser, operation)
	}
	s.rule(group, muster.NounGroup, muster.OpMembersManage)
	s.rule(group, muster.NounGroup, muster.OpUpdate)
	s.rule(group, muster.NounGroup, muster.OpDelete)
	c := &s.f.Calls
	s.unchanged(func() {
		for what, call := range map[string]Call{
			"update an administrator": three(c.UpdateUser, s.Admin.ID, s.Admin.Email, "x"),
			"delete an administrator": one(c.DeleteUser, s.Admin.ID),
			"become an administrator": two(c.AddMember, muster.ID(muster.Administrators), strong.ID),
			"demote an administrator": two(c.RemoveMember, muster.ID(muster.Administrators), s.Admin.ID),
			"give a right not held":   two(c.Grant, group, muster.OpGrant),
		} {
			if call.Method != "" {
				s.audited(what, func() { s.refused(what, s.as(strong, call)) })
			}
		}
	})
}

// one, two and three make a call, or none where the wire has none.
func one[A any](f func(A) Call, a A) Call {
	if f == nil {
		return Call{}
	}
	return f(a)
}

func two[A, B any](f func(A, B) Call, a A, b B) Call {
	return one(bind(f != nil, func(a A) Call { return f(a, b) }), a)
}

func three[A, B, C any](f func(A, B, C) Call, a A, b B, c C) Call {
	return one(bind(f != nil, func(a A) Call { return f(a, b, c) }), a)
}

func bind[A any](is bool, f func(A) Call) func(A) Call {
	if !is {
		return nil
	}
	return f
}

// otherGroups: who manages one group gets nothing by another, and who may grant gives only what he has.
func (s *Stage) otherGroups() {
	c := &s.f.Calls
	if c.AddMember == nil {
		return
	}
	manager, granter := s.person("manager"), s.person("granter")
	own, powerful := s.team("Own", manager), s.team("Powerful")
	s.rule(powerful, muster.NounRealm, muster.OpSettingsManage)
	s.must(s.Core.SetRules(s.System(), own, []muster.Rule{{Resource: muster.GroupResource(own), Operation: muster.OpMembersManage, Access: muster.Allow}}))
	s.unchanged(func() {
		s.audited("manager of another group", func() { s.refused("manager of another group", s.as(manager, c.AddMember(powerful, manager.ID))) })
		s.audited("manager of administrators", func() {
			s.refused("manager of administrators", s.as(manager, c.AddMember(muster.Administrators, manager.ID)))
		})
	})
	s.accepted("the manager of his group", s.as(manager, c.AddMember(own, s.Ann.ID)))
	if c.Grant == nil {
		return
	}
	grants := s.team("Granters", granter)
	s.rule(grants, muster.NounRealm, muster.OpGrant)
	s.unchanged(func() {
		s.audited("a right not held", func() { s.refused("a right not held", s.as(granter, c.Grant(grants, muster.OpSettingsManage))) })
	})
}

// Row 6. Send: own id in the path and another's in body and query; X-HTTP-Method-Override. Want: the path wins, and nobody
// else is touched.
func swappedIDs(s *Stage) {
	mine := s.f.IDs(s)
	for name, id := range mine {
		if id == s.Ann.ID.String() {
			mine[name] = s.Weak.ID.String()
		}
	}
	before := s.about(s.Ann)
	for _, r := range s.f.Routes {
		if s.open(r) || r.Method() == http.MethodGet {
			continue
		}
		c := s.on(r, mine)
		c.Body = merged(s, c.Body, map[string]any{"userID": s.Ann.ID.String(), "id": s.Ann.ID.String(), "_id": s.Ann.ID.String(), "user": s.Ann.Username})
		for _, name := range []string{"userID", "userId", "user_id", "id", "_id"} {
			c = c.asking(name, s.Ann.ID.String())
		}
		_ = s.as(s.Weak, c)
		if after := s.about(s.Ann); after != before {
			s.t.Errorf("%s has touched somebody else:\n%s", r, difference(before, after))
			before = after
		}
	}
	s.overrides()
}

// about are the rows in which somebody's id is.
func (s *Stage) about(p Person) string {
	s.t.Helper()
	var lines []string
	for l := range strings.Lines(s.Rows(s.t)) {
		if strings.Contains(l, p.ID.String()) {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "")
}

// overrides: the method is the one of the request.
func (s *Stage) overrides() {
	s.unchanged(func() {
		s.routes(func(r httpx.Route, c Call) {
			if a, _ := r.Action(); r.Method() != http.MethodGet || a.Write {
				return
			}
			for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
				_ = s.as(s.Admin, c.with(name, "DELETE").asking("_method", "DELETE"))
			}
		})
	})
}

// merged adds members to a JSON object, or to nothing. A form stays as it is.
func merged(s *Stage, body string, more map[string]any) string {
	s.t.Helper()
	if strings.HasPrefix(body, "--") {
		return body
	}
	members := map[string]any{}
	if body != "" {
		s.must(json.Unmarshal([]byte(body), &members))
	}
	maps.Copy(members, more)
	text, err := json.Marshal(members)
	s.must(err)
	return string(text)
}

// Row 7. Send: ids 0, −1, 2^63, 2^64, 1e3, text, NUL, encoded slashes and dots, overlong UTF-8. Want: the contract's unknown or
// invalid, never 500.
func impossibleIDs(s *Stage) {
	s.unchanged(func() {
		for _, r := range s.f.Routes {
			if !strings.Contains(r.Pattern(), "{") || slices.Contains(s.f.Inert, r.String()) {
				continue
			}
			for _, id := range []string{
				"0", "-1", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e3", "text", "%00", "..%2f", "%252e%252e%252f", "%2e%2e", "%c0%af", "%ef%bb%bf1",
				strings.Repeat("9", 3000),
			} {
				ids := s.f.IDs(s)
				for name, good := range ids {
					if isID(good) {
						ids[name] = id
					}
				}
				c := s.on(r, ids)
				if c.Path == s.on(r, s.f.IDs(s)).Path {
					continue // no id is in it
				}
				a := s.as(s.Admin, c)
				loose := slices.Contains(s.f.Loose, r.String())
				s.want(fmt.Sprintf("%s with %.30s", r, id), "unknown or invalid", loose || s.f.Refused(a), a)
			}
		}
	})
}

func isID(text string) bool { _, ok := muster.ParseID(text); return ok || len(text) >= 24 }

// Row 8. Send: members that nobody may set: isAdmin, role, kind, confirmed, realm, id, times, groups, a password hash. Want:
// ignored or refused; reading back shows no change.
func extraMembers(s *Stage) {
	extra := map[string]any{
		"isAdmin": true, "admin": true, "role": "superUser", "kind": "system", "confirmed": true, "verified": true, "emailConfirmed": true, "email_confirmed": true, "realm": 2,
		"id": "1", "userID": "1", "createdAt": "2000-01-01T00:00:00Z", "updatedAt": "2000-01-01T00:00:00Z", "deletedAt": "2000-01-01T00:00:00Z", "suspendedAt": "2000-01-01T00:00:00Z",
		"groups": []string{"2"}, "roles": []string{"2"}, "members": []string{}, "memberOf": "2", "organisationID": "9", "version": 99,
		"passwordHash": "$argon2id$x", "phc": "x", "session": "1", "behind": "1", "issuedAt": "2000-01-01T00:00:00Z",
	}
	mine := s.f.IDs(s)
	for name, id := range mine {
		if id == s.Ann.ID.String() {
			mine[name] = s.Weak.ID.String()
		}
	}
	before := s.privileges(s.Weak)
	for _, r := range s.f.Routes {
		if r.Method() == http.MethodGet {
			continue
		}
		c := s.on(r, mine)
		c.Body = merged(s, c.Body, extra)
		_ = s.as(s.Weak, c)
		if after := s.privileges(s.Weak); after != before {
			s.t.Fatalf("%s: was %s, is %s", r, before, after)
		}
	}
	s.extraAtBirth(extra)
}

// privileges are what nobody may say of himself.
func (s *Stage) privileges(p Person) string {
	s.t.Helper()
	u := do(s, s.Core.ReadUser, p.ID)
	groups := do(s, s.Core.ListGroupsOf, p.ID)
	return fmt.Sprint(u.ID, u.Realm, u.Kind, u.Organisation, u.CreatedAt.Unix(), u.DeletedAt.IsZero(), u.SuspendedAt.IsZero(), u.EmailConfirmedAt.IsZero(), groups)
}

// extraAtBirth: who makes an account for himself starts like everybody else.
func (s *Stage) extraAtBirth(extra map[string]any) {
	c := &s.f.Calls
	if c.SignUp == nil {
		return
	}
	call := c.SignUp("new@example.org", "new", "Marker-new-e4b1c2aa")
	call.Body = merged(s, call.Body, extra)
	s.nobody(call)
	for _, u := range do(s, s.Core.ListUsers, muster.UserFilter{Email: "new@example.org"}).Items {
		groups := do(s, s.Core.ListGroupsOf, u.ID)
		if u.Kind != "" || !u.EmailConfirmedAt.IsZero() || !u.DeletedAt.IsZero() || len(groups) != 0 || u.CreatedAt.Year() == 2000 || u.ID == 1 {
			s.t.Errorf("made %+v in %v", u.User, groups)
		}
	}
}

// Row 25. Send: delete or demote oneself, the last administrator, the built-in groups; sign up under a freed name. Want: the
// contract's refusal; the newcomer inherits nothing.
func theLast(s *Stage) {
	c := &s.f.Calls
	s.unchanged(func() {
		for what, call := range map[string]Call{
			"delete oneself":            one(c.DeleteUser, s.Admin.ID),
			"demote oneself":            two(c.RemoveMember, muster.ID(muster.Administrators), s.Admin.ID),
			"delete the administrators": one(c.DeleteGroup, muster.ID(muster.Administrators)),
			"delete everyone":           one(c.DeleteGroup, muster.ID(muster.Everyone)),
		} {
			if call.Method != "" {
				s.refused(what, s.as(s.Admin, call))
			}
		}
	})
	s.freedName()
}

// freedName: who takes the name of somebody deleted is somebody else.
func (s *Stage) freedName() {
	s.t.Helper()
	old := s.Ann
	s.must(s.Core.DeleteUser(s.System(), old.ID))
	fresh := do(s, s.Core.CreateUser, core.Profile{Email: old.Email, Handle: "ann1", Name: "Another Ann"})
	if groups := do(s, s.Core.ListGroupsOf, fresh.ID); len(groups) != 0 || fresh.ID == old.ID {
		s.t.Errorf("the newcomer %v is in %v", fresh.ID, groups)
	}
	s.refuses("a token of who had the name", old.Token)
	a := s.nobody(s.f.Calls.SignIn(old.Email, old.Password))
	s.want("the password of who had the name", "a refusal", s.f.Token(a) == "", a)
}
