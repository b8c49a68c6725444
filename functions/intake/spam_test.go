package intake_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"leadsite/functions/intake"
	"leadsite/functions/lead"
)

const long = "We sell boats, and would like to know what it costs to be found."

// signs are submissions with one sign of a robot each, and the reason that sales reads.
var signs = []struct {
	name    string
	changes url.Values
	want    string
}{
	{"a person", url.Values{"message": {long}}, ""},
	{"a person with a website", url.Values{"message": {"See https://www.boats.example/ for what we do."}}, ""},
	{"two links", url.Values{"message": {"https://a.example http://b.example"}}, "links in the text, 2: +15"},
	{"links everywhere", url.Values{"name": {"www.a.example"}, "message": {strings.Repeat("HTTPS://WWW.B.EXAMPLE ", 9)}}, "links in the text, 10: +60"},
	{"markup", url.Values{"message": {"<A href=x>buy</A>"}}, "scripts or markup in the text: +30"},
	{"a script", url.Values{"note": {"<script>alert(1)</script>"}}, "scripts or markup in the text: +30"},
	{"a forum's markup", url.Values{"message": {"[URL=x]buy[/URL]"}}, "scripts or markup in the text: +30"},
	{"an address for throwing away", url.Values{"email": {"sam@Mailinator.com"}}, "the address is of a mail service for throwing away: +40"},
	{"one below it", url.Values{"email": {"sam@a.b.trashmail.de"}}, "the address is of a mail service for throwing away: +40"},
	{"an address beside it", url.Values{"email": {"sam@notmailinator.example"}}, ""},
	{"one above it", url.Values{"email": {"sam@example.com"}}, ""},
	{"one more field", url.Values{"colour": {"blue"}}, "fields that the form does not have, 1: +10"},
}

func TestSigns(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	for n, c := range signs {
		c.changes.Set("_id", fmt.Sprintf("%08d-0000-4000-8000-000000000000", n))
		l := s.lead(s.id(s.post(program, visitor(c.changes))))
		if got := strings.Join(l.Spam.Reasons, "; "); got != c.want || l.Status != lead.New {
			t.Errorf("%s: %q, want %q; status %s", c.name, got, c.want, l.Status)
		}
	}
}

// Text that another person sent within a day is a sign; one's own is not, nor a short one, nor one of the day before.
func TestRepeatedText(t *testing.T) {
	const repeated = "somebody else sent the same text within a day: +50"
	s := newSite(t)
	s.bundle.Limits.Submissions = 1000
	for n, c := range []struct {
		email, message string
		at             time.Duration
		want           string
	}{
		{"sam@example.com", long, 0, ""},
		{"sam@example.com", long + " ", time.Hour, ""},
		{"SAM@example.com", long, time.Hour, ""},
		{"ada@example.com", long, time.Hour, repeated},
		{"ada@example.com", "  " + strings.ToUpper(strings.ReplaceAll(long, " ", "\n")), 2 * time.Hour, repeated},
		{"sam@example.com", "Please call me back.", 3 * time.Hour, ""},
		{"ada@example.com", "Please call me back.", 3 * time.Hour, ""},
		{"ada@example.com", long, 25 * time.Hour, ""},
		{"sam@example.com", long, 26 * time.Hour, repeated},
	} {
		s.now = start.Add(c.at)
		l := s.lead(s.id(s.post(program, visitor(url.Values{"email": {c.email}, "message": {c.message}, "note": {fmt.Sprint(n)}}))))
		if got := strings.Join(l.Spam.Reasons, "; "); got != c.want {
			t.Errorf("%d: %q, want %q", n, got, c.want)
		}
	}
	s.handler.Unlimited = true
	l := s.lead(s.id(s.post(program, visitor(url.Values{"email": {"eve@example.com"}, "message": {long}}))))
	if len(l.Spam.Reasons) != 0 {
		t.Errorf("without limits: %v", l.Spam.Reasons)
	}
}

