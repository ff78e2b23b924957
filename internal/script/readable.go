package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"

	"modernc.org/quickjs"
)

// readable says whether a file may be given to esbuild, which follows nesting by calling itself: some hundred thousand
// brackets end the process, as no Go program can recover from that. So the engine reads the file first. Its parser counts
// how deep it is, and it knows all of the language that it can run. What it can't tell, long chains of members and calls, is
// why files are short (maxSource).
func readable(file, text string) error {
	if path.Ext(file) == ".json" {
		if !json.Valid([]byte(text)) { // Go goes 10,000 deep
			return errors.New("it is no JSON")
		}
		return nil
	}
	vm, err := quickjs.NewVM()
	if err != nil {
		return err
	}
	defer vm.Close()
	limits := DefaultLimits()
	vm.SetMemoryLimit(uintptr(limits.Memory))
	vm.SetMaxStackSize(stackSlots(limits.Stack))
	vm.SetModuleLoader(noModule, sameName)
	_, err = vm.Compile(text, quickjs.EvalModule)
	var e *quickjs.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Message == "stack overflow":
		return errors.New("it is nested too deeply")
	case e.Name == "SyntaxError":
		return fmt.Errorf("%s:%d: %s", file, e.LineNumber, shorten(oneLine(e.Message), 300))
	}
	return errors.New(shorten(oneLine(e.Error()), 300))
}

// noModule stands for all that a file imports: the engine asks for it even when it only reads.
func noModule(*quickjs.VM, string) (string, error) { return "", nil }

func sameName(_ *quickjs.VM, _, name string) (string, error) { return name, nil }
