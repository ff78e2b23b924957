package store

import "muster"

// daily counts, by day, the rows of a realm whose instant is set. Both names are constants of the callers; a day has 86,400 million microseconds.
func (r *Reader) daily(realm muster.ID, table, column string) ([]muster.Day, error) {
	return all(r, func(row scanner) (d muster.Day, err error) {
		err = row.Scan(&d.Start, &d.Count)
		d.Start *= 86_400
		return d, err
	}, `SELECT `+column+` / 86400000000 AS day, COUNT(*) FROM `+table+` WHERE realm = $1 AND `+column+` > 0 GROUP BY day ORDER BY day`, realm)
}

// UserStatistics counts the users of a realm.
func (r *Reader) UserStatistics(realm muster.ID) (s muster.UserStatistics, err error) {
	s, _, err = one(r, func(row scanner) (s muster.UserStatistics, err error) {
		err = row.Scan(&s.Total, &s.Deleted, &s.Suspended, &s.Valid)
		return s, err
	}, `SELECT COUNT(*), COUNT(CASE WHEN deleted_at <> 0 THEN 1 END), COUNT(CASE WHEN suspended_at <> 0 THEN 1 END),
		COUNT(CASE WHEN deleted_at = 0 AND suspended_at = 0 THEN 1 END) FROM "user" WHERE realm = $1`, realm)
	err = r.days(err, realm, `"user"`, map[string]*[]muster.Day{
		"created_at": &s.DailyCreated, "updated_at": &s.DailyUpdated, "suspended_at": &s.DailySuspended, "deleted_at": &s.DailyDeleted,
	})
	return s, err
}

// GroupStatistics counts the groups of a realm.
func (r *Reader) GroupStatistics(realm muster.ID) (s muster.GroupStatistics, err error) {
	s, _, err = one(r, func(row scanner) (s muster.GroupStatistics, err error) {
		err = row.Scan(&s.Total, &s.Deleted, &s.Archived, &s.Valid)
		return s, err
	}, `SELECT COUNT(*), COUNT(CASE WHEN deleted_at <> 0 THEN 1 END), COUNT(CASE WHEN archived_at <> 0 THEN 1 END),
		COUNT(CASE WHEN deleted_at = 0 AND archived_at = 0 THEN 1 END) FROM "group" WHERE realm = $1`, realm)
	err = r.days(err, realm, `"group"`, map[string]*[]muster.Day{
		"created_at": &s.DailyCreated, "updated_at": &s.DailyUpdated, "archived_at": &s.DailyArchived, "deleted_at": &s.DailyDeleted,
	})
	return s, err
}

// ApplicationStatistics counts the applications of a realm.
func (r *Reader) ApplicationStatistics(realm muster.ID) (s muster.ApplicationStatistics, err error) {
	s, _, err = one(r, func(row scanner) (s muster.ApplicationStatistics, err error) {
		err = row.Scan(&s.Total, &s.Deleted)
		s.Valid = s.Total - s.Deleted
		return s, err
	}, `SELECT COUNT(*), COUNT(CASE WHEN deleted_at <> 0 THEN 1 END) FROM application WHERE realm = $1`, realm)
	return s, err
}

func (r *Reader) days(err error, realm muster.ID, table string, columns map[string]*[]muster.Day) error {
	for column, into := range columns {
		if err != nil {
			return err
		}
		*into, err = r.daily(realm, table, column)
	}
	return err
}
