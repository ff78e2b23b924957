package agora

import "muster/internal/httpx"

// Routes is the table of the API, for tests that walk it.
func Routes() []httpx.Route { return (&facade{}).routes() }
