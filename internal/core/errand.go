package core

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"muster"
	"muster/internal/script"
	"muster/internal/store"
)

// An errand is a run of a script because of what has happened, or because it is time. It is a delivery of kind script, stored
// with the change: it outlives the process, and is run at least once.
type errand struct {
	Script string `json:"script"`
	On     string `json:"on"`
	Event  string `json:"event"`

	User           muster.ID           `json:"user,omitempty"`
	Group          muster.ID           `json:"group,omitempty"`
	Application    muster.ID           `json:"application,omitempty"`
	OldUser        *muster.User        `json:"oldUser,omitempty"`
	OldGroup       *muster.Group       `json:"oldGroup,omitempty"`
	OldApplication *muster.Application `json:"oldApplication,omitempty"`

	Invoker   muster.ID `json:"invoker,omitempty"` // whose doing it is
	Behind    muster.ID `json:"behind,omitempty"`
	Address   string    `json:"address,omitempty"`
	RequestID string    `json:"requestID,omitempty"`
	Depth     int       `json:"depth,omitempty"` // scripts that stood behind the change
}

const deliveryScript = "script"

// errand is what a script has to do after the change.
func (tx *Tx) errand(s *script.Script, o *Occasion) errand {
	k := o.key()
	e := errand{
		Script: s.Name, On: o.On, Event: o.Event, User: k.user, Group: k.group, Application: k.application,
		OldGroup: o.OldGroup, OldApplication: o.OldApplication,
		Invoker: tx.Actor.User, Behind: tx.Actor.Behind, Address: tx.Actor.Origin.Address, RequestID: tx.Actor.Origin.RequestID, Depth: tx.depth,
	}
	if o.OldUser != nil {
		e.OldUser = o.OldUser.User
	}
	return e
}

// sendOut stores the errands of the change. Scripts that have run each other often enough get no more.
func (tx *Tx) sendOut() error {
	sent := false
	for _, e := range tx.errands {
		if e.Depth >= maxScriptDepth {
			tx.AfterCommit(func() { tx.core.tooDeep(e.Script) })
			continue
		}
		if err := putErrand(tx.Tx, tx.records[0].ID, e); err != nil {
			return err
		}
		sent = true
	}
	if sent {
		tx.AfterCommit(tx.core.Errands.poke)
	}
	return nil
}

func putErrand(tx *store.Tx, event muster.ID, e errand) error {
	payload, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return tx.InsertDelivery(&store.Delivery{ID: tx.NewID(), Event: event, Kind: deliveryScript, Payload: string(payload), DueAt: tx.Now()})
}

func (c *Core) tooDeep(name string) {
	c.scripts.tooDeep.Add(1)
	all := c.scripts.all()
	if at := slices.IndexFunc(all, func(s script.Script) bool { return s.Name == name }); at >= 0 {
		c.scripts.failedBy(&all[at], errTooDeep)
	}
	c.log.Warn("a script is not run, because scripts would run each other without end", "script", name)
}

// Errands are what scripts have to do because of what has happened, or because it is time.
type Errands struct {
	c    *Core
	wake chan struct{}
}

// An Errand is one that was handed out to be run.
type Errand struct {
	ID       muster.ID
	Script   string
	Attempts int // including this one

	errand   errand
	delivery store.Delivery
}

// Wake is signalled when something new is due on this node.
func (e *Errands) Wake() <-chan struct{} { return e.wake }

func (e *Errands) poke() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Waiting counts the errands that are not done, also those of other nodes, up to 10,000.
func (e *Errands) Waiting(ctx context.Context) (int, error) {
	return e.c.store.Reader(ctx).DeliveriesWaiting(deliveryScript)
}

// Lease answers errands that are due, the longest due first. Nobody else gets them until the lease runs out.
func (e *Errands) Lease(ctx context.Context, lease time.Duration) ([]Errand, error) {
	now := e.c.now()
	if waits, err := e.c.store.Reader(ctx).DeliveryWaits(deliveryScript, now); err != nil || !waits {
		return nil, err
	}
	var due []store.Delivery
	err := e.c.store.Write(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.LeaseDeliveries(deliveryScript, now, now.Add(lease))
		return err
	}, nil)
	var list []Errand
	for _, d := range due {
		r := Errand{ID: d.ID, Attempts: d.Attempts, delivery: d}
		if bad := json.Unmarshal([]byte(d.Payload), &r.errand); bad != nil {
			err = errors.Join(err, bad, e.Finish(ctx, r, "unreadable"))
			continue
		}
		r.Script = r.errand.Script
		list = append(list, r)
	}
	return list, err
}

