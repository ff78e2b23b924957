package core

import (
	"bytes"
	"cmp"
	"encoding/json"

	"muster"
)

const maxConfig = 16 << 10 // bytes of JSON that a user keeps for clients

// newConfig is the config of a new user, as it was sent.
func (p *Profile) newConfig() (string, error) {
	var b bytes.Buffer
	if p.Config == nil {
		return "", nil
	}
	if _, err := configMembers(p.Config); err != nil {
		return "", err
	}
	if json.Compact(&b, p.Config) != nil || b.Len() > maxConfig || tooDeep(b.Bytes()) {
		return "", errConfig()
	}
	return b.String(), nil
}

// mergedConfig puts the members that the profile names in place of those that the user has; those that are null go.
func (p *Profile) mergedConfig(was string) (string, error) {
	if p.Config == nil {
		return was, nil
	}
	members, err := configMembers([]byte(cmp.Or(was, "{}")))
	if err != nil {
		return "", err
	}
	patch, err := configMembers(p.Config)
	if err != nil {
		return "", err
	}
	for key, value := range patch {
		if members[key] = value; string(value) == "null" {
			delete(members, key)
		}
	}
	merged, err := plainJSON(members)
	if err != nil || len(merged) > maxConfig || tooDeep(merged) {
		return "", errConfig()
	}
	return string(merged), nil
}

// plainJSON leaves <, > and & as they were sent: spelled for HTML, a config could outgrow its limit by being kept.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func configMembers(text []byte) (members map[string]json.RawMessage, err error) {
	if json.Unmarshal(text, &members) != nil || members == nil {
		err = errConfig()
	}
	return members, err
}

func errConfig() error {
	return muster.InvalidField("config", "a JSON object of at most 16 KiB, 32 deep")
}
