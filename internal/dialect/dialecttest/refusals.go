package dialecttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/httpx"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
	"muster/internal/token"
)

// Refuse runs the shared table of refusals (docs/ops/refusals.md) against a façade. Each row runs in a house of its own, those
// where the database has a part on each engine. A row that the façade has no ground for is skipped, and says why.
func Refuse(t *testing.T, f Facade) {
	t.Helper()
	for _, r := range rows() {
		t.Run(fmt.Sprintf("%02d %s", r.number, r.name), func(t *testing.T) {
			if why := r.groundless(&f); why != "" {
				t.Skipf("row %d: %s", r.number, why)
			}
			if !r.engines {
				r.play(t, &f, storetest.SQLite)
				return
			}
			storetest.Each(t, func(t *testing.T, engine string) { r.play(t, &f, engine) })
		})
	}
}

// A Facade is what the table has to know of a façade. Calls that a façade has not are nil, and what it can't be asked is then
// left out.
type Facade struct {
	Wire   string        // its name in the audit trail
	Mount  string        // where the server has it
	Routes []httpx.Route // all of them

	// Options are what every house is configured with in which it is played.
	Options []mustertest.Option

	Open   []string // the routes that answer strangers; all others refuse them, whatever else is sent
	Common []string // the routes that everybody may use who is signed in; all others need a right
	Inert  []string // the routes that answer the same whatever is sent to them
	Bare   []string // the routes that look at no body, whatever is in it
	Loose  []string // the routes that by contract answer an impossible id like an unknown one, without a refusal

	// Lets gives somebody what Look needs, where that is more than a session; nil: nothing.
	Lets func(*Stage, Person)

	// IDs are the parameters of paths, filled with what is Ann's or stands on the stage.
	IDs func(*Stage) map[string]string
	// Body is a good body for the route.
	Body func(httpx.Route) string

	Show  func(r *http.Request, token string) // puts a token where the wire has it
	Token func(Answer) string                 // what signing in answers; "" for a refusal
	JWT   token.Purpose                       // of the keys that sign its tokens, if they are JWTs
	Life  time.Duration                       // of a token that nobody renews; 0: not proven here
	// Enter lets somebody in where no one call does it, and sets his Token. Such a wire has credentials of its own: passwords,
	// sessions and their ends are nothing to it, but letting somebody in again voids the token that he had.
	Enter func(*Stage, *Person)
	// Foreign are more tokens that open nothing here, by what they are: of another kind, realm or application.
	Foreign func(*Stage) map[string]string
	// BlankMalformed: who signs in without a password has sent no sign-in.
	BlankMalformed bool
	Unicode        bool   // it takes e-mails beyond ASCII: what looks like Ann's may be somebody else's
	Cookie         string // the cookie that it takes tokens from, if it does

	Refused   func(Answer) bool                 // any refusal
	Stranger  func(route string, a Answer) bool // "sign in first"
	Denied    func(route string, a Answer) bool // "you may not"
	Malformed func(Answer) bool                 // "that is no legal body"
	Internal  func(Answer) bool                 // "our fault"
	Ours      func(Answer) bool                 // a status from 500 on that is our fault; nil: each is
	Empty     func(Answer) bool                 // a list with nothing in it

	Cache string // what Cache-Control says of all that is no file; "": no-store

	Calls Calls
	Files *Files // nil: it takes none
	// Skip are rows that the façade has no ground for, with the reason.
	Skip map[int]string
}

// fault reports whether an answer is our fault.
func (f *Facade) fault(a Answer) bool { return a.Status >= 500 && (f.Ours == nil || f.Ours(a)) }

// An Answer is what came back.
type Answer = mustertest.Answer

// A Call is one request below the mount.
type Call struct {
	Method, Path string
	Body         string // JSON unless the headers say otherwise
	Header       http.Header
}

// NewCall is a call whose body has these members, as name and value; without any it has no body.
func NewCall(method, path string, members ...any) Call {
	c := Call{Method: method, Path: path}
	if len(members) == 0 {
		return c
	}
	body := map[string]any{}
	for i := 0; i < len(members); i += 2 {
		body[members[i].(string)] = members[i+1]
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // what tests send can be encoded
	}
	c.Body = string(text)
	return c
}

