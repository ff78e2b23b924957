package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// A scenario is one kind of request.
type scenario struct {
	name string
	most int // connections that it is driven by at the most; 0: as many as were asked for
	next load
}

// scenarioCount is how many there are.
const scenarioCount = 7

// mostSignIns keeps sign-ins below what Muster lets one address try at once (60).
const mostSignIns = 32

const mount = "/corteza/system"

// A client knows what to ask of a house.
type client struct {
	*house
	token  string   // of the administrator
	tokens []string // of the person of each connection
	turns  []turn   // of each connection; one more is for the sample
}

// A turn counts the requests of a connection. It fills a cache line, so that connections don't wait for each other.
type turn struct {
	n uint64
	_ [56]byte
}

// newClient signs the administrator in, and a person for each connection.
func newClient(ctx context.Context, address string, h *house, connections int) (*client, error) {
	c := &client{house: h, tokens: make([]string, connections+1), turns: make([]turn, connections+1)}
	var err error
	if c.token, err = signIn(ctx, address, h.admin); err != nil {
		return nil, err
	}
	for i := range connections {
		if c.tokens[i], err = signIn(ctx, address, h.people[i]); err != nil {
			return nil, err
		}
	}
	c.tokens[connections] = c.tokens[0]
	return c, nil
}

func signIn(ctx context.Context, address string, p person) (token string, err error) {
	body, err := ask(ctx, address, signInRequest(nil, p))
	if err != nil {
		return "", fmt.Errorf("signing in: %w", err)
	}
	var answer struct{ Response struct{ JWT string } }
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("signing in: %w", err)
	}
	return answer.Response.JWT, nil
}

func signInRequest(b []byte, p person) []byte {
	return request(b, "POST", "/auth/internal/login", "", fmt.Sprintf(`{"email":"%s","password":"%s"}`, p.email, p.password))
}

// scenarios is the table of what is measured.
func (c *client) scenarios() []scenario {
	return []scenario{
		{name: "token check", next: c.checkToken},
		{name: "user by id", next: c.readUser},
		{name: "page of 50", next: c.listPage},
		{name: "prefix search", next: c.search},
		{name: "sign-in", next: c.signIn, most: mostSignIns},
		{name: "create user", next: c.createUser},
		{name: "update user", next: c.updateUser},
	}
}

// checkToken shows the token of the connection's own person and gets a new one of the same session.
func (c *client) checkToken(b []byte, connection int) []byte {
	return request(b, "GET", "/auth/check", c.tokens[connection], "")
}

func (c *client) readUser(b []byte, connection int) []byte {
	return request(b, "GET", "/users/"+c.pick(connection).id.String(), c.token, "")
}

// listPage asks for any page of the list of all.
func (c *client) listPage(b []byte, connection int) []byte {
	const size = 50
	pages := uint64(max(len(c.people)/size, 1))
	return request(b, "GET", fmt.Sprintf("/users/?limit=%d&offset=%d", size, c.draw(connection)%pages*size), c.token, "")
}

// search asks, as one does while typing, for the first 20 whose name begins like somebody's: with his first name and two
// letters more.
func (c *client) search(b []byte, connection int) []byte {
	name := c.pick(connection).name
	typed := name[:strings.IndexByte(name, ' ')+3]
	return request(b, "GET", "/users/?limit=20&query="+strings.ReplaceAll(typed, " ", "%20"), c.token, "")
}

// signIn signs the connection's own person in. No two connections share one: failed and unfinished sign-ins of one account
// are limited.
func (c *client) signIn(b []byte, connection int) []byte {
	return signInRequest(b, c.people[connection%(len(c.turns)-1)])
}

func (c *client) createUser(b []byte, connection int) []byte {
	n := c.draw(connection)
	return request(b, "POST", "/users/", c.token, fmt.Sprintf(`{"email":"new.%x@example.org","name":"New Person %x"}`, n, n))
}

// updateUser gives anybody another name; the rest stays.
func (c *client) updateUser(b []byte, connection int) []byte {
	p := c.pick(connection)
	body := fmt.Sprintf(`{"email":"%s","name":"%s %x","handle":"%s"}`, p.email, p.name, c.draw(connection)%1000, p.handle)
	return request(b, "PUT", "/users/"+p.id.String(), c.token, body)
}

// draw is the connection's next number out of all; no connection draws a number twice, nor another's.
func (c *client) draw(connection int) uint64 {
	t := &c.turns[connection]
	t.n++
	return scatter(uint64(connection)<<40 | t.n)
}

func (c *client) pick(connection int) *person {
	return &c.people[c.draw(connection)%uint64(len(c.people))]
}

// request appends a request to b. What it is made of needs no escaping.
func request(b []byte, method, path, token, body string) []byte {
	b = fmt.Appendf(b, "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: muster-bench\r\n", method, mount, path)
	if token != "" {
		b = fmt.Appendf(b, "Authorization: Bearer %s\r\n", token)
	}
	if body != "" {
		b = fmt.Appendf(b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	return append(append(b, "\r\n"...), body...)
}
