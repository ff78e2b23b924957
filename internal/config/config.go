// Package config is what Muster can be told: by a TOML file, by the environment, by flags. The file is weakest, flags are
// strongest, and what nobody says has a default. A key that Muster does not know is an error: a misspelt one would otherwise
// be a silent default.
//
// Secrets come from the file, from the environment, or from a file that the environment names (MUSTER_ADMIN_PASSWORD_FILE);
// never from flags, which everybody on the machine can read.
//
// [Load] puts it together; [Read] says besides where each value comes from, and what looks like a mistake.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/caarlos0/env/v11"
)

// Config is what Muster has been told. The tags are read by [Read], too: what is tagged secret is never shown, of a URL with
// a password the password; a flag has the name of its field in [Flags].
type Config struct {
	Data           string   `toml:"data" env:"MUSTER_DATA" flag:"data"`                                // folder of the embedded database, keys, files and mails
	Listen         string   `toml:"listen" env:"MUSTER_LISTEN" flag:"listen"`                          // HOST:PORT; port 0 takes a free one
	DatabaseURL    string   `toml:"database_url" env:"MUSTER_DATABASE_URL" flag:"database-url" url:""` // postgres://…; empty: SQLite in the data folder
	KeysFile       string   `toml:"keys_file" env:"MUSTER_KEYS_FILE"`                                  // empty: keys.json in the data folder
	FilesDir       string   `toml:"files_dir" env:"MUSTER_FILES_DIR"`                                  // folder of uploaded files; empty: files in the data folder
	Scripts        string   `toml:"scripts" env:"MUSTER_SCRIPTS" flag:"scripts"`                       // folder of scripts; empty: none are run
	PublicURL      string   `toml:"public_url" env:"MUSTER_PUBLIC_URL" flag:"public-url"`              // what links in mails begin with; empty: http:// and the address
	OpsListen      string   `toml:"ops_listen" env:"MUSTER_OPS_LISTEN" flag:"ops-listen"`              // HOST:PORT of this machine for metrics and profiles; empty: none
	TrustedProxies []string `toml:"trusted_proxies" env:"MUSTER_TRUSTED_PROXIES"`                      // addresses and networks whose X-Forwarded-For is believed
	TrustedOrigins []string `toml:"trusted_origins" env:"MUSTER_TRUSTED_ORIGINS"`                      // scheme://host[:port] of web apps elsewhere whose pages may use cookies
	DefaultGroup   string   `toml:"default_group" env:"MUSTER_DEFAULT_GROUP" flag:"default-group"`     // name of the group that wires put new people into; empty: none
	MessageDays    int      `toml:"message_days" env:"MUSTER_MESSAGE_DAYS"`                            // how long messages wait in an inbox
	Dev            bool     `toml:"dev" env:"MUSTER_DEV" flag:"dev"`                                   // throttles lifted, more in the log
	Admin          Admin    `toml:"admin"`
	Mail           Mail     `toml:"mail"`
	Files          Files    `toml:"files"`
	Tat            Tat      `toml:"tat"`
	Agora          Agora    `toml:"agora"`
}

// Admin is the first administrator, made when realm main has no account. Without an e-mail there is none.
type Admin struct {
	Email    string `toml:"email" env:"MUSTER_ADMIN_EMAIL"`
	Username string `toml:"username" env:"MUSTER_ADMIN_USERNAME"`
	Password string `toml:"password" env:"MUSTER_ADMIN_PASSWORD" secret:""`
}

// Mail says where mails go. SMTPURL wins if both are set.
type Mail struct {
	SMTPURL string `toml:"smtp_url" env:"MUSTER_SMTP_URL" url:""`
	Folder  string `toml:"folder" env:"MUSTER_MAIL_DIR"` // empty: mail in the data folder
}

// Files says where the bytes of files go if not into a folder. S3URL wins over FilesDir; it and the two keys belong together.
type Files struct {
	S3URL       string `toml:"s3_url" env:"MUSTER_S3_URL" url:""` // https://HOST/BUCKET/PREFIX?region=REGION; empty: FilesDir
	S3AccessKey string `toml:"s3_access_key" env:"MUSTER_S3_ACCESS_KEY" secret:""`
	S3SecretKey string `toml:"s3_secret_key" env:"MUSTER_S3_SECRET_KEY" secret:""`
}