// NameOf is a username for whoever has the e-mail.
func NameOf(email string) string {
	return "u" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, email)
}

// Calls are what the wire calls what every user system has.
type Calls struct {
	Look Call // changes nothing, needs nothing but a session, answers strangers with a refusal
	// Privileged changes nothing, and needs the operation on the house.
	Privileged Call
	Operation  string

	SignIn  func(name, password string) Call
	Names   func(Person) []string // all that SignIn takes for the same person
	SignUp  func(email, username, password string) Call
	SignOut *Call
	// Refresh changes what RefreshToken finds in the answer to a sign-in for another session token.
	Refresh        func(token string) Call
	RefreshToken   func(Answer) string
	ChangePassword func(old, fresh string) Call

	AskReset  func(email string) Call
	Exchange  func(mailed string) Call // a mailed reset token for one that resets
	Exchanged func(Answer) string
	Reset     func(token, password string) Call
	Confirm   func(mailed string) Call

	CreateUser   func(email, name string) Call
	ReadUser     func(user muster.ID) Call
	UpdateUser   func(user muster.ID, email, name string) Call
	DeleteUser   func(user muster.ID) Call
	DeleteGroup  func(group muster.ID) Call
	AddMember    func(group, user muster.ID) Call
	RemoveMember func(group, user muster.ID) Call
	Grant        func(group muster.ID, operation string) Call // on the house

	Search []func(text string) Call // lists by a text that is taken literally
	Sort   []func(column string) Call
	Page   []func(limit string) Call
	Link   []func(url string) Call // stores an address that people will follow, on any site
	// Landing stores an address that mails and redirects lead to: a whole one of the web.
	Landing []func(url string) Call
}

// A row is one of the table.
type row struct {
	number  int
	name    string
	engines bool // the database has a part in it
	stormy  bool // faults of ours are what it is about
	options []mustertest.Option
	needs   func(*Facade) string // why the façade has no ground; nil: every façade has
	run     func(*Stage)
}

func (r *row) groundless(f *Facade) string {
	if why := f.Skip[r.number]; why != "" || r.needs == nil {
		return why
	}
	return r.needs(f)
}

func (r *row) play(t *testing.T, f *Facade, engine string) {
	s := newStage(t, f, engine, r.options...)
	r.run(s)
	s.keptSecret()
	if !r.stormy {
		s.keptCalm()
	}
}

// rows is the table, numbered as in the yardstick.
func rows() []row {
	return []row{
		{number: 1, name: "no credentials", run: strangers},
		{number: 2, name: "spoilt tokens", run: spoiltTokens},
		{number: 3, name: "tokens of others", run: foreignTokens},
		{number: 4, name: "ended tokens", engines: true, run: endedTokens},
		{number: 5, name: "no right", engines: true, run: noRight},
		{number: 6, name: "swapped ids", run: swappedIDs},
		{number: 7, name: "impossible ids", engines: true, run: impossibleIDs},
		{number: 8, name: "extra members", run: extraMembers},
		{number: 9, name: "one answer to sign-ins", engines: true, run: oneAnswer},
		{number: 10, name: "one answer to resets", run: resetsTellNothing},
		{number: 11, name: "addresses that are two", run: twoAddresses},
		{number: 12, name: "forged forwarding", run: forgedForwarding},
		{number: 13, name: "guessing", options: []mustertest.Option{throttled}, run: guessing},
		{number: 14, name: "at once", engines: true, run: atOnceOnce},
		{number: 15, name: "secrets in wrong places", run: wrongPlaces},
		{number: 16, name: "requests of other sites", run: crossSite},
		{number: 17, name: "preflight of other sites", run: preflight},
		{number: 18, name: "methods", run: methods},
		{number: 19, name: "bodies", run: bodies},
		{number: 20, name: "framing", run: framing},
		{number: 21, name: "queries", engines: true, run: queries},
		{number: 22, name: "names", engines: true, run: hostileNames},
		{number: 23, name: "uploads", engines: true, needs: takesFiles, run: uploads},
		{number: 24, name: "targets", run: targets},
		{number: 25, name: "the last of them", engines: true, run: theLast},
		{number: 26, name: "broken ground", engines: true, stormy: true, run: brokenGround},
	}
}
