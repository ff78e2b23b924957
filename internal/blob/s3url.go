package blob

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"
)

// An S3Config says where a bucket is and how to get in.
type S3Config struct {
	URL       string // https://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]
	AccessKey string
	SecretKey string
	Folder    string // of this machine, for uploads on their way
}

// GoString keeps the keys out of %#v, and String out of the rest.
func (c S3Config) GoString() string { return "blob.S3Config" }
func (c S3Config) String() string   { return "blob.S3Config" }

// errS3URL says nothing of what was there: it may hold a key.
var errS3URL = errors.New("the S3 URL can't be used (hint: it has the form https://HOST/BUCKET or https://HOST:PORT/BUCKET/PREFIX, " +
	"with ?region=REGION at its end where the host does not tell it; http:// only if the server is on this machine; the keys are not part of it)")

// errS3Keys says the same of the keys.
var errS3Keys = errors.New("the S3 bucket needs both keys, in one line each (hint: set MUSTER_S3_ACCESS_KEY and MUSTER_S3_SECRET_KEY, or name files with MUSTER_S3_ACCESS_KEY_FILE and MUSTER_S3_SECRET_KEY_FILE)")

// defaultRegion is what servers take for granted that know no regions.
const defaultRegion = "us-east-1"

// NewS3 returns the S3 of a configuration, and reaches nothing. Errors are for the operator, and hold neither URL nor keys.
func NewS3(c S3Config) (*S3, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Opaque != "" || u.User != nil || u.Fragment != "" || u.Hostname() == "" {
		return nil, errS3URL
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	region, ok := regionOf(u)
	plain := u.Scheme == "http"
	if !ok || u.Scheme != "https" && !(plain && loopback(u.Hostname())) || s3utils.CheckValidBucketNameStrict(bucket) != nil || !isPrefix(prefix) {
		return nil, errS3URL
	}
	if !isKey(c.AccessKey) || !isKey(c.SecretKey) {
		return nil, errS3Keys
	}
	if prefix != "" {
		prefix += "/"
	}
	transport := newTransport(plain)
	client, err := minio.NewCore(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: !plain, Transport: transport, Region: region, MaxRetries: attempts,
	})
	if err != nil {
		return nil, errS3URL
	}
	return &S3{client: client, close: transport.CloseIdleConnections, endpoint: u.Host, bucket: bucket, prefix: prefix, folder: c.Folder}, nil
}

// regionOf is the region of the query, else what the host tells, else the default.
func regionOf(u *url.URL) (region string, ok bool) {
	query, err := url.ParseQuery(u.RawQuery)
	said := query.Get("region")
	delete(query, "region")
	return cmp.Or(said, s3utils.GetRegionFromURL(url.URL{Host: u.Host}), defaultRegion), err == nil && len(query) == 0 && isWord(said)
}

// isPrefix reports whether text is made of words with slashes between them, or empty.
func isPrefix(text string) bool {
	return text == "" || len(text) <= 200 && path.Clean("/"+text) == "/"+text && isWord(strings.ReplaceAll(text, "/", ""))
}

// isWord reports whether text has only signs that mean themselves everywhere.
func isWord(text string) bool {
	return strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == "" && isKey(text+"-")
}

// isKey reports whether text is printable ASCII without spaces: what a header can hold.
func isKey(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// stallTime is how long a connection may wait for a byte to move.
const stallTime = 20 * time.Second

// newTransport makes connections that end when nothing moves. Those without TLS stay on this machine.
func newTransport(plain bool) *http.Transport {
	t := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dial(ctx, network, address, plain)
		},
		// Answers are stored bytes, to be had as they are.
		DisableCompression: true, TLSHandshakeTimeout: stallTime / 2, IdleConnTimeout: stallTime / 2, MaxIdleConnsPerHost: 16,
	}
	if !plain {
		t.Proxy = http.ProxyFromEnvironment
	}
	return t
}

func dial(ctx context.Context, network, address string, plain bool) (net.Conn, error) {
	d := net.Dialer{Timeout: stallTime / 2}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	// localhost is a name, and a name can lead anywhere.
	if at, ok := conn.RemoteAddr().(*net.TCPAddr); plain && (!ok || !at.IP.IsLoopback()) {
		_ = conn.Close()
		return nil, errors.New("without TLS the server has to be on this machine")
	}
	return &restless{conn}, nil
}

// A restless connection ends when neither side says anything for [stallTime]. What is written gives more time to a read
// that waits for the answer, too.
type restless struct{ net.Conn }

func (c *restless) Read(b []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(stallTime)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *restless) Write(b []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(stallTime)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// cause is an error of the network without the request that it met.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// hint is what an operator can do about an error at the start.
func hint(err error) string {
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) {
		return "is MUSTER_S3_URL right, does the server run, can it be reached from here, is its certificate valid?"
	}
	switch answer.Code {
	case minio.NoSuchBucket, "InvalidBucketName":
		return "make the bucket, or correct its name in MUSTER_S3_URL"
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurity":
		return "look at MUSTER_S3_ACCESS_KEY and MUSTER_S3_SECRET_KEY"
	case minio.AccessDenied:
		return "the access key needs the rights to list the bucket and to read, write and delete its objects"
	case "AuthorizationHeaderMalformed", "InvalidRegion", "PermanentRedirect", "TemporaryRedirect":
		return "the bucket is in another region: name it in MUSTER_S3_URL with ?region=REGION, and its host"
	case "RequestTimeTooSkewed":
		return "the clock of this machine or of the server is wrong"
	}
	return "is MUSTER_S3_URL that of an S3 server, and is the server well?"
}
