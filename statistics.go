package muster

// Statistics counts what there is in a realm.
type Statistics struct {
	Users        UserStatistics
	Groups       GroupStatistics
	Applications ApplicationStatistics
	Topics       int
	Presences    int
}

// UserStatistics counts users. Valid ones are neither deleted nor suspended.
type UserStatistics struct {
	Total, Valid, Deleted, Suspended                         int
	DailyCreated, DailyUpdated, DailySuspended, DailyDeleted []Day
}

// GroupStatistics counts groups. Valid ones are neither deleted nor archived.
type GroupStatistics struct {
	Total, Valid, Deleted, Archived                         int
	DailyCreated, DailyUpdated, DailyArchived, DailyDeleted []Day
}

// ApplicationStatistics counts applications. Valid ones are not deleted.
type ApplicationStatistics struct{ Total, Valid, Deleted int }

// A Day is how often something happened on a day of UTC; days on which it did not are left out.
type Day struct {
	Start int64 // Unix seconds
	Count int
}
