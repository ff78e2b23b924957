package script

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// A bundle is the client scripts of one web app, built when somebody asks for them.
type bundle struct {
	name string
	once sync.Once
	code []byte
	etag string
}

// Bundle is all client scripts of a bundle that have no errors, as one file for browsers, and a strong ETag of it (with its
// quotes). It is there if the folder has a client script for it, with errors or not. A web app asks for it as
// "{bundle}-client-scripts.js", runs it as a function's body and finds the scripts in window["{bundle}ClientScripts"].scripts.
func (f *Folder) Bundle(name string) (code []byte, etag string, ok bool) {
	v := f.current()
	b := v.bundles[name]
	if b == nil {
		return nil, "", false
	}
	b.once.Do(func() { b.build(f, v) })
	return b.code, b.etag, true
}

func (b *bundle) build(f *Folder, v *view) {
	var scripts []*entry
	for _, e := range v.entries {
		if e.bundle == b.name && len(e.Errors) == 0 {
			scripts = append(scripts, e)
		}
	}
	made := &builder{root: f.root, files: v.files}
	code, err := made.browser(entryOf(b.name, scripts))
	if err != nil { // a file changed since it was built alone; the next look will see it
		f.log.Warn("a bundle of client scripts does not build", "bundle", b.name, "error", err)
		code, _ = made.browser(entryOf(b.name, nil))
	}
	sum := sha256.Sum256([]byte(code))
	b.code, b.etag = []byte(code), `"`+hex.EncodeToString(sum[:16])+`"`
}

// importing is a program that does nothing with a script.
func importing(file string) string {
	return "import script from " + quoted(file) + "\nexport { script }\n"
}

// entryOf is the program that puts scripts where a web app looks for them: what a script's file exports, with the name, the
// triggers and the security that the list of scripts shows.
func entryOf(bundle string, scripts []*entry) string {
	var imports, list strings.Builder
	for i, e := range scripts {
		fmt.Fprintf(&imports, "import script%d from %s\n", i, quoted(e.file))
		fmt.Fprintf(&list, "  { ...script%d, ...%s },\n", i, e.static())
	}
	return imports.String() + "globalThis[" + quoted(bundle+"ClientScripts") + "] = { scripts: [\n" + list.String() + "] }\n"
}

// static is what is known of a script without running it, as Corteza's web apps read it.
func (s *Script) static() string {
	type constraint struct {
		Name  string   `json:"name,omitempty"`
		Op    string   `json:"op,omitempty"`
		Value []string `json:"value"`
	}
	type uiProp struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	type trigger struct {
		EventTypes    []string     `json:"eventTypes"`
		ResourceTypes []string     `json:"resourceTypes"`
		Constraints   []constraint `json:"constraints"`
		UIProps       []uiProp     `json:"uiProps"`
	}
	triggers := []trigger{}
	for _, t := range s.Triggers {
		made := trigger{t.EventTypes, t.ResourceTypes, []constraint{}, []uiProp{}}
		for _, c := range t.Constraints {
			made.Constraints = append(made.Constraints, constraint(c))
		}
		for _, p := range t.UIProps {
			made.UIProps = append(made.UIProps, uiProp(p))
		}
		triggers = append(triggers, made)
	}
	type security struct {
		RunAs string   `json:"runAs,omitempty"`
		Deny  []string `json:"deny"`
		Allow []string `json:"allow"`
	}
	text, _ := json.Marshal(struct {
		Name     string    `json:"name"`
		Triggers []trigger `json:"triggers"`
		Security *security `json:"security,omitempty"`
	}{s.Name, triggers, (*security)(s.Security)})
	return string(text)
}

// quoted is a text as a program in JavaScript spells it. JSON's spelling is one of them.
func quoted(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}
