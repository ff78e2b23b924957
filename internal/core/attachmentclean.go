package core

import (
	"context"
	"errors"
	"time"

	"muster"
)

// How long bytes stay that nobody can read any more.
const (
	deletedFilesStay = 7 * 24 * time.Hour // from the deletion; time to get one back from a back-up of the rows
	unknownBlobsStay = 24 * time.Hour     // from when the id was made; an upload takes minutes
)

// The sizes of the slices in which the clean-up works.
const (
	cleanRows  = 100
	cleanBlobs = 500
)

// CleanAttachments removes files that were deleted a week ago, and bytes that no row speaks of and that are too old to be an
// upload under way. Only the house itself may ask; several nodes may do so at once. It answers how many blobs it has removed, also when
// it fails.
func (c *Core) CleanAttachments(ctx context.Context) (blobs int, err error) {
	if !muster.ActorFrom(ctx).System {
		return 0, muster.ErrDenied
	}
	action := muster.ActionCleanAttachments
	for more := true; more; {
		if more, err = c.removeDeletedFiles(ctx, action); err != nil {
			return 0, err
		}
	}
	blobs, err = c.removeUnknownBlobs(ctx)
	if err != nil {
		return blobs, c.explain(ctx, action, err)
	}
	return blobs, nil
}

// removeDeletedFiles takes away the rows of some files that were deleted; their bytes are then unknown. It reports whether there
// may be more.
func (c *Core) removeDeletedFiles(ctx context.Context, action muster.Action) (more bool, err error) {
	ids, err := c.store.Reader(ctx).DeletedAttachments(c.now().Add(-deletedFilesStay), cleanRows)
	if err != nil {
		return false, c.explain(ctx, action, err)
	}
	if len(ids) == 0 {
		return false, nil
	}
	return do(ctx, c, action, func(tx *Tx) (bool, error) {
		all := muster.Resource{Noun: muster.NounAttachment}
		if err := tx.Require(all); err != nil {
			return false, err
		}
		n, err := tx.RemoveAttachments(ids)
		tx.Record(all, "attachment.removed", n)
		return len(ids) == cleanRows, err
	})
}

func (c *Core) removeUnknownBlobs(ctx context.Context) (removed int, err error) {
	before := c.now().Add(-unknownBlobsStay)
	var batch []muster.ID
	for id, err := range c.files.blobs.List(ctx) {
		if err != nil {
			return removed, err
		}
		if id := muster.ID(id); id.Time().Before(before) {
			batch = append(batch, id)
		}
		if len(batch) == cleanBlobs {
			n, err := c.removeUnknown(ctx, batch)
			if removed += n; err != nil {
				return removed, err
			}
			batch = batch[:0]
		}
	}
	n, err := c.removeUnknown(ctx, batch)
	return removed + n, err
}

// removeUnknown removes those of the blobs that no row speaks of. What can't be removed does not keep the others.
func (c *Core) removeUnknown(ctx context.Context, batch []muster.ID) (removed int, err error) {
	known, err := c.store.Reader(ctx).KnownBlobs(batch)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, id := range batch {
		if known[id] {
			continue
		}
		if err := c.files.blobs.Delete(ctx, int64(id)); err != nil {
			errs = append(errs, err)
			continue
		}
		removed++
	}
	return removed, errors.Join(errs...)
}
