package config

import (
	"bytes"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Told is what Muster has been told, and by whom.
type Told struct {
	Config   Config
	Warnings []string // what is legal and yet looks like a mistake, for the operator
	origins  origins
}

// A Setting is one thing that Muster can be told.
type Setting struct {
	Key     string // of the TOML file, with a dot after its table
	Env     string // variable
	Flag    string // without its hyphens; "" for none
	Default string // as text; "" for none
	File    bool   // the variable has a second one, Env_FILE, that names a file
	secret  bool
	url     bool // may have a password in it
	value   reflect.Value
}

// Settings lists what Muster can be told, in the order of [Config].
func Settings() []Setting {
	c := Default()
	return settings(&c)
}

func settings(c *Config) []Setting { return fields("", reflect.ValueOf(c).Elem()) }

func fields(table string, v reflect.Value) (list []Setting) {
	for i := range v.NumField() {
		f, tag := v.Field(i), v.Type().Field(i).Tag
		key := table + tag.Get("toml")
		if f.Kind() == reflect.Struct {
			list = append(list, fields(key+".", f)...)
			continue
		}
		_, secret := tag.Lookup("secret")
		_, url := tag.Lookup("url")
		s := Setting{Key: key, Env: tag.Get("env"), Flag: tag.Get("flag"), File: slices.Contains(secrets, tag.Get("env")), secret: secret, url: url, value: f}
		if !f.IsZero() {
			s.Default = fmt.Sprint(f.Interface())
		}
		list = append(list, s)
	}
	return list
}

// TOML is the configuration as a file, with the origin of each value behind it. Secrets are dots; what follows from other
// settings where nobody says anything is filled in.
func (t *Told) TOML() string {
	c := t.Config
	c.TrustedProxies = append([]string{}, c.TrustedProxies...) // else the list would not be shown
	c.TrustedOrigins = append([]string{}, c.TrustedOrigins...)
	c.KeysFile, c.FilesDir, c.Mail.Folder = c.KeysPath(), c.FilesFolder(), c.MailFolder()
	if c.PublicURL == "" && !strings.HasSuffix(c.Listen, ":0") {
		c.PublicURL = "http://" + c.Listen
	}
	var b strings.Builder
	table := ""
	for _, s := range settings(&c) {
		before, name, inside := strings.Cut(s.Key, ".")
		if !inside {
			before, name = "", s.Key
		}
		if before != table {
			table = before
			fmt.Fprintf(&b, "\n[%s]\n", table)
		}
		fmt.Fprintf(&b, "%s # %s\n", line(name, s.shown()), t.origins.of(s))
	}
	return b.String()
}

// line is NAME = VALUE.
func line(name string, value any) string {
	var b bytes.Buffer
	_ = toml.NewEncoder(&b).Encode(map[string]any{name: value}) // text, lists of text and truth can be encoded
	return strings.TrimSpace(b.String())
}

// hidden is shown in place of a secret.
const hidden = "•••"

func (s Setting) shown() any {
	text, isText := s.value.Interface().(string)
	switch {
	case !isText || text == "":
		return s.value.Interface()
	case s.secret:
		return hidden
	case s.url:
		return withoutPassword(text)
	}
	return text
}

// withoutPassword hides the password of a URL, and its query, which may hold one, too.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Host == "" {
		return hidden
	}
	user := ""
	if u.User != nil {
		user = u.User.Username() + "@"
		if _, has := u.User.Password(); has {
			user = u.User.Username() + ":" + hidden + "@"
		}
	}
	query := ""
	if u.RawQuery != "" {
		query = "?" + hidden
	}
	return u.Scheme + "://" + user + u.Host + u.EscapedPath() + query
}

// origins say who set what.
type origins struct {
	file  toml.MetaData
	vars  map[string]string
	flags map[string]bool
}

func newOrigins(file toml.MetaData, vars map[string]string, flags Flags) origins {
	o := origins{file: file, vars: map[string]string{}, flags: map[string]bool{}}
	for name, value := range vars {
		o.vars[name] = value
	}
	said := reflect.ValueOf(flags)
	for i := range said.NumField() {
		field, _ := reflect.TypeFor[Config]().FieldByName(said.Type().Field(i).Name)
		o.flags[field.Tag.Get("flag")] = !said.Field(i).IsNil()
	}
	return o
}

// of is the origin of the value that holds: the strongest one that says something.
func (o origins) of(s Setting) string {
	switch {
	case s.Flag != "" && o.flags[s.Flag]:
		return "flag --" + s.Flag
	case o.vars[s.Env] != "":
		return "environment " + s.Env
	case s.File && o.vars[s.Env+"_FILE"] != "":
		return "environment " + s.Env + "_FILE"
	case o.file.IsDefined(strings.Split(s.Key, ".")...):
		return "file"
	}
	return "default"
}

// unknownVariables warns of variables that look like ours and are none: a misspelt one would be a silent default. Those that
// Kubernetes sets for a service called muster are left alone.
func unknownVariables(vars map[string]string) (warnings []string) {
	known := map[string]bool{}
	for _, s := range Settings() {
		known[s.Env] = true
		known[s.Env+"_FILE"] = s.File
	}
	for name := range vars {
		cluster := strings.HasPrefix(name, "MUSTER_SERVICE_") || strings.HasPrefix(name, "MUSTER_PORT")
		if strings.HasPrefix(name, "MUSTER_") && !known[name] && !cluster {
			warnings = append(warnings, "the environment has "+name+", which Muster does not know (hint: is it misspelt? muster config show lists what there is)")
		}
	}
	slices.Sort(warnings)
	return warnings
}
