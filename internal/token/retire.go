package token

import (
	"fmt"
	"time"
)

// verifyTime is how long an old key goes on verifying: as long as the longest-lived token (security yardstick, 3.5).
const verifyTime = 90 * 24 * time.Hour

// Info is what may be shown of a key.
type Info struct {
	ID    string
	Made  time.Time
	State string // active, verify or retired
	// Until is when nothing that the key has signed can be alive any more; zero for the active key.
	Until time.Time
}

// List tells what keys the file has, oldest first.
func List(path string) ([]Info, error) {
	list, err := readList(path)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	infos := make([]Info, len(list))
	for i, e := range list {
		infos[i] = Info{ID: e.ID, Made: e.Made, State: string(e.State)}
		if i+1 < len(list) { // it stopped signing when the next one was made
			infos[i].Until = list[i+1].Made.Add(verifyTime)
		}
	}
	return infos, nil
}

// Retire takes the old keys out of use whose tokens have all run out, or with force all old keys. Digests that were made
// with a retired key match no more. It answers how many were retired and how many old keys go on verifying.
func Retire(path string, now time.Time, force bool) (retired, kept int, err error) {
	err = edit(path, func(list []entry) []entry {
		for i := range list {
			switch {
			case list[i].State != stateVerify:
			case force || !now.Before(list[i+1].Made.Add(verifyTime)):
				list[i].State = stateRetired
				retired++
			default:
				kept++
			}
		}
		return list
	})
	return retired, kept, err
}
