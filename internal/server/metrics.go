package server

import (
	"context"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
	"muster/internal/obs"
	"muster/internal/password"
	"muster/internal/store"
)

// This file tells the metrics what the house does. The rooms know nothing of them.

// Metrics lists what the server counts.
func (s *Server) Metrics() []obs.Metric { return s.metrics.List() }

func (s *Server) seen(r httpx.Seen) { s.metrics.Request(r.Wire, r.Route, r.Method, r.Status, r.Took) }

func (s *Server) committed(c store.Commit) { s.metrics.Commit(c.Closures, c.Took) }

func (s *Server) verdict(v core.Verdict) {
	if v.Refusal != "" {
		s.metrics.Refusal(v.Wire, string(v.Refusal))
	} else {
		s.metrics.Change(v.Action)
	}
	if v.Action == muster.ActionSignIn.Name || v.Action == muster.ActionSignInThroughApp.Name {
		s.metrics.SignIn(v.Wire, signInResult(v.Refusal))
	}
}

// signInResult is how a try at signing in ended, in one word.
func signInResult(refusal muster.Kind) string {
	switch refusal {
	case "":
		return "good"
	case muster.Busy:
		return "throttled"
	case muster.Internal:
		return "failed"
	}
	return "bad"
}

// readings are the numbers that the rooms keep themselves.
func (s *Server) readings(hasher *password.Hasher) []obs.Reading {
	list := []obs.Reading{
		gauge("muster_requests_running", "Requests that are being answered, without live links.", func() float64 { return float64(s.running()) }),
		gauge("muster_connections", "Connections of the main listener and that of Agora.", func() float64 { return float64(s.connections().Open) }),
		total("muster_connections_refused_total", "Connections that were closed because there were too many in all or from one address.", func() float64 { return float64(s.connections().Refused) }),
		gauge("muster_hasher_waiting", "Sign-ins that wait until their password can be hashed.", func() float64 { return float64(hasher.Stats().Waiting) }),
		total("muster_hasher_refused_total", "Hashes that were refused because too many waited, or for too long.", func() float64 { return float64(hasher.Stats().Refused) }),
	}
	list = append(list, s.storeReadings()...)
	list = append(list, s.coreReadings()...)
	list = append(list, s.liveReadings()...)
	list = append(list, s.scriptReadings()...)
	return append(list, s.outboxReadings()...)
}

func (s *Server) storeReadings() []obs.Reading {
	return []obs.Reading{
		gauge("muster_writer_waiting", "Changes in the queue of the group writer.", func() float64 { return float64(s.store.Stats().Waiting) }),
		total("muster_writer_retries_total", "Transactions of the group writer that ran again, because of other nodes or because one of their changes broke them.", func() float64 { return float64(s.store.Stats().Retried) }),
		total("muster_writer_failures_total", "Transactions of the group writer that could not be begun, or of which nobody knows whether they were committed.", func() float64 { return float64(s.store.Stats().Failed) }),
		{Name: "muster_database", Help: "Always 1; the label says on which engine the node runs.", Label: "engine", Read: func(context.Context) map[string]float64 {
			if s.store.Single() {
				return map[string]float64{"sqlite": 1}
			}
			return map[string]float64{"postgres": 1}
		}},
	}
}

func (s *Server) coreReadings() []obs.Reading {
	return []obs.Reading{
		gauge("muster_sessions_remembered", "Sessions whose requests need no SQL to be let in.", func() float64 { return float64(s.core.Stats.Numbers().Sessions) }),
		gauge("muster_presences", "Presences that this node remembers, its own and those of other nodes; 100000 at the most.", func() float64 { return float64(s.core.Stats.Numbers().Presences) }),
		total("muster_session_hits_total", "Looks at a session that was remembered.", func() float64 { return float64(s.core.Stats.Numbers().Hits) }),
		total("muster_session_misses_total", "Looks at a session that had to be read.", func() float64 { return float64(s.core.Stats.Numbers().Misses) }),
		gauge("muster_follower_age_seconds", "How old what this node knows of other nodes is; above 1 nothing remembered is used. 0 on SQLite.", func() float64 { return s.core.Stats.Numbers().Behind.Seconds() }),
		{Name: "muster_throttled_total", Help: "Tries that a limit refused before anything was looked at.", Label: "limit", Total: true, Read: func(context.Context) map[string]float64 {
			return floats(s.core.Stats.Numbers().Throttled)
		}},
	}
}

