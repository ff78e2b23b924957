package test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A liveLink is an answer that stays open and consists of events.
type liveLink struct {
	body   io.ReadCloser
	events chan event
}

type event struct {
	name string // "end" where the server has closed
	data string
}

// openLink is the command link.
func openLink(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: link NAME PATH [flags]")
	}
	req, err := http.NewRequestWithContext(context.Background(), "GET", ts.Getenv("URL")+args[1], nil)
	ts.Check(err)
	ts.Check(fill(ts, req, args[2:]))
	answer, err := client.Do(req)
	ts.Check(err)
	if answer.StatusCode != http.StatusOK {
		_ = answer.Body.Close()
		ts.Fatalf("no link: %s", answer.Status)
	}
	l := &liveLink{body: answer.Body, events: make(chan event, 1000)}
	go l.read()
	s := of(ts)
	if s.links == nil {
		s.links = map[string]*liveLink{}
	}
	s.links[args[0]] = l
	ts.Defer(func() { _ = l.body.Close() })
}

// read reads events until there are no more.
func (l *liveLink) read() {
	lines := bufio.NewScanner(l.body)
	var e event
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case name == "event":
			e.name = value
		case name == "data":
			e.data = value
		case lines.Text() == "" && e.name != "":
			l.events <- e
			e = event{}
		}
	}
	l.events <- event{name: "end", data: "{}"}
}

// nextEvent is the command event.
func nextEvent(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: event NAME KIND")
	}
	l := of(ts).links[args[0]]
	if l == nil {
		ts.Fatalf("no link %s", args[0])
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case e := <-l.events:
		of(ts).answer = []byte(e.data)
		_, _ = fmt.Fprintln(ts.Stdout(), e.name, e.data) // to a buffer
		if e.name != args[1] {
			ts.Fatalf("the event is %s %s", e.name, e.data)
		}
	case <-ctx.Done():
		ts.Fatalf("no event came")
	}
}

// hangUp is the command hangup.
func hangUp(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || neg || of(ts).links[args[0]] == nil {
		ts.Fatalf("usage: hangup NAME")
	}
	ts.Check(of(ts).links[args[0]].body.Close())
}
