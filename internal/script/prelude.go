package script

import (
	_ "embed"
	"sync"
	"time"

	"modernc.org/quickjs"
)

//go:embed js/tame.js
var tameJS string

//go:embed js/console.js
var consoleJS string

//go:embed js/library.js
var libraryJS string

//go:embed js/run.js
var runJS string

//go:embed js/describe.js
var describeJS string

// preludeJS is what each machine evaluates first. Its value are the functions that the Go side calls; scripts don't see
// them. What is in describe.js is there before tame.js takes away what it uses.
func preludeJS() string {
	return `(function () {
'use strict'
const { hostCall, hostLog } = globalThis
delete globalThis.hostCall
delete globalThis.hostLog
const { describe, noBrowser } = ` + describeJS + `
const { began } = ` + tameJS + `
;(` + consoleJS + `)(hostLog)
const library = (` + libraryJS + `)(hostCall)
const { begin, end } = (` + runJS + `)(library)
return { describe, noBrowser, began, begin, end }
})()`
}

// compiled gives the prelude in the engine's own form, which takes a tenth of the time to load.
type prelude struct {
	once sync.Once
	code []byte
	err  error
}

func (p *prelude) compiled() ([]byte, error) {
	p.once.Do(func() { p.code, p.err = compile(preludeJS(), compileTime) })
	return p.code, p.err
}

// compileTime bounds what the engine needs for one file.
const compileTime = 5 * time.Second

// compile translates a program. The result holds for this version of the engine, and so for this process.
func compile(program string, limit time.Duration) ([]byte, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, err
	}
	defer vm.Close()
	limits := DefaultLimits()
	vm.SetMemoryLimit(uintptr(limits.Memory))
	vm.SetMaxStackSize(stackSlots(limits.Stack))
	if err := vm.SetEvalTimeout(limit); err != nil {
		return nil, err
	}
	return vm.Compile(program, quickjs.EvalGlobal)
}

// stackSlots turns bytes into what the engine counts: about one for each call, and 1 KiB of a goroutine's stack at most,
// as TestStackIsWhatItSays measures.
func stackSlots(bytes int) uintptr { return uintptr(bytes / 1024) }
