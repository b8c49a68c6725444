package intake_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/lead"
	"leadsite/functions/spool/file"
)

func TestTooMany(t *testing.T) {
	s := newSite(t)
	send := func(name, accept string) answer {
		return s.post(accept, visitor(url.Values{"message": {name + " <b>"}}))
	}
	for _, name := range []string{"one", "two", "three"} {
		if a := send(name, browser); a.status != 303 {
			t.Fatalf("%s: %d", name, a.status)
		}
	}
	a := send("four", browser)
	if a.status != 429 || a.header.Get("Retry-After") != "297" { // 9:20 minus 9:15:04, and one for what is cut off
		t.Errorf("the fourth: %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	for _, want := range []string{`<textarea id="contact-message" name="message">four &lt;b&gt;</textarea>`, "One moment, please", a.header.Get("X-Request-Id")} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if a := send("five", program); a.status != 429 || a.header.Get("Retry-After") != "297" || !strings.HasPrefix(a.body, `{"error":"Many messages`) {
		t.Errorf("a program: %d %s", a.status, a.body)
	}
	if n := len(s.waiting()); n != 3 {
		t.Errorf("%d leads are stored", n)
	}
	s.now = start.Add(10 * time.Minute)
	if a := send("six", browser); a.status != 303 {
		t.Errorf("in the next window: %d", a.status)
	}
}

// What is wrong is not stored, so it does not count.
func TestWrongDoesNotCount(t *testing.T) {
	s := newSite(t)
	for range 10 {
		if a := s.post(browser, visitor(url.Values{"email": {"sam"}})); a.status != 422 {
			t.Fatalf("answered %d", a.status)
		}
	}
	if a := s.post(browser, visitor(nil)); a.status != 303 {
		t.Errorf("answered %d", a.status)
	}
}

func TestWhoIsCounted(t *testing.T) {
	for _, c := range []struct {
		name     string
		visitors []string
		last     int
	}{
		{"one address", []string{"192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"}, 429},
		{"another address", []string{"192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"}, 303},
		{"one IPv6 network", []string{"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"}, 429},
		{"two IPv6 networks", []string{"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::4"}, 303},
		{"nobody knows", []string{"", "", "", "", "", ""}, 303},
	} {
		s := newSite(t)
		var a answer
		for n := range c.visitors {
			s.visitor = c.visitors[n]
			a = s.post(browser, visitor(url.Values{"message": {strconv.Itoa(n)}}))
		}
		if a.status != c.last {
			t.Errorf("%s: %d, want %d", c.name, a.status, c.last)
		}
		if alarm := strings.Contains(s.log.String(), "no visitor address"); alarm != (c.name == "nobody knows") {
			t.Errorf("%s: the alarm is %v", c.name, alarm)
		}
	}
}

// Whoever presses twice is thanked twice, however often the address has sent already; nothing more is written.
func TestARepeatIsThankedBeyondTheLimit(t *testing.T) {
	s := newSite(t)
	s.bundle.Limits.Submissions = 1
	first := s.id(s.post(program, visitor(nil)))
	for range 5 {
		if again := s.id(s.post(program, visitor(nil))); again != first {
			t.Error("a repeat is another lead")
		}
	}
	if a := s.post(browser, visitor(nil)); a.status != 303 || a.header.Get("Location") != "/thanks/?ok=1#top" {
		t.Errorf("a browser's repeat: %d", a.status)
	}
	if a := s.post(browser, visitor(url.Values{"message": {"Another"}})); a.status != 429 {
		t.Errorf("another message: %d", a.status)
	}
	if kinds := eventKinds(s.lead(first)); kinds != "received" {
		t.Errorf("events: %s", kinds)
	}
}

// A repeat that takes the lead out of the spam lane is written beyond the limit, too; one that does not, is not.
func TestARepeatRescuesBeyondTheLimit(t *testing.T) {
	s := newSite(t)
	s.bundle.Limits.Submissions = 1
	robot := visitor(url.Values{"contact_website": {"http://buy.example"}})
	id := s.id(s.post(program, robot))
	s.now = start.Add(time.Second)
	s.id(s.post(program, robot))
	if kinds := eventKinds(s.lead(id)); kinds != "received" {
		t.Errorf("events: %s", kinds)
	}
	s.id(s.post(program, visitor(nil)))
	if l := s.lead(id); l.Status != lead.New || len(s.waiting()) != 1 {
		t.Errorf("status %s, %d wait", l.Status, len(s.waiting()))
	}
}

func TestUnlimited(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	for range 10 {
		if a := s.post(browser, visitor(nil)); a.status != 303 {
			t.Fatalf("answered %d", a.status)
		}
	}
}

// The honeypot is stored and explained, and answered like everything else; nobody is told.
func TestSpamLane(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	robot := visitor(url.Values{"_id": {uuid}, "contact_website": {"http://buy.example"}})
	if a := s.post(browser, robot); a.status != 303 || a.header.Get("Location") != "/thanks/?ok=1#top" {
		t.Errorf("a robot is answered %d", a.status)
	}
	id := s.id(s.post(program, robot))
	l := s.lead(id)
	if l.Status != lead.Spam || l.Spam.Score != 100 || len(l.Spam.Reasons) != 1 ||
		l.Spam.Reasons[0] != "the field that only robots see is filled in: +100" {
		t.Errorf("stored as %s, %+v", l.Status, l.Spam)
	}
	if !l.Expires.Equal(start.AddDate(0, 0, 90)) || !l.Wake.IsZero() || len(s.waiting()) != 0 || s.accepted != nil {
		t.Errorf("expires %v, wakes %v, %d wait", l.Expires, l.Wake, len(s.waiting()))
	}

	robot.Del("contact_website")
	if again := s.id(s.post(program, robot)); again != id {
		t.Error("the honeypot makes another lead")
	}
	l = s.lead(id)
	if l.Status != lead.New || l.Spam.Score != 0 || !l.Expires.Equal(start.AddDate(2, 0, 0)) || len(s.waiting()) != 1 {
		t.Errorf("not rescued: %s, %+v, %d wait", l.Status, l.Spam, len(s.waiting()))
	}
}

// A lead is kept as long as its form says, also after it was rescued from spam, which goes sooner.
func TestRetentionOfAForm(t *testing.T) {
	for months, spamUntil := range map[int]time.Time{6: start.AddDate(0, 0, 90), 1: start.AddDate(0, 1, 0)} {
		s := newSite(t)
		s.bundle.Forms["contact"]["en"].Retention = months
		robot := visitor(url.Values{"_id": {uuid}, "contact_website": {"http://buy.example"}})
		id := s.id(s.post(program, robot))
		if l := s.lead(id); !l.Expires.Equal(spamUntil) {
			t.Errorf("spam of a form that keeps %d months expires %v", months, l.Expires)
		}
		robot.Del("contact_website")
		s.post(program, robot)
		if l := s.lead(id); !l.Expires.Equal(start.AddDate(0, months, 0)) {
			t.Errorf("a lead of a form that keeps %d months expires %v", months, l.Expires)
		}
	}
}

// token fetches a challenge as the script does.
func (s *site) token() string {
	s.t.Helper()
	a := s.do("GET", "/api/challenge?form=contact", program, "", nil)
	var body struct{ Token string }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != 200 || body.Token == "" {
		s.t.Fatalf("no token: %d %s", a.status, a.body)
	}
	return body.Token
}

func TestTimeToken(t *testing.T) {
	const (
		wrong  = "the proof of work is wrong: +40"
		fast   = "sent within 2s of the first touch: +40"
		forged = "the time token is not ours: +40"
		spent  = "the time token was used for another message: +30"
	)
	for _, c := range []struct {
		name  string
		after time.Duration
		spoil func(token string) string
		want  string
	}{
		{"as a person", 2 * time.Second, nil, ""},
		{"as a robot", 1999 * time.Millisecond, nil, fast},
		{"a page that stood open", 25 * time.Hour, nil, ""},
		{"cut off", time.Minute, func(s string) string { return s[:40] }, forged},
		{"made up", time.Minute, func(string) string { return strings.Repeat("A", 48) }, forged},
		{"with the proof", time.Minute, prove, ""},
		{"with the proof, as a robot", 0, prove, fast + "; the browser did the proof of work: -20"},
		{"with a dot", time.Minute, func(s string) string { return s + "." }, ""},
		{"with a wrong proof", time.Minute, wrongProof, wrong},
		{"none", 0, func(string) string { return "" }, ""},
	} {
		s := newSite(t)
		token := s.token()
		if c.spoil != nil {
			token = c.spoil(token)
		}
		s.now = start.Add(c.after)
		l := s.lead(s.id(s.post(program, visitor(url.Values{"_token": {token}}))))
		if got := strings.Join(l.Spam.Reasons, "; "); got != c.want || l.Status != lead.New {
			t.Errorf("%s: %q, want %q; status %s", c.name, got, c.want, l.Status)
		}
	}

	s := newSite(t)
	s.handler.Unlimited = true
	token := prove(s.token())
	s.now = start.Add(time.Minute)
	first := s.id(s.post(program, visitor(url.Values{"_token": {token}})))
	retry := s.id(s.post(program, visitor(url.Values{"_token": {token}})))
	other := s.id(s.post(program, visitor(url.Values{"_token": {token}, "message": {"Another"}})))
	if first != retry || len(s.lead(retry).Spam.Reasons) != 0 {
		t.Errorf("the same lead may spend its token again: %+v", s.lead(retry).Spam)
	}
	if got := strings.Join(s.lead(other).Spam.Reasons, "; "); got != spent {
		t.Errorf("another lead with the token: %q", got)
	}
}

// prove does the work of a challenge as the theme's script does.
func prove(token string) string {
	for n := 0; ; n++ {
		if answer := fmt.Sprintf("%s.%06x", token, n); isProof(answer) {
			return answer
		}
	}
}

func wrongProof(token string) string {
	for n := 0; ; n++ {
		if answer := fmt.Sprintf("%s.%06x", token, n); !isProof(answer) {
			return answer
		}
	}
}

func isProof(answer string) bool {
	sum := sha256.Sum256([]byte(answer))
	return binary.BigEndian.Uint32(sum[:])>>(32-lead.ChallengeWork) == 0
}

// brokenHelpers is a store whose counters and challenges do not answer.
type brokenHelpers struct {
	lead.Store
	fail func(context.Context) error
}

func (b brokenHelpers) Count(ctx context.Context, _ string, _ time.Time, _ time.Duration) (int, error) {
	return 0, b.fail(ctx)
}

func (b brokenHelpers) Spend(ctx context.Context, _, _ string, _ time.Time) error { return b.fail(ctx) }

// Limiter and challenge fail open, and leave the lead its share of the time even when they hang.
func TestHelpersFailOpen(t *testing.T) {
	for name, fail := range map[string]func(context.Context) error{
		"broken":  func(context.Context) error { return errors.New("throttled") },
		"hanging": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		s := newSite(t)
		token := s.token()
		s.handler.Store = brokenHelpers{s.store, fail}
		s.now = start.Add(time.Minute)
		l := s.lead(s.id(s.post(program, visitor(url.Values{"_token": {token}, "message": {long}}))))
		if l.Status != lead.New || l.Spam.Score != 0 {
			t.Errorf("%s: %s, %+v", name, l.Status, l.Spam)
		}
		for _, want := range []string{"limiter passed over", "challenge passed over"} {
			if !strings.Contains(s.log.String(), want) {
				t.Errorf("%s: the log lacks %q", name, want)
			}
		}
	}
}

func TestStoreDown(t *testing.T) {
	s := newSite(t)
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	a := s.post(browser, visitor(url.Values{"message": {"Hello </textarea>"}}))
	if a.status != 503 {
		t.Errorf("a browser is answered %d", a.status)
	}
	for _, want := range []string{
		`<a href="mailto:hello@example.com">hello@example.com</a>`, "Your message has not been sent", a.header.Get("X-Request-Id"),
		`>Hello &lt;/textarea&gt;</textarea>`, `value="sam@example.com"><p id="contact-email-error" hidden></p>`, `name="consent" value="yes" checked>`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if a := s.post(program, visitor(nil)); a.status != 503 || !strings.Contains(a.body, `or write to hello@example.com."}`) {
		t.Errorf("a program is answered %d %s", a.status, a.body)
	}
	if !strings.Contains(s.log.String(), `"msg":"not stored"`) || s.accepted != nil {
		t.Error("the log does not say so, or somebody was told")
	}
}

// A person who was erased and sends the same again is a lead again, by another id.
func TestErasedAndSentAgain(t *testing.T) {
	s := newSite(t)
	first := s.id(s.post(program, visitor(nil)))
	if _, err := s.store.Erase(t.Context(), s.handler.Keys.Person("sam@example.com"), s.now); err != nil {
		t.Fatal(err)
	}
	s.now = start.Add(time.Minute)
	second := s.id(s.post(program, visitor(nil)))
	if second == first || s.lead(second).Email != "sam@example.com" || len(s.waiting()) != 1 {
		t.Errorf("the second is %+v", s.lead(second))
	}
}

// withSpool gives the site a spool, and the leads that wait in it.
func (s *site) withSpool() (waiting func() []lead.Lead) {
	s.t.Helper()
	spool, err := file.Open(filepath.Join(s.t.TempDir(), "spool"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.handler.Spool = spool
	return func() (all []lead.Lead) {
		spool.Each(s.t.Context(), func(l lead.Lead) error { all = append(all, l); return errors.New("it stays") })
		return all
	}
}

// While the store is down, the spool holds the lead, scored and with its time, and the visitor is thanked.
func TestSpoolHoldsWhatTheStoreCannot(t *testing.T) {
	s := newSite(t)
	waiting := s.withSpool()
	first := s.id(s.post(program, visitor(nil)))
	if len(waiting()) != 0 {
		t.Error("what is stored waits in the spool, too")
	}
	healthy := s.lead(first)
	s.store.Close()
	s.now = start.Add(time.Second)
	if a := s.post(browser, visitor(nil)); a.status != 303 || a.header.Get("Location") != "/thanks/?ok=1#top" {
		t.Errorf("a browser is answered %d", a.status)
	}
	robot := s.id(s.post(program, visitor(url.Values{"contact_website": {"x"}, "message": {"Other"}})))
	got := waiting()
	if len(got) != 2 {
		t.Fatalf("%d leads wait", len(got))
	}
	if got[0].ID == robot {
		got[0], got[1] = got[1], got[0]
	}
	want := healthy
	want.Events, want.Version = nil, 0
	want.CreatedAt, want.Wake, want.Consent.At, want.Expires = s.now, s.now, s.now, s.now.AddDate(2, 0, 0)
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("what waits is not what would be stored:\n%s", diff)
	}
	if got[1].ID != robot || got[1].Status != lead.Spam || got[1].Spam.Score != 100 {
		t.Errorf("the robot's waits as %+v", got[1])
	}
	for _, want := range []string{"the store did not take a lead", `"msg":"held in the spool"`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	if len(s.accepted) != 1 {
		t.Errorf("told of %v", s.accepted)
	}
}

// hangingStore takes everything and never answers, as a table behind a broken network.
type hangingStore struct{ lead.Store }

func (hangingStore) Put(ctx context.Context, _ lead.Lead) (lead.Lead, bool, error) {
	<-ctx.Done()
	return lead.Lead{}, false, ctx.Err()
}

// A store that hangs leaves the spool its own time; one that gives neither is said to the visitor, and nothing else.
func TestStoreHangs(t *testing.T) {
	s := newSite(t)
	waiting := s.withSpool()
	s.handler.Store = hangingStore{s.store}
	if a := s.post(browser, visitor(nil)); a.status != 303 || len(waiting()) != 1 {
		t.Errorf("answered %d, %d wait", a.status, len(waiting()))
	}
	s.handler.Spool = noSpool{}
	if a := s.post(browser, visitor(nil)); a.status != 503 || !strings.Contains(a.body, "mailto:hello@example.com") {
		t.Errorf("answered %d", a.status)
	}
	if !strings.Contains(s.log.String(), "no room") {
		t.Error("the log does not say why")
	}
}

type noSpool struct{}

func (noSpool) Hold(context.Context, lead.Lead) error { return errors.New("no room") }

// A form without a page of its own in the bundle still gets its words across.
func TestStoreDownWithoutPage(t *testing.T) {
	s := newSite(t)
	s.bundle.Forms["contact"]["en"].Page = nil
	s.store.Close()
	a := s.post(browser, visitor(nil))
	if a.status != 503 || !strings.Contains(a.body, "mailto:hello@example.com") || !strings.Contains(a.body, "<h1>Talk to us</h1>") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}

func TestChallengeAnswers(t *testing.T) {
	s := newSite(t)
	if a := s.do("HEAD", "/api/challenge?form=contact", program, "", nil); a.status != 200 || a.body != "" {
		t.Errorf("HEAD: %d %q", a.status, a.body)
	}
	first, second := s.token(), s.token()
	if first == second {
		t.Error("two challenges are the same")
	}
	s.handler.Random = strings.NewReader("")
	if a := s.do("GET", "/api/challenge?form=contact", program, "", nil); a.status != 503 || a.header.Get("X-Request-Id") != "unknown" {
		t.Errorf("without randomness: %d %v", a.status, a.header)
	}
}

// Nothing that a visitor wrote, and not the visitor's address, is in the log.
func TestLogHoldsNobody(t *testing.T) {
	s := newSite(t)
	canary := url.Values{"name": {"Canaria"}, "email": {"canary@example.com"}, "message": {"canary-words"}, "canary_extra": {"x"},
		"_page": {"/canary/"}, "_query": {"utm_campaign=canary"}, "_referrer": {"https://canary.example/"}, "_id": {uuid}}
	s.visitor = "203.0.113.77"
	for _, message := range []string{"canary-words", "canary-words", "canary-words 2", "canary-words 3"} {
		canary.Set("message", message)
		s.post(browser, visitor(canary))
	}
	canary.Set("email", "canary@example")
	s.post(browser, visitor(canary))
	s.visitor = ""
	s.do("POST", "/api/forms/canary?canary=1", browser, urlencodedType, strings.NewReader("canary=1"))
	s.store.Close()
	canary.Set("email", "canary@example.com")
	s.post(browser, visitor(canary))
	log := s.log.String()
	for _, want := range []string{`"msg":"stored"`, `"msg":"sent again"`, `"msg":"limited"`, `"msg":"wrong"`, `"msg":"refused"`, `"msg":"not stored"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for _, secret := range []string{"canary", "Canaria", "203.0.113.77", uuid} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}
