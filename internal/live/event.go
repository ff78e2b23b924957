package live

import (
	"encoding/json"
	"strconv"
	"time"

	"muster"
)

// The events, as they are written. Data is one line each: JSON without blanks has no line breaks.

func appendReady(b []byte, l *link) []byte {
	b = append(b, "event: ready\ndata: {\"resource\":"...)
	b = appendText(b, l.Resource)
	return append(b, "}\n\n"...)
}

func appendKicked(b []byte, reason string) []byte {
	b = append(b, "event: kicked\ndata: {\"reason\":"...)
	b = appendText(b, reason)
	return append(b, "}\n\n"...)
}

func appendHeartbeat(b []byte) []byte { return append(b, ":\n\n"...) }

// appendComeBack tells the client how long to wait before he connects again: one to five seconds, another time for each link, so that
// not all come at once.
func appendComeBack(b []byte, l *link) []byte {
	const shortest, spread = 1000, 4000
	wait := shortest + int64(l.ID>>10)%spread // the microsecond in which the link was opened
	b = append(b, ": the server stops\nretry: "...)
	b = strconv.AppendInt(b, wait, 10)
	return append(b, "\n\n"...)
}

func appendMessage(b []byte, m *muster.Message, to string) []byte {
	b = append(b, "event: message\ndata: {\"id\":\""...)
	b = strconv.AppendInt(b, int64(m.ID), 10)
	b = append(b, "\",\"from\":"...)
	b = appendText(b, m.From)
	b = append(b, ",\"to\":"...)
	b = appendText(b, to)
	b = append(b, ",\"type\":"...)
	b = appendText(b, m.Type)
	b = append(b, ",\"body\":"...)
	b = append(b, m.Body...)
	if m.Ext != nil {
		b = append(b, ",\"ext\":"...)
		b = append(b, m.Ext...)
	}
	b = append(b, ",\"timestamp\":"...)
	b = strconv.AppendInt(b, m.ID.Time().UnixMilli(), 10)
	return append(b, "}\n\n"...)
}

func appendReminder(b []byte, m *muster.Reminder) []byte {
	b = append(b, "event: reminder\ndata: {\"id\":\""...)
	b = strconv.AppendInt(b, int64(m.ID), 10)
	b = append(b, "\",\"resource\":"...)
	b = appendText(b, m.Resource)
	b = append(b, ",\"payload\":"...)
	b = append(b, m.Payload...)
	b = append(b, ",\"timestamp\":"...)
	b = strconv.AppendInt(b, m.RemindAt.UnixMilli(), 10)
	return append(b, "}\n\n"...)
}

func appendText(b []byte, s string) []byte {
	text, _ := json.Marshal(s) // any string can be one
	return append(b, text...)
}

// heartbeat is how often a link that has nothing to say says so.
const heartbeat = 15 * time.Second