func (s *Server) liveReadings() []obs.Reading {
	return []obs.Reading{
		gauge("muster_links", "Live links of this node.", func() float64 { return float64(s.core.Links.Count()) }),
		{Name: "muster_links_ended_total", Help: "Live links that ended, by why: the client left (gone) or did not read (slow), the server stopped (stop), or the word that the client was told.", Label: "reason", Total: true, Read: func(context.Context) map[string]float64 {
			return floats(s.live.Stats().Ended)
		}},
		total("muster_pushed_total", "Messages and reminders that were written to live links.", func() float64 { return float64(s.live.Stats().Pushed) }),
		{Name: "muster_messages_waiting", Help: "Messages that wait in inboxes, of all nodes, up to 10,000. Missing when the database does not answer.", Read: func(ctx context.Context) map[string]float64 {
			n, err := s.core.Links.MessagesWaiting(ctx)
			if err != nil {
				return nil
			}
			return map[string]float64{"": float64(n)}
		}},
	}
}

func (s *Server) scriptReadings() []obs.Reading {
	list := []obs.Reading{
		{Name: "muster_script_runs_total", Help: "Runs of scripts: good, aborted (the script said no), failed (beyond a limit, or a fault), busy (too many waited), or too-deep (scripts that ran each other without end).", Label: "result", Total: true, Read: func(context.Context) map[string]float64 {
			return floats(s.core.Stats.Numbers().Scripts)
		}},
		{Name: "muster_script_errands_total", Help: "What became of attempts to run a script after a change, or because it was time: done, postponed, or failed for good.", Label: "result", Total: true, Read: func(context.Context) map[string]float64 {
			return floats(s.errander.Results())
		}},
		{Name: "muster_script_errands_waiting", Help: "Scripts of all nodes that are to run after a change and have not yet, up to 10,000. Missing when the database does not answer.", Read: func(ctx context.Context) map[string]float64 {
			n, err := s.core.Errands.Waiting(ctx)
			if err != nil {
				return nil
			}
			return map[string]float64{"": float64(n)}
		}},
		{Name: "muster_scripts", Help: "Scripts of the folder, by whether they can run: good or broken. Missing without a folder.", Label: "state", Read: func(context.Context) map[string]float64 {
			if s.scripts == nil {
				return nil
			}
			return s.scripts.states()
		}},
	}
	return list
}

func (s *Server) outboxReadings() []obs.Reading {
	return []obs.Reading{
		{Name: "muster_outbox_waiting", Help: "Mails of all nodes that have not left yet, up to 10,000. Missing when the database does not answer.", Read: func(ctx context.Context) map[string]float64 {
			n, err := s.core.Outbox.Waiting(ctx)
			if err != nil {
				return nil
			}
			return map[string]float64{"": float64(n)}
		}},
		{Name: "muster_outbox_total", Help: "What became of attempts to send a mail: sent, postponed, or failed for good.", Label: "result", Total: true, Read: func(context.Context) map[string]float64 {
			n := s.runner.Stats()
			return floats(map[string]int64{"sent": n.Sent, "postponed": n.Postponed, "failed": n.Failed})
		}},
	}
}

func gauge(name, help string, read func() float64) obs.Reading {
	return obs.Reading{Name: name, Help: help, Read: obs.Number(read)}
}

func total(name, help string, read func() float64) obs.Reading {
	return obs.Reading{Name: name, Help: help, Total: true, Read: obs.Number(read)}
}

func floats(numbers map[string]int64) map[string]float64 {
	out := map[string]float64{}
	for k, n := range numbers {
		out[k] = float64(n)
	}
	return out
}
