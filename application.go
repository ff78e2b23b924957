package muster

import "time"

// An Application is a registered client or an entry of the launcher.
type Application struct {
	ID        ID
	Realm     ID
	Name      string
	Owner     ID
	Enabled   bool
	Launcher  *Launcher // how it is shown among other applications; nil: nobody has said
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
	Version   int64
}

// A Launcher is how an application is shown among others.
type Launcher struct {
	Name   string `json:"name,omitempty"`
	Listed bool   `json:"listed"`
	Icon   string `json:"icon"`
	Logo   string `json:"logo"`
	URL    string `json:"url"`
	Config string `json:"config"`
	Order  int    `json:"order"`
}

// An ApplicationFilter selects applications. Empty fields select nothing and leave nothing out.
type ApplicationFilter struct {
	Contains string // part of the name, in any letter case
	Deleted  State
	Sort     []Order
	Page     Page
}
