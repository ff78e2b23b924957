package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"muster/internal/blob"
	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/httpx"
	"muster/internal/mailer"
	"muster/internal/store"
)

// Check says what [Open] would refuse of the configuration, as far as that can be told without reaching or changing
// anything. Errors are for the operator.
func Check(cfg config.Config) error {
	if cfg.DatabaseURL != "" {
		if err := store.CheckURL(cfg.DatabaseURL); err != nil {
			return err
		}
	}
	if cfg.Mail.SMTPURL != "" {
		if _, err := mailer.NewSMTP(cfg.Mail.SMTPURL); err != nil {
			return fmt.Errorf("mail, MUSTER_SMTP_URL: %w", err)
		}
	}
	if _, err := origins(cfg, cfg.PublicURL); err != nil {
		return err
	}
	if cfg.Files.S3URL != "" {
		if _, err := blob.NewS3(bucket(cfg)); err != nil {
			return fmt.Errorf("files, MUSTER_S3_URL: %w", err)
		}
	}
	if err := cmp.Or(checkApps(cfg), checkScripts(cfg)); err != nil {
		return err
	}
	if cfg.Admin.Email != "" {
		if err := firstAdministrator(cfg).Check(); err != nil {
			return administratorError(err)
		}
	}
	if cfg.DefaultGroup != "" {
		if err := core.CheckDefaultGroup(cfg.DefaultGroup); err != nil {
			return defaultGroupError(err)
		}
	}
	return checkKeys(cfg.KeysPath())
}

// origins are the pages that may use cookies: those of the listed web apps, and the house's own under its public address, which
// a proxy may hide from it.
func origins(cfg config.Config, publicURL string) (*httpx.Origins, error) {
	var list []string
	if u, err := url.Parse(publicURL); err == nil && u.Host != "" {
		list = append(list, u.Scheme+"://"+u.Host)
	}
	for _, o := range cfg.TrustedOrigins {
		if o = strings.TrimSpace(o); o != "" { // else it is the comma at the end of a list
			list = append(list, o)
		}
	}
	o, err := httpx.NewOrigins(list...)
	if err != nil {
		err = fmt.Errorf("trusted origins: %w", err)
	}
	return o, err
}

// checkKeys looks at the file of the keys. One that isn't there will be made.
func checkKeys(path string) error {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("keys: %w (hint: the server has to be able to read its keys, and nobody else)", err)
	}
	return f.Close()
}

func firstAdministrator(cfg config.Config) core.FirstAdministrator {
	return core.FirstAdministrator{Email: cfg.Admin.Email, Username: cfg.Admin.Username, Password: cfg.Admin.Password}
}

func administratorError(err error) error {
	return fmt.Errorf("making the first administrator: %w (hint: see MUSTER_ADMIN_EMAIL, MUSTER_ADMIN_USERNAME and MUSTER_ADMIN_PASSWORD)", err)
}

func defaultGroupError(err error) error {
	return fmt.Errorf("making the default group: %w (hint: --default-group or MUSTER_DEFAULT_GROUP names a group like any other, not one of the built-in ones)", err)
}
