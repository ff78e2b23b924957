package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// ErrToken is the one answer to every token that is not one of ours, so that it tells nothing about why.
var ErrToken = errors.New("token: not a valid token")

const (
	// maxJWT bounds what is looked at at all, in bytes.
	maxJWT = 4 << 10

	// jwtHeader is {"alg":"HS256","typ":"JWT"}, the only header that we write.
	jwtHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
)

func newSigner(secret []byte) (jose.Signer, error) {
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: secret}, (&jose.SignerOptions{}).WithType("JWT"))
}

// SignJWT returns a JWT of the claims, anything that becomes a JSON object, signed by the active key with HS256. It
// fails if the claims can't be written, if the token would be longer than 4 KiB, and for the purposes [Digest] and
// [Seal], which sign nothing.
func (k *Keys) SignJWT(p Purpose, claims any) (string, error) {
	signer, ok := k.active.signers[p]
	if !ok {
		return "", errPurpose(p)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("token: claims: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	token, err := jws.CompactSerialize()
	if err == nil && len(token) > maxJWT {
		err = errors.New("token: the claims are too long")
	}
	return token, err
}

// VerifyJWT reads the claims of a token that SignJWT has made for the same purpose, by a key that is active or still
// verifies. Everything else gets [ErrToken] and leaves claims alone: another header, however harmless (so no client ever
// names an algorithm, a key or an address of one), another spelling of the same bytes, and anything around the token.
// Claims are parsed only after the signature was found good; a token whose claims don't fit is refused as well, and
// claims may then be half filled. Whether the token has ended or was revoked is for the caller to see.
func (k *Keys) VerifyJWT(p Purpose, token string, claims any) error {
	if _, ok := k.active.secrets[p]; !ok {
		return errPurpose(p)
	}
	if len(token) > maxJWT || !canonical(token) {
		return ErrToken
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return ErrToken
	}
	for _, key := range k.live {
		payload, err := jws.Verify(key.secrets[p])
		if err != nil {
			continue
		}
		if json.Unmarshal(payload, claims) != nil {
			return ErrToken
		}
		return nil
	}
	return ErrToken
}

// canonical reports whether the token has our header and the only spelling of its bytes. The library accepts others,
// because it signs what it decoded and not what it was given.
func canonical(token string) bool {
	rest, ours := strings.CutPrefix(token, jwtHeader+".")
	payload, signature, two := strings.Cut(rest, ".")
	if !ours || !two {
		return false
	}
	_, ok1 := decode(payload)
	_, ok2 := decode(signature)
	return ok1 && ok2
}

func errPurpose(p Purpose) error {
	return fmt.Errorf("token: no tokens are signed for the purpose %q", string(p))
}
