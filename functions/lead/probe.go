package lead

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// Probe is a synthetic lead: once a day one goes the way of a visitor's, from outside to a mail that was delivered, so
// that somebody notices when the way is broken before a visitor does. It is no Lead. It has neither fields nor an
// address, is kept apart from leads, and no method of Store knows it: so it cannot be listed, counted, scored, exported
// or mailed to sales, and nothing that a visitor sends can become one.
type Probe struct {
	ID        string            `json:"id"` // 32 hexadecimal digits, which sort by At
	At        time.Time         `json:"at"` // when it set out
	State     NotificationState `json:"state"`
	By        string            `json:"by,omitempty"`         // what brought it to notify: ByStream or BySchedule
	MessageID string            `json:"message_id,omitempty"` // of the accepted mail
	Error     string            `json:"error,omitempty"`      // why it did not arrive, or has not yet
	UpdatedAt time.Time         `json:"updated_at"`
}

// What brings a probe to notify. Leads come in the same two ways; by the schedule alone they come a minute late.
const (
	ByStream   = "stream"
	BySchedule = "schedule"
)

const (
	// ProbeLife is how long the token of a probe holds, and how far the clocks at its two ends may differ.
	ProbeLife = 5 * time.Minute
	// ProbeLimit is how long a probe may take until its mail is delivered. Later it counts as lost.
	ProbeLimit = 15 * time.Minute
	// ProbeDays is how long it is remembered how a probe ended.
	ProbeDays = 30
)

// Probes keeps synthetic leads. Stores that are watched have it beside Store; storetest.RunProbes proves it. What is
// said of Store's methods in general holds here, too.
type Probes interface {
	// PutProbe adds a probe, for ProbeDays from its At on, and says whether it did. One of that ID that is there stays.
	PutProbe(ctx context.Context, p Probe) (created bool, err error)

	// Probe returns one as it is now. ErrNotFound.
	Probe(ctx context.Context, id string) (Probe, error)

	// Probes returns the probes that set out last, at most limit, newest first, as they are now.
	Probes(ctx context.Context, limit int) ([]Probe, error)

	// SettleProbe writes how far a probe has come: State, By, MessageID, Error and UpdatedAt of p. A state never falls,
	// and an end is final: such news change nothing. It says whether the state has risen. Of concurrent calls that
	// would raise it to one state, one does. ErrNotFound.
	SettleProbe(ctx context.Context, p Probe) (risen bool, err error)
}

// The token of a probe proves that whoever sends it knows our secret. In text it is base64url without padding, over
//
//	0       version, 1
//	1       name of the key that signed it
//	2-7     when the probe set out, milliseconds of the Unix epoch, big-endian
//	8-17    random
//	18-49   HMAC-SHA256(key, "probe", the bytes before)
//
// Bytes 2 to 17 are the probe's ID. So a token that is sent again, whoever has seen it, names the probe that it made,
// which is there already; and when that is forgotten, the token holds no more.
const (
	probeVersion = 1
	probeBody    = 18
)

// NewProbe makes a probe that sets out now, and its token. The error is random's.
func (k Keys) NewProbe(now time.Time, random io.Reader) (p Probe, token string, err error) {
	b := make([]byte, probeBody, probeBody+macSize)
	b[0], b[1] = probeVersion, k.tokens[0].name
	putMillis(b[2:8], now)
	if _, err := io.ReadFull(random, b[8:]); err != nil {
		return Probe{}, "", fmt.Errorf("drawing a probe: %w", err)
	}
	return probeOf(b), k.seal(b, "probe"), nil
}

// ReadProbe verifies a token. ErrForged; ErrExpired for one that does not hold now: too old, or of a clock that is ahead.
func (k Keys) ReadProbe(token string, now time.Time) (Probe, error) {
	b, err := k.unseal(token, probeVersion, probeBody, "probe")
	if err != nil || len(b) != probeBody {
		return Probe{}, ErrForged
	}
	p := probeOf(b)
	if now.Sub(p.At).Abs() >= ProbeLife {
		return Probe{}, ErrExpired
	}
	return p, nil
}

func probeOf(b []byte) Probe {
	at := millis(b[2:8])
	return Probe{ID: hex.EncodeToString(b[2:probeBody]), At: at, State: Pending, UpdatedAt: at}
}

// ProbePath is the address of the site that takes a probe: POST token=TOKEN.
const ProbePath = "/api/probe"

// ValidProbeID says whether s could be the ID of a probe.
func ValidProbeID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == probeBody-2 && hex.EncodeToString(b) == s
}

// Expires is when the probe is forgotten.
func (p Probe) Expires() time.Time { return p.At.AddDate(0, 0, ProbeDays) }

// Kept returns p as a store keeps it.
func (p Probe) Kept() Probe {
	p.At, p.UpdatedAt = Moment(p.At), Moment(p.UpdatedAt)
	return p
}

// Settled returns what p becomes by news of it, and whether its state has risen. ok is false when they change nothing.
func (p Probe) Settled(news Probe) (after Probe, risen, ok bool) {
	if p.State.Done() || news.State.rank() < p.State.rank() {
		return p, false, false
	}
	news.ID, news.At = p.ID, p.At
	return news.Kept(), news.State != p.State, true
}

// Open says whether the probe is still under way.
func (p Probe) Open() bool { return !p.State.Done() }
