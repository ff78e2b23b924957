package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Agora is the second address of the dialect of that name, and the applications that it serves.
type Agora struct {
	Listen string     `toml:"listen" env:"MUSTER_AGORA_LISTEN" flag:"agora-listen"` // HOST:PORT; empty: none
	Apps   []AgoraApp `toml:"app"`                                                  // only in the file
}

// AgoraApp is one application that brings its own users. A secret stands in the file, or in a file of its own that it names.
type AgoraApp struct {
	Org              string         `toml:"org"`
	Name             string         `toml:"name"`
	AppID            string         `toml:"app_id"`
	Certificate      string         `toml:"app_certificate" secret:""`
	CertificateFile  string         `toml:"app_certificate_file"`
	ClientID         string         `toml:"client_id"`
	ClientSecret     string         `toml:"client_secret" secret:""`
	ClientSecretFile string         `toml:"client_secret_file"`
	OpenRegistration bool           `toml:"open_registration"`
	Realm            string         `toml:"realm"`     // "main", or empty for one of its own
	TokenTTL         int            `toml:"token_ttl"` // seconds; 0: 60 days
	MaxUsers         int            `toml:"max_users"` // 0: any number
	Limits           map[string]int `toml:"limits"`    // calls a second, by endpoint; "*" for all others; -1: any number
}

// readSecrets fetches the secrets that stand in files of their own.
func (a *Agora) readSecrets() error {
	for i := range a.Apps {
		app := &a.Apps[i]
		if err := readSecret("app_certificate", &app.Certificate, app.CertificateFile); err != nil {
			return app.explain(i, err)
		}
		if err := readSecret("client_secret", &app.ClientSecret, app.ClientSecretFile); err != nil {
			return app.explain(i, err)
		}
	}
	return nil
}

func readSecret(key string, to *string, file string) error {
	switch {
	case file == "":
		return nil
	case *to != "":
		return fmt.Errorf("both %s and %s_file are set (hint: keep one)", key, key)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s_file: %w (hint: the server has to be able to read it)", key, err)
	}
	*to = strings.TrimRight(string(text), "\r\n")
	return nil
}

func (a *Agora) check() error {
	if a.Listen != "" && !isAddress(a.Listen) {
		return fmt.Errorf("address for Agora %q is not HOST:PORT (hint: 127.0.0.1:8081; it serves the applications without a prefix)", a.Listen)
	}
	if a.Listen != "" && len(a.Apps) == 0 {
		return errors.New("there is an address for Agora and no application (hint: [[agora.app]] in the TOML file names one)")
	}
	bound := ""
	for i, app := range a.Apps {
		switch {
		case app.Realm == "main" && bound != "":
			return app.explain(i, fmt.Errorf("%q is bound to main already (hint: only one application can be, since what it keeps with people would mix)", bound))
		case app.Realm == "main":
			bound = app.Name
		}
		if app.Realm != "" && app.Realm != "main" {
			return app.explain(i, fmt.Errorf("realm is \"main\" or left out, not %q (hint: left out, the application has users of its own)", app.Realm))
		}
		if app.TokenTTL < 0 {
			return app.explain(i, errors.New("token_ttl is a number of seconds (hint: leave it out for 60 days)"))
		}
	}
	return nil
}

func (a AgoraApp) explain(i int, err error) error {
	return fmt.Errorf("[[agora.app]] number %d (org %q, name %q): %w", i+1, a.Org, a.Name, err)
}

// toml is what was said of the application, as lines of the file. A secret from a file of its own is left out, as it was there.
func (a AgoraApp) toml() string {
	if a.CertificateFile != "" {
		a.Certificate = ""
	}
	if a.ClientSecretFile != "" {
		a.ClientSecret = ""
	}
	var b strings.Builder
	for _, s := range fields("", reflect.ValueOf(&a).Elem()) {
		switch {
		case s.value.IsZero():
		case s.Key == "limits":
			fmt.Fprintf(&b, "limits = { %s } # file\n", inline(a.Limits))
		default:
			fmt.Fprintf(&b, "%s # file\n", line(s.Key, s.shown()))
		}
	}
	return b.String()
}

func inline(limits map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		list = append(list, fmt.Sprintf("%q = %d", name, limits[name]))
	}
	return strings.Join(list, ", ")
}