// Above half the limit of its network a submission is marked, and the last ones still are leads.
func TestRate(t *testing.T) {
	s := newSite(t)
	s.bundle.Limits.Submissions = 4
	for n, want := range []string{"", "", "many from one network in a short time, this is number 3: +30", "many from one network in a short time, this is number 4: +30"} {
		l := s.lead(s.id(s.post(program, visitor(url.Values{"note": {fmt.Sprint(n)}}))))
		if got := strings.Join(l.Spam.Reasons, "; "); got != want || l.Status != lead.New {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if a := s.post(program, visitor(url.Values{"note": {"5"}})); a.status != 429 {
		t.Errorf("beyond the limit: %d", a.status)
	}
}

// A form that was sent from another site's page is marked. A browser that does not say from where is not, and programs
// never say.
func TestOrigin(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	for origin, marked := range map[string]bool{
		"": false, "null": false, s.server.URL: false, "https://www.example.com": false, "%": false,
		"https://evil.example": true, "https://www.example.com.evil.example": true, "http://127.0.0.1:1": true,
	} {
		contentType, body := urlencoded(t, visitor(url.Values{"note": {origin}}))
		req, err := http.NewRequestWithContext(context.Background(), "POST", s.server.URL+"/api/forms/contact", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {contentType}, "Accept": {program}, "Origin": {origin}}
		l := s.lead(s.id(s.send(req)))
		if got := strings.Join(l.Spam.Reasons, "; ") == "sent from a page of another site: +20"; got != marked || l.Status != lead.New {
			t.Errorf("%q: %v", origin, l.Spam.Reasons)
		}
	}
}

// No sign but the honeypot is enough for the spam lane; several are.
func TestOnlyTheHoneypotIsEnoughAlone(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	token := s.token()
	s.post(program, visitor(url.Values{"_token": {token}, "message": {"First"}}))
	l := s.lead(s.id(s.post(program, visitor(url.Values{"_token": {token}, "colour": {"blue"}, "size": {"L"}}))))
	if l.Status != lead.New || l.Spam.Score != 80 || len(l.Spam.Reasons) != 3 {
		t.Errorf("three signs: %s, %+v", l.Status, l.Spam)
	}
	if l.Extra["colour"] != "blue" || l.Extra["size"] != "L" {
		t.Errorf("extra: %v", l.Extra)
	}
	robot := url.Values{"email": {"x@mailinator.com"}, "message": {"<a href=x>buy</a> " + strings.Repeat("http://a.example ", 3)}}
	l = s.lead(s.id(s.post(program, visitor(robot))))
	if l.Status != lead.Spam || l.Spam.Score != 100 || !l.Wake.IsZero() {
		t.Errorf("as robots do: %s, %+v", l.Status, l.Spam)
	}
	robot.Set("_token", prove(s.token()))
	robot.Set("note", "proved")
	s.now = start.Add(time.Minute)
	if l = s.lead(s.id(s.post(program, visitor(robot)))); l.Status != lead.New || l.Spam.Score != 80 {
		t.Errorf("with the work done: %s, %+v", l.Status, l.Spam)
	}
	robot.Set("contact_website", "x")
	robot.Set("note", "trapped")
	if l = s.lead(s.id(s.post(program, visitor(robot)))); l.Status != lead.Spam || l.Spam.Score < 100 {
		t.Errorf("in the trap: %s, %+v", l.Status, l.Spam)
	}
}

// Beyond the limit a repeat of spam is looked at, because it may be a person after all, and written only then.
func TestSpamIsNotRescuedByMoreSpam(t *testing.T) {
	s := newSite(t)
	s.bundle.Limits.Submissions = 1
	robot := visitor(url.Values{"email": {"x@mailinator.com"}, "message": {"<a href=x>buy</a> " + strings.Repeat("http://a.example ", 9)}})
	id := s.id(s.post(program, robot))
	s.now = start.Add(time.Second)
	if again := s.id(s.post(program, robot)); again != id {
		t.Error("a repeat is another lead")
	}
	if l := s.lead(id); l.Status != lead.Spam || eventKinds(l) != "received" {
		t.Errorf("%s: %s", l.Status, eventKinds(l))
	}
}

// The list is what its first lines say.
func TestDisposableList(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(intake.Disposable), "\n")
	last := ""
	for _, line := range lines {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line <= last || strings.ToLower(line) != line || !strings.Contains(line, ".") || strings.ContainsAny(line, " @\r") {
			t.Errorf("%q does not fit behind %q", line, last)
		}
		last = line
	}
	if !strings.HasSuffix(intake.Disposable, "\n") || len(lines) < 100 {
		t.Errorf("the list has %d lines", len(lines))
	}
}
