package corteza

import (
	"net/http"

	"muster"
	"muster/internal/dialect"
)

// days are alternately the Unix second of a day's beginning and a count; never null.
type days []int64

func daysOf(list []muster.Day) days {
	d := make(days, 0, 2*len(list))
	for _, day := range list {
		d = append(d, day.Start, int64(day.Count))
	}
	return d
}

func (f *facade) statistics(r *http.Request, _ none) (any, error) {
	return dialect.As(statisticsOf)(f.core.ReadStatistics(r.Context()))
}

func statisticsOf(s muster.Statistics) any {
	type users struct {
		Total          int  `json:"total"`
		Valid          int  `json:"valid"`
		Deleted        int  `json:"deleted"`
		Suspended      int  `json:"suspended"`
		DailyCreated   days `json:"dailyCreated"`
		DailyDeleted   days `json:"dailyDeleted"`
		DailyUpdated   days `json:"dailyUpdated"`
		DailySuspended days `json:"dailySuspended"`
	}
	type roles struct {
		Total         int  `json:"total"`
		Valid         int  `json:"valid"`
		Deleted       int  `json:"deleted"`
		Archived      int  `json:"archived"`
		DailyCreated  days `json:"dailyCreated"`
		DailyDeleted  days `json:"dailyDeleted"`
		DailyUpdated  days `json:"dailyUpdated"`
		DailyArchived days `json:"dailyArchived"`
	}
	type applications struct {
		Total   int `json:"total"`
		Deleted int `json:"deleted"`
		Valid   int `json:"valid"`
	}
	u, g, a := s.Users, s.Groups, s.Applications
	return struct {
		Users        users        `json:"users"`
		Roles        roles        `json:"roles"`
		Applications applications `json:"applications"`
	}{
		users{u.Total, u.Valid, u.Deleted, u.Suspended, daysOf(u.DailyCreated), daysOf(u.DailyDeleted), daysOf(u.DailyUpdated), daysOf(u.DailySuspended)},
		roles{g.Total, g.Valid, g.Deleted, g.Archived, daysOf(g.DailyCreated), daysOf(g.DailyDeleted), daysOf(g.DailyUpdated), daysOf(g.DailyArchived)},
		applications{a.Total, a.Deleted, a.Valid},
	}
}
