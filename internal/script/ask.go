package script

import (
	"context"
	"errors"
	"time"
)

// askTime bounds what a script may take to say what it is.
const askTime = 2 * time.Second

var errSlow = &LimitError{LimitTime}

// compiled translates a program. The engine can't be interrupted while it does, so it is left behind if it takes too long.
func (f *Folder) compiled(program string) ([]byte, error) {
	return within(compileTime, func() ([]byte, error) {
		code, err := compile(program, compileTime)
		return code, inList((&machine{ctx: context.Background()}).explain(err))
	})
}

// ask runs the file of a script, but not its exec, in a machine that offers nothing.
func (f *Folder) ask(e *entry, code []byte) error {
	text, err := within(askTime+grace, func() ([]byte, error) {
		ctx, cancel := context.WithTimeoutCause(context.Background(), askTime, errSlow)
		defer cancel()
		return f.describe(ctx, code, e.bundle != "")
	})
	if err != nil {
		return inList(err)
	}
	return e.describe(text)
}

// inList says an error as the list of scripts shows it.
func inList(err error) error {
	var aborted *Aborted
	var limit *LimitError
	switch {
	case errors.As(err, &aborted) && aborted.Message == "":
		return errors.New("it throws something that says nothing")
	case errors.As(err, &aborted):
		return errors.New(aborted.Message)
	case errors.As(err, &limit):
		return errors.New("it takes more " + limit.Which + " than it may to say what it is")
	}
	return err
}

// within waits so long for a function, and no longer.
func within(limit time.Duration, f func() ([]byte, error)) ([]byte, error) {
	type answer struct {
		text []byte
		err  error
	}
	ended := make(chan answer, 1)
	go func() {
		a := answer{err: errEngine}
		defer func() {
			_ = recover() // a fault of the engine: the script can't be run
			ended <- a
		}()
		a.text, a.err = f()
	}()
	select {
	case a := <-ended:
		return a.text, a.err
	case <-time.After(limit):
		return nil, inList(errSlow)
	}
}

func (f *Folder) describe(ctx context.Context, code []byte, client bool) ([]byte, error) {
	prelude, err := f.prelude.compiled()
	if err != nil {
		return nil, err
	}
	limits := DefaultLimits()
	m, err := newMachine(ctx, prelude, limits, nil, &lines{})
	if err != nil {
		return nil, err
	}
	defer m.close()
	if client {
		if _, err := m.part("noBrowser"); err != nil {
			return nil, err
		}
	}
	exported, err := m.eval(code)
	if err != nil {
		return nil, err
	}
	defer exported.Free()
	said, err := m.part("describe", exported)
	if err != nil {
		return nil, err
	}
	text, ok := said.(string)
	if !ok || len(text) > limits.Output {
		return nil, errors.New("its description is too long")
	}
	return []byte(text), nil
}
