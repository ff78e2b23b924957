package crust

import (
	"muster/internal/core"
	"muster/internal/httpx"
)

// Routes is the table, for tests that walk it.
func Routes() []httpx.Route { return (&facade{core: &core.Core{}}).routes() }
