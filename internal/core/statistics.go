package core

import (
	"context"

	"muster"
)

// ReadStatistics counts users, groups, applications, topics and presences, and on which days the first two were made, changed and taken out of use.
func (c *Core) ReadStatistics(ctx context.Context) (muster.Statistics, error) {
	return view(ctx, c, muster.ActionReadStatistics, func(v *View) (s muster.Statistics, err error) {
		if err := v.Require(muster.Realm()); err != nil {
			return s, err
		}
		if s.Users, err = v.UserStatistics(muster.MainRealm); err != nil {
			return s, err
		}
		if s.Groups, err = v.GroupStatistics(muster.MainRealm); err != nil {
			return s, err
		}
		if s.Applications, err = v.ApplicationStatistics(muster.MainRealm); err != nil {
			return s, err
		}
		s.Presences = c.presences.count()
		s.Topics, err = v.CountTopics(muster.MainRealm)
		return s, err
	})
}
