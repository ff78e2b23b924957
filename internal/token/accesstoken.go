package token

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"
)

// An AccessToken is a token that the servers of an application sign by themselves, with a certificate that they share with
// the house (AccessToken2, agora-chat.md 8.2). Nothing in it is true before [AccessToken.SignedBy] has said so.
type AccessToken struct {
	AppID  string
	Issued uint32 // Unix seconds
	Life   uint32 // seconds after Issued

	Chat     bool   // it speaks of chat
	User     string // whom it is for, as the application calls him; "" for the application itself
	UserLife uint32 // seconds after Issued for which it lets the user in; 0: not
	AppLife  uint32 // the same of the application

	salt      uint32
	signature []byte
	signed    []byte
}

const (
	accessPrefix    = "007"
	maxAccessToken  = 4 << 10 // bytes of the text
	maxAccessInside = 4 << 10 // bytes once it is inflated
)

// The services that a token can speak of, and the two rights to chat.
const (
	serviceRTC, serviceRTM, serviceStreaming, serviceFPA = 1, 2, 3, 4

	serviceChat, serviceEducation, serviceNothing = 5, 7, 9

	chatUser, chatApp = 1, 2
)

// IsAccessToken reports whether the text begins like an access token.
func IsAccessToken(text string) bool { return strings.HasPrefix(text, accessPrefix) }

// ParseAccessToken reads a token. It gives [ErrToken] for whatever is none, and for one that speaks of a service which is not
// known here before it speaks of chat: how long that is, nobody can tell. Few bits of the packed form mean nothing to who unpacks
// it; a token that differs in those is the same one.
func ParseAccessToken(text string) (*AccessToken, error) {
	inside, err := inflate(text)
	if err != nil {
		return nil, ErrToken
	}
	in := fields{left: inside}
	t := &AccessToken{signature: []byte(in.text())}
	t.signed = in.left
	t.AppID = in.text()
	t.Issued, t.Life, t.salt = in.uint32(), in.uint32(), in.uint32()
	t.services(&in)
	if in.bad || len(t.signature) != sha256.Size {
		return nil, ErrToken
	}
	return t, nil
}

// inflate takes the disguise off. What comes out is bounded before it is made: a few bytes can stand for a gigabyte.
func inflate(text string) ([]byte, error) {
	body, ok := strings.CutPrefix(text, accessPrefix)
	if !ok || len(text) > maxAccessToken || strings.ContainsAny(body, "\r\n") {
		return nil, ErrToken
	}
	packed, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil {
		return nil, err
	}
	from := bytes.NewReader(packed)
	z, err := zlib.NewReader(from)
	if err != nil {
		return nil, err
	}
	inside, err := io.ReadAll(io.LimitReader(z, maxAccessInside+1))
	if err == nil && (len(inside) > maxAccessInside || from.Len() > 0) {
		err = ErrToken
	}
	return inside, err
}

// services reads what the token is for, up to chat. Behind that nothing matters here.
func (t *AccessToken) services(in *fields) {
	for n := in.uint16(); n > 0 && !in.bad && !t.Chat; n-- {
		service, privileges := in.uint16(), in.uint16()
		life := map[uint16]uint32{}
		for ; privileges > 0 && !in.bad; privileges-- {
			privilege := in.uint16()
			life[privilege] = in.uint32()
		}
		switch service {
		case serviceChat:
			t.Chat, t.UserLife, t.AppLife, t.User = true, life[chatUser], life[chatApp], in.text()
		case serviceRTC, serviceStreaming:
			_, _ = in.text(), in.text()
		case serviceRTM:
			_ = in.text()
		case serviceEducation:
			_, _, _ = in.text(), in.text(), in.uint16()
		case serviceFPA, serviceNothing:
		default:
			in.bad = true
		}
	}
	if !t.Chat && len(in.left) > 0 {
		in.bad = true
	}
}

// SignedBy reports whether the token was signed with the certificate. The time it takes does not depend on how much of the
// signature is right.
func (t *AccessToken) SignedBy(certificate string) bool {
	key := hmacOf(binary.LittleEndian.AppendUint32(nil, t.Issued), []byte(certificate))
	key = hmacOf(binary.LittleEndian.AppendUint32(nil, t.salt), key)
	return hmac.Equal(t.signature, hmacOf(key, t.signed))
}

func hmacOf(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// fields reads little-endian numbers and texts that say how long they are. Once something is not there, it is bad and gives
// zeros.
type fields struct {
	left []byte
	bad  bool
}

func (f *fields) take(n int) []byte {
	if f.bad || n > len(f.left) {
		f.bad = true
		return make([]byte, min(n, 4))
	}
	out := f.left[:n]
	f.left = f.left[n:]
	return out
}

func (f *fields) uint16() uint16 { return binary.LittleEndian.Uint16(f.take(2)) }

func (f *fields) uint32() uint32 { return binary.LittleEndian.Uint32(f.take(4)) }

func (f *fields) text() string {
	out := f.take(int(f.uint16()))
	if f.bad {
		return ""
	}
	return string(out)
}
