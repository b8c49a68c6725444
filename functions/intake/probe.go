package intake

import (
	"log/slog"
	"net/http"
)

// probe is POST /api/probe. It stores a probe and nothing else: whatever a request says beside its token is not read, so
// no visitor's words can come this way, and no submission of a form can come to lie among probes. A token that is not
// ours, or holds no more, is answered as if there were no such address. The token again is the probe that it made.
//
// A probe is not counted for anybody. But that the edge vouches for its sender's address is seen to, as for a visitor's.
func (x *exchange) probe() {
	posted, ok := x.posted()
	if !ok {
		return
	}
	p, err := x.Keys.ReadProbe(posted.Get("token"), x.now)
	if err != nil {
		x.log(slog.LevelWarn, "no probe of ours", "error", err)
		x.refuse(http.StatusNotFound)
		return
	}
	if _, known := x.ClientIP(x.r); !known {
		x.log(slog.LevelError, "no visitor address", "alarm", "no-address")
	}
	ctx, cancel := x.budget(storeBudget)
	defer cancel()
	created, err := x.Probes.PutProbe(ctx, p)
	if err != nil {
		x.log(slog.LevelError, "a synthetic lead was not stored", "probe", p.ID, "error", err)
		x.refuse(http.StatusServiceUnavailable)
		return
	}
	x.log(slog.LevelInfo, "a synthetic lead", "probe", p.ID, "new", created)
	x.json(http.StatusOK, map[string]string{"id": p.ID})
}