// Tat is what its wire can be told. The first four are how clients reach it; they fill mails and answers.
type Tat struct {
	Scheme            string   `toml:"scheme" env:"MUSTER_TAT_SCHEME"` // http or https; empty: that of the public URL, and so on
	Host              string   `toml:"host" env:"MUSTER_TAT_HOST"`
	Port              string   `toml:"port" env:"MUSTER_TAT_PORT"`
	Path              string   `toml:"path" env:"MUSTER_TAT_PATH"`
	AllowedDomains    []string `toml:"allowed_domains" env:"MUSTER_TAT_ALLOWED_DOMAINS"`           // of e-mails of new accounts; empty: all
	UsernameFromEmail bool     `toml:"username_from_email" env:"MUSTER_TAT_USERNAME_FROM_EMAIL"`   // the part before the @ replaces the username of new accounts
	ReserveSystem     bool     `toml:"reserve_system_names" env:"MUSTER_TAT_RESERVE_SYSTEM_NAMES"` // nobody signs up with a username that begins with tat.system
	CallbackHosts     []string `toml:"callback_hosts" env:"MUSTER_TAT_CALLBACK_HOSTS"`             // hosts that callbacks in mails may name besides the exposed one
	Origins           []string `toml:"origins" env:"MUSTER_TAT_ORIGINS"`                           // of web pages that may use it; empty: all
	MessageLength     int      `toml:"message_length" env:"MUSTER_TAT_MESSAGE_LENGTH"`             // that new topics tell their clients, in characters
}

// Flags are what the command line said; what it did not say is nil.
type Flags struct {
	Data        *string
	Listen      *string
	DatabaseURL *string
	PublicURL   *string
	OpsListen   *string
	AgoraListen *string
	Scripts     *string

	DefaultGroup *string
	Dev          *bool
}

// Default is what holds where nobody says anything.
func Default() Config {
	return Config{Data: "./muster-data", Listen: "127.0.0.1:8080", MessageDays: 7, Admin: Admin{Username: "admin"}, Tat: Tat{MessageLength: 1000}}
}

// Load puts file, environment and flags together. The file may be "". Errors are for the operator.
func Load(file string, environ []string, flags Flags) (Config, error) {
	told, err := Read(file, environ, flags)
	return told.Config, err
}

