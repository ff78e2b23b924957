package test

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// request is the command http.
func request(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: http METHOD PATH [flags]")
	}
	url := args[1]
	if strings.HasPrefix(url, "/") {
		url = ts.Getenv("URL") + url
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, args[0], url, nil)
	ts.Check(err)
	ts.Check(fill(ts, req, args[2:]))
	answer, err := client.Do(req)
	if neg {
		if err == nil {
			_ = answer.Body.Close()
			ts.Fatalf("there is an answer: %s", answer.Status)
		}
		return
	}
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)

	of(ts).answer = body
	ts.Setenv("STATUS", strconv.Itoa(answer.StatusCode))
	_, _ = ts.Stdout().Write(body)                                          // to a buffer
	_, _ = io.WriteString(ts.Stderr(), answer.Proto+" "+answer.Status+"\n") // to a buffer
	ts.Check(answer.Header.Write(ts.Stderr()))
}

// client keeps no connection, so that none is left when a story shuts its server down, and follows no redirect.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// fill makes the header and body of a request from the flags of the command.
func fill(ts *testscript.TestScript, req *http.Request, args []string) error {
	flags := flag.NewFlagSet("http", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it
	flags.Func("header", "", func(value string) error { return addHeader(req, value) })
	flags.Func("auth", "", func(value string) error {
		req.Header.Set("Authorization", "Bearer "+variableOr(ts, value))
		return nil
	})
	flags.Func("basic", "", func(value string) error {
		user, password, _ := strings.Cut(value, ":")
		req.SetBasicAuth(user, password)
		return nil
	})
	flags.Func("json", "", func(value string) error { return setBody(ts, req, "application/json", value) })
	flags.Func("form", "", func(value string) error {
		return setBody(ts, req, "application/x-www-form-urlencoded", value)
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("http: no place for " + flags.Arg(0))
	}
	return nil
}

func addHeader(req *http.Request, value string) error {
	name, value, found := strings.Cut(value, ":")
	if !found {
		return errors.New("a header is NAME:VALUE")
	}
	value = strings.TrimSpace(value)
	switch http.CanonicalHeaderKey(name) {
	case "Host":
		req.Host = value
	case "Content-Type": // there is one only, and it may be given before the body or after
		req.Header.Set(name, value)
	default:
		req.Header.Add(name, value)
	}
	return nil
}

// setBody makes value, or the file that @ names, the body. A header flag may give another content type.
func setBody(ts *testscript.TestScript, req *http.Request, contentType, value string) error {
	if file, found := strings.CutPrefix(value, "@"); found {
		text, err := os.ReadFile(ts.MkAbs(file))
		if err != nil {
			return err
		}
		value = string(text)
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Body = io.NopCloser(strings.NewReader(value))
	req.ContentLength = int64(len(value))
	return nil
}

// variableOr answers the variable of this name, or the name if there is none.
func variableOr(ts *testscript.TestScript, name string) string {
	if value := ts.Getenv(name); value != "" {
		return value
	}
	return name
}

// status is the command that compares the status of the last answer.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: status CODE")
	}
	if got := ts.Getenv("STATUS"); (got == args[0]) == neg {
		ts.Fatalf("the status is %s", got)
	}
}
