package tat

// user is a user as clients see him. What is left out is "?" in the contract (2).
type user struct {
	ID                     string   `json:"_id"`
	Username               string   `json:"username"`
	Fullname               string   `json:"fullname"`
	Email                  string   `json:"email,omitempty"`
	Groups                 []string `json:"groups,omitempty"`
	IsAdmin                bool     `json:"isAdmin,omitempty"`
	IsSystem               bool     `json:"isSystem,omitempty"`
	CanListUsersAsAdmin    bool     `json:"canListUsersAsAdmin,omitempty"`
	FavoritesTopics        []string `json:"favoritesTopics,omitempty"`
	OffNotificationsTopics []string `json:"offNotificationsTopics,omitempty"`
	FavoritesTags          []string `json:"favoritesTags,omitempty"`
	Contacts               []person `json:"contacts,omitempty"`
	DateCreation           int64    `json:"dateCreation,omitempty"`
}

// person is how contacts and presences name a user.
type person struct {
	Username string `json:"username"`
	Fullname string `json:"fullname"`
}