// Read is Load, with the origins of the values.
func Read(file string, environ []string, flags Flags) (Told, error) {
	vars := env.ToMap(environ)
	told := Told{Config: Default(), Warnings: unknownVariables(vars)}
	c := &told.Config
	meta, err := c.readFile(file)
	if err != nil {
		return told, err
	}
	told.origins = newOrigins(meta, vars, flags)
	if vars, err = withFiles(vars); err != nil {
		return told, err
	}
	if err := env.ParseWithOptions(c, env.Options{Environment: vars}); err != nil {
		return told, fmt.Errorf("reading the environment: %w (hint: MUSTER_DEV is true or false, MUSTER_MESSAGE_DAYS a number)", err)
	}
	set(&c.Data, flags.Data)
	set(&c.Listen, flags.Listen)
	set(&c.DatabaseURL, flags.DatabaseURL)
	set(&c.PublicURL, flags.PublicURL)
	set(&c.OpsListen, flags.OpsListen)
	set(&c.Agora.Listen, flags.AgoraListen)
	set(&c.Scripts, flags.Scripts)
	set(&c.DefaultGroup, flags.DefaultGroup)
	set(&c.Dev, flags.Dev)
	if err := c.Agora.readSecrets(); err != nil {
		return told, err
	}
	return told, c.check()
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (c *Config) readFile(file string) (meta toml.MetaData, err error) {
	if file == "" {
		return meta, nil
	}
	if meta, err = toml.DecodeFile(file, c); err != nil {
		return meta, fileError(file, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return meta, fmt.Errorf("%s: unknown key %s (hint: is it misspelt?)", file, unknown[0])
	}
	return meta, nil
}

// fileError says where the file is wrong, not what stands there: the parser's own words repeat it, and a password that lacks
// its quotes would be in the log.
func fileError(file string, err error) error {
	var at toml.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("%s: line %d, at %s, is not TOML (hint: text stands in \"quotes\", true and false do not)",
			file, at.Position.Line, cmp.Or(at.LastKey, "the beginning"))
	}
	return fmt.Errorf("reading %s: %w (hint: --config names a TOML file; its keys are in the README)", file, err)
}

// secrets are the variables that can also come from a file: NAME_FILE holds its path.
var secrets = []string{
	"MUSTER_ADMIN_EMAIL", "MUSTER_ADMIN_USERNAME", "MUSTER_ADMIN_PASSWORD", "MUSTER_DATABASE_URL", "MUSTER_SMTP_URL",
	"MUSTER_S3_URL", "MUSTER_S3_ACCESS_KEY", "MUSTER_S3_SECRET_KEY",
}

func withFiles(vars map[string]string) (map[string]string, error) {
	for _, name := range secrets {
		path, ok := vars[name+"_FILE"]
		if !ok || path == "" {
			continue
		}
		if vars[name] != "" {
			return nil, fmt.Errorf("both %s and %s_FILE are set (hint: keep one)", name, name)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s_FILE: %w (hint: the server has to be able to read it)", name, err)
		}
		vars[name] = strings.TrimRight(string(text), "\r\n")
	}
	return vars, nil
}

const mostMessageDays = 365

func (c *Config) check() error {
	if !isAddress(c.Listen) {
		return fmt.Errorf("listen address %q is not HOST:PORT (hint: 127.0.0.1:8080 is for this machine alone, :8080 for all the network)", c.Listen)
	}
	if c.OpsListen != "" && !isLoopback(c.OpsListen) {
		return fmt.Errorf("operations address %q is not HOST:PORT of this machine (hint: 127.0.0.1:9090; what is served there is for nobody else. To collect metrics from elsewhere, forward the port or run the collector here)", c.OpsListen)
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if c.MessageDays < 1 || c.MessageDays > mostMessageDays {
		return fmt.Errorf("messages wait for %d days (hint: message_days is 1 to %d; 7 by default)", c.MessageDays, mostMessageDays)
	}
	if err := c.Agora.check(); err != nil {
		return err
	}
	if c.Data == "" {
		return errors.New("the data folder has no name (hint: --data DIR)")
	}
	if u, err := url.Parse(c.DatabaseURL); c.DatabaseURL != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("the database URL is not one of PostgreSQL (hint: postgres://user:password@host:5432/database)")
	}
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "") {
		return fmt.Errorf("public URL %q is not an address of the web (hint: https://users.example.org)", c.PublicURL)
	}
	if (c.Admin.Email == "") != (c.Admin.Password == "") {
		return errors.New("the first administrator has an e-mail and a password or neither (hint: set MUSTER_ADMIN_EMAIL and MUSTER_ADMIN_PASSWORD)")
	}
	if err := c.Tat.check(); err != nil {
		return err
	}
	if f := c.Files; (f.S3URL == "") != (f.S3AccessKey == "") || (f.S3URL == "") != (f.S3SecretKey == "") {
		return errors.New("a bucket for files has a URL, an access key and a secret key or none of them (hint: set MUSTER_S3_URL, MUSTER_S3_ACCESS_KEY and MUSTER_S3_SECRET_KEY)")
	}
	return nil
}

func (t *Tat) check() error {
	port, err := strconv.ParseUint(cmp.Or(t.Port, "1"), 10, 16)
	switch {
	case t.Scheme != "" && t.Scheme != "http" && t.Scheme != "https":
		return fmt.Errorf("tat.scheme is %q (hint: http or https)", t.Scheme)
	case err != nil || port == 0:
		return fmt.Errorf("tat.port is %q (hint: a number, 443 for example)", t.Port)
	case strings.ContainsAny(t.Host, "/@ ?#"):
		return fmt.Errorf("tat.host is %q (hint: a name alone, users.example.org for example)", t.Host)
	case t.MessageLength < 1 || t.MessageLength > 1_000_000:
		return fmt.Errorf("tat.message_length is %d (hint: 1 to 1000000)", t.MessageLength)
	case t.Path != "" && !strings.HasPrefix(t.Path, "/"):
		return fmt.Errorf("tat.path is %q (hint: it begins with a slash)", t.Path)
	}
	return nil
}

// isAddress reports whether text is HOST:PORT. The host may be empty, for all the network.
func isAddress(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil || port == "" || strings.ContainsAny(host, "/ ") {
		return false
	}
	_, err = net.LookupPort("tcp", port)
	return err == nil
}

// KeysPath is where the keys are.
func (c *Config) KeysPath() string {
	if c.KeysFile != "" {
		return c.KeysFile
	}
	return filepath.Join(c.Data, "keys.json")
}

// FilesFolder is where the bytes of files are. Nodes that share a database share it, too.
func (c *Config) FilesFolder() string {
	if c.FilesDir != "" {
		return c.FilesDir
	}
	return filepath.Join(c.Data, "files")
}

// MailFolder is where mails go that no server takes.
func (c *Config) MailFolder() string {
	if c.Mail.Folder != "" {
		return c.Mail.Folder
	}
	return filepath.Join(c.Data, "mail")
}
