package script

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/evanw/esbuild/pkg/api"
)

var (
	errUnreadable = errors.New("it can't be read")
	errTooLong    = fmt.Errorf("it is longer than %d KiB", maxSource>>10)
)

// A builder makes one program of a script and what it imports. It sees the files of one listing and nothing else of the
// machine.
type builder struct {
	root  *os.Root
	files listing
	mu    sync.Mutex
	used  map[string]stamp // what went into the program; esbuild loads files at the same time
	size  int
	// alone leaves imports out: whatever is imported is the global "elsewhere". For asking a client script what it is.
	alone bool
}

const (
	inFolder  = "folder"    // files
	virtual   = "made"      // the entry of a bundle, made here
	elsewhere = "elsewhere" // what a script that is built alone imports
)

// server builds a program whose value is the default export of a file.
func (b *builder) server(file string) (string, error) {
	code, err := b.build(api.ES2023, "", file)
	if err != nil {
		return "", err
	}
	return "(function () {\n'use strict'\n" + code + "\nreturn script?.default\n})()", nil
}

// browser builds a file for browsers that does what the entry says.
func (b *builder) browser(entry string) (string, error) { return b.build(api.ES2020, entry, "") }

// build builds a file, or what an entry that is no file says. What the file exports is then the variable "script".
func (b *builder) build(target api.Target, entry, file string) (string, error) {
	b.used, b.size = map[string]stamp{}, 0
	options := api.BuildOptions{
		Bundle:      true,
		Format:      api.FormatIIFE,
		GlobalName:  "script",
		Target:      target,
		Supported:   map[string]bool{"bigint": target == api.ES2020}, // tame.js takes them away
		Platform:    api.PlatformNeutral,
		Charset:     api.CharsetUTF8,
		LogLevel:    api.LogLevelSilent,
		TsconfigRaw: "{}", // or it would look for one on the disk
		Plugins:     []api.Plugin{{Name: "folder", Setup: func(p api.PluginBuild) { b.setup(p, entry) }}},
	}
	if file == "" {
		options.EntryPoints = []string{virtual}
		options.GlobalName = ""
	} else {
		options.EntryPoints = []string{file}
	}
	code, err := within(buildTime, func() ([]byte, error) {
		built := api.Build(options)
		switch {
		case len(built.Errors) > 0:
			return nil, messages(built.Errors)
		case len(built.OutputFiles) != 1 || len(built.OutputFiles[0].Contents) > maxBuilt:
			return nil, errors.New("the program is too long")
		}
		return built.OutputFiles[0].Contents, nil
	})
	return string(code), err
}

const (
	buildTime = 5 * time.Second // esbuild can't be stopped; it is left behind
	maxBuilt  = 4 << 20         // bytes of what it makes
)

func (b *builder) setup(p api.PluginBuild, entry string) {
	p.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		switch {
		case a.Kind == api.ResolveEntryPoint && a.Path == virtual:
			return api.OnResolveResult{Path: virtual, Namespace: virtual}, nil
		case a.Kind == api.ResolveEntryPoint, a.Namespace == virtual:
			return api.OnResolveResult{Path: a.Path, Namespace: inFolder}, nil
		case b.alone:
			return api.OnResolveResult{Path: a.Path, Namespace: elsewhere}, nil
		}
		file, err := b.find(a.Importer, a.Path)
		return api.OnResolveResult{Path: file, Namespace: inFolder}, err
	})
	p.OnLoad(api.OnLoadOptions{Filter: ".*"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		switch a.Namespace {
		case virtual:
			return api.OnLoadResult{Contents: &entry, Loader: api.LoaderJS}, nil
		case elsewhere:
			stub := "module.exports = globalThis.elsewhere"
			return api.OnLoadResult{Contents: &stub, Loader: api.LoaderJS}, nil
		}
		text, err := b.load(a.Path)
		return api.OnLoadResult{Contents: &text, Loader: loaderOf(a.Path)}, err
	})
}

func loaderOf(file string) api.Loader {
	if path.Ext(file) == ".json" {
		return api.LoaderJSON
	}
	return api.LoaderJS
}

// find says which file an import means: one of the same extension, beside the importer.
func (b *builder) find(importer, wanted string) (string, error) {
	if !strings.HasPrefix(wanted, "./") && !strings.HasPrefix(wanted, "../") && wanted != "." && wanted != ".." {
		return "", fmt.Errorf("%q can't be imported: only files of the same extension can, as ./ or ../", shorten(wanted, 200))
	}
	file := path.Join(path.Dir(importer), wanted)
	if extension := extensionOf(importer); strings.HasPrefix(file, "../") || extension != "" && !strings.HasPrefix(file, extension+"/") {
		return "", fmt.Errorf("%q is outside of the extension", shorten(wanted, 200))
	}
	for _, end := range []string{"", ".js", ".mjs", ".json", "/index.js"} {
		if _, ok := b.files[file+end]; ok {
			return file + end, nil
		}
	}
	return "", fmt.Errorf("there is no %q", shorten(wanted, 200))
}

// load reads a file.
func (b *builder) load(file string) (string, error) {
	switch s, ok := b.files[file]; {
	case !ok:
		return "", errUnreadable
	case s.err != "":
		return "", errors.New(s.err)
	default:
		text, err := read(b.root, file)
		if err != nil {
			return "", err
		}
		if err := b.note(file, s, len(text)); err != nil {
			return "", err
		}
		return text, readable(file, text)
	}
}

// note remembers that a file went into the program.
func (b *builder) note(file string, s stamp, size int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used[file] = s
	if b.size += size; b.size > maxCode {
		return fmt.Errorf("with what it imports, it is longer than %d KiB", maxCode>>10)
	}
	return nil
}

// messages are what went wrong, at most three, with the place.
func messages(list []api.Message) error {
	var all []string
	for _, m := range list[:min(len(list), 3)] {
		text := m.Text
		if at := m.Location; at != nil && !strings.Contains(text, ".js:") {
			text = fmt.Sprintf("%s:%d: %s", strings.TrimPrefix(at.File, inFolder+":"), at.Line, text)
		}
		all = append(all, shorten(oneLine(text), 500))
	}
	return errors.New(strings.Join(all, "; "))
}