// Finish says that an errand is done, for good (failure "") or ill.
func (e *Errands) Finish(ctx context.Context, r Errand, failure string) error {
	return e.c.Outbox.settle(ctx, func(tx *store.Tx) (bool, error) { return tx.FinishDelivery(r.delivery, tx.Now(), failure) })
}

// Postpone says that an errand failed and is to be tried again after that time.
func (e *Errands) Postpone(ctx context.Context, r Errand, after time.Duration, failure string) error {
	return e.c.Outbox.settle(ctx, func(tx *store.Tx) (bool, error) {
		return tx.PostponeDelivery(r.delivery, tx.Now().Add(after), failure)
	})
}

// GiveBack says that nobody has tried: the errand is due as before, and the attempt does not count.
func (e *Errands) GiveBack(ctx context.Context, r Errand) error {
	return e.c.Outbox.settle(ctx, func(tx *store.Tx) (bool, error) { return tx.GiveBackDelivery(r.delivery) })
}

// ErrNoErrand says that there is nothing to do any more: the script is gone, or no longer wants to hear of this, or what it
// was about is gone.
var ErrNoErrand = muster.Errorf(muster.NotFound, "no-errand", "there is nothing to do any more")

// RunErrand runs the script of an errand, on what is there now. It fails with [ErrNoErrand] and with the errors of scripts. If
// last is true it is not tried again, and a failure becomes an event. The house itself asks for it.
func (c *Core) RunErrand(ctx context.Context, r Errand, last bool) error {
	a := muster.ActionFollowScript
	if !muster.ActorFrom(ctx).System {
		return muster.ErrDenied
	}
	o, err := c.occasionOf(ctx, r.errand)
	if err != nil {
		return c.explain(ctx, a, err)
	}
	scripts := c.scripts.all()
	at := slices.IndexFunc(scripts, func(s script.Script) bool { return s.Name == r.Script && runnable(&s) })
	if o == nil || at < 0 || !slices.ContainsFunc(scripts[at].Triggers, func(t script.Trigger) bool { return slices.Contains(t.EventTypes, o.Event) }) {
		return ErrNoErrand
	}
	actor := r.errand.actor()
	ctx = context.WithValue(muster.WithActor(ctx, actor), depthKey{}, r.errand.Depth)
	err = c.runScript(ctx, &scripts[at], o, false)
	if err != nil && last {
		about := o.about(r.Script)
		about.Changes["script.event"] = o.Event
		if errors.Is(err, muster.ErrAborted) {
			about.Changes["script.says"] = cutText(err.Error(), muster.MaxName)
		}
		c.recordRefusal(ctx, actor, a, about, err)
	}
	return err
}

// actor is whose doing the errand is. His session may have ended since; his rights are those of the moment.
func (e *errand) actor() muster.Actor {
	return muster.Actor{
		Realm: muster.MainRealm, User: e.Invoker, Behind: e.Behind, Script: e.Script,
		Origin: muster.Origin{Wire: muster.House().Origin.Wire, Address: e.Address, Agent: cutText(e.Script, maxAgent), RequestID: e.RequestID},
	}
}

// occasionOf reads what an errand is about as it is now; nil if that is gone.
func (c *Core) occasionOf(ctx context.Context, e errand) (*Occasion, error) {
	q := c.store.Reader(ctx)
	o := &Occasion{On: e.On, Event: e.Event, OldGroup: e.OldGroup, OldApplication: e.OldApplication}
	if e.User != 0 {
		u, err := q.User(muster.MainRealm, e.User)
		if err != nil || u == nil {
			return nil, err
		}
		o.User = &SeenUser{User: u}
	}
	if e.OldUser != nil {
		o.OldUser = &SeenUser{User: e.OldUser}
	}
	if e.Group != 0 {
		g, err := q.Group(muster.MainRealm, e.Group)
		if err != nil || g == nil {
			return nil, err
		}
		o.Group = g
	}
	if e.Application != 0 {
		a, err := q.Application(muster.MainRealm, e.Application)
		if err != nil || a == nil {
			return nil, err
		}
		o.Application = a
	}
	return o, nil
}
