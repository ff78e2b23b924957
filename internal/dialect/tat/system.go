package tat

import "net/http"

// version answers what runs here.
func (f *facade) version(*http.Request, none) (any, error) {
	return map[string]string{"version": f.options.Version}, nil
}

// capabilities answers what clients ask before they sign somebody up. There are no hooks.
func (f *facade) capabilities(*http.Request, none) (any, error) {
	return struct {
		UsernameFromEmail bool  `json:"username_from_email"`
		Hooks             []any `json:"hooks"`
	}{f.options.UsernameFromEmail, []any{}}, nil
}
