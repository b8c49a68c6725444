package e2e_test

import (
	"encoding/json"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"leadsite/e2e/browser"
	"leadsite/e2e/program"
	"leadsite/e2e/vnu"
)

// mailedLead serves the example site, sends its contact form, and returns the lead and the links of its mail as sales
// gets them: the buttons first, the text part's last.
func mailedLead(t *testing.T, name string) (site *program.Server, id string, links []string) {
	t.Helper()
	site = example(t)
	res, err := http.PostForm(site.URL+"/api/forms/contact", url.Values{"name": {name}, "email": {"sam@example.com"}, "team": {"50+"},
		"message": {message}, "consent": {"yes"}, "_page": {"/prices/"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	id = onlyLead(t, site).ID
	var mail string
	program.Eventually(t, "the mail to sales is delivered", func() bool {
		mail = mailToSales(t, site)
		return mail != "" && slices.ContainsFunc(program.Show(t, site.State, id).Events, func(e program.Event) bool {
			return e.Kind == "mail" && e.To == "sales@example.com" && e.State == "delivered"
		})
	})
	body, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(mail)))
	if err != nil && len(body) == 0 {
		t.Fatal(err)
	}
	links = regexp.MustCompile(regexp.QuoteMeta(site.URL)+`/desk/v/\?t=[A-Za-z0-9_#-]+`).FindAllString(string(body), -1)
	slices.SortFunc(links, func(a, b string) int { return len(b) - len(a) })
	if links = slices.Compact(links); len(links) != 5 {
		t.Fatalf("the mail has the links %q", links)
	}
	return site, id, links
}

// mailToSales is the first mail of the outbox that goes to sales, "" as long as there is none.
func mailToSales(t *testing.T, site *program.Server) string {
	t.Helper()
	for _, mail := range program.Mails(t, site.State) {
		if strings.Contains(mail, "To: <sales@example.com>") || strings.Contains(mail, "To: sales@example.com") {
			return mail
		}
	}
	return ""
}

// stored is all that the program tells of a lead.
func stored(t *testing.T, site *program.Server, id string) string {
	t.Helper()
	return program.Run(t, "leads", "show", id, "--state", site.State, "--json")
}

// addresses are links as a server sees them: without the place in the page, each once.
func addresses(links []string) []string {
	var all []string
	for _, link := range links {
		address, _, _ := strings.Cut(link, "#")
		all = append(all, address)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestScannersDecideNothing follows every link of a mail a thousand times, and opens them in a browser that runs
// scripts, as the scanners of mail servers do.
func TestScannersDecideNothing(t *testing.T) {
	site, id, links := mailedLead(t, "Sam Visitor")
	before := ""
	program.Eventually(t, "the program has done all that it does by itself", func() bool {
		last := before
		before = stored(t, site, id)
		return before == last
	})
	for _, link := range addresses(links) {
		for range 1000 {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				req, err := http.NewRequestWithContext(t.Context(), method, link, nil)
				if err != nil {
					t.Fatal(err)
				}
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode != http.StatusOK {
					t.Fatalf("%s is answered %d", method, res.StatusCode)
				}
			}
		}
	}
	b := browser.New(t)
	for _, link := range links {
		for range 3 {
			b.Open(site.URL + "/thanks/") // else the next is a jump within the page
			b.Open(link)
			if got := b.Text("h1"); got != "Sam Visitor" {
				t.Fatalf("the page shows %q", got)
			}
		}
	}
	if stored(t, site, id) != before {
		t.Errorf("the lead is not what it was: %s", stored(t, site, id))
	}
}

// moved lists the lead's changes of status as "KIND FROM TO BY VIA REASON".
func moved(t *testing.T, site *program.Server, id string) []string {
	t.Helper()
	var l struct {
		Events []struct {
			Kind, By, From, Via, Reason, Note string
			ToStatus                          string `json:"to_status"`
		}
	}
	if err := json.Unmarshal([]byte(stored(t, site, id)), &l); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range l.Events {
		if e.ToStatus != "" {
			all = append(all, strings.Join([]string{e.Kind, e.From, e.ToStatus, e.By, e.Via, e.Reason, e.Note}, " "))
		}
	}
	return all
}

// TestSalesDecides by the buttons of a mail, with a browser that runs scripts and with one that does not, by mouse and
// by key; and finds nothing in the way at any step.
func TestSalesDecides(t *testing.T) {
	for name, options := range map[string][]browser.Option{"with script": nil, "without script": {browser.WithoutScript()}} {
		t.Run(name, func(t *testing.T) {
			site, id, links := mailedLead(t, "Sam Visitor")
			page := links[len(links)-1]
			b := browser.New(t, options...)
			b.Open(page + "#contacted")
			if status := b.SubmitByKey(); status != http.StatusOK || b.URL() != page {
				t.Fatalf("after the key: %d at %s", status, b.URL())
			}
			look(t, b, "contacted")
			b.Fill("#note", "asked twice")
			b.Submit(`button[value="no budget"]`)
			look(t, b, "not a fit")
			b.Submit("#undo")
			look(t, b, "contacted")
			b.Submit("#won")
			want := []string{"status new contacted sales@example.com link  ", "status contacted unfit sales@example.com link no budget asked twice",
				"undo unfit contacted sales@example.com link  ", "status contacted won sales@example.com link  "}
			if got := moved(t, site, id); !slices.Equal(got, want) {
				t.Errorf("the lead went through %q, want %q", got, want)
			}
		})
	}
}

// look checks where the lead stands, and that the page can be used by everybody: on a desk and on a phone, light and dark.
func look(t *testing.T, b *browser.Browser, status string) {
	t.Helper()
	if got := b.Text(".status strong"); got != status {
		t.Errorf("the lead stands at %q, want %q", got, status)
	}
	for _, dark := range []bool{false, true} {
		b.Dark(dark)
		for _, width := range []int{1280, 360} {
			b.Viewport(width, 800)
			for _, v := range b.Axe() {
				t.Errorf("%s at %d px, dark %v: %v", status, width, dark, v)
			}
			if wide := browser.Evaluate[int](b, "document.documentElement.scrollWidth"); wide > width {
				t.Errorf("%s: %d px wide in a window of %d", status, wide, width)
			}
		}
	}
	if errs := b.ConsoleErrors(); len(errs) > 0 {
		t.Errorf("%s: the console complains: %v", status, errs)
	}
}

// TestTwoPeopleDecide at once, each on a page of their own: the second is told what the first did, in a page that axe
// finds nothing wrong with, and can decide anew from there.
func TestTwoPeopleDecide(t *testing.T) {
	site, id, links := mailedLead(t, "Sam Visitor")
	page := links[len(links)-1]
	first, second := browser.New(t), browser.New(t)
	first.Open(page + "#unfit")
	look(t, first, "new")
	second.Open(page)
	first.Submit("#qualified")
	if status := second.Submit("#spam"); status != http.StatusBadRequest {
		t.Errorf("the second is answered %d", status)
	}
	if got := second.Text(".notice"); !strings.Contains(got, "Nothing was changed") || !strings.Contains(got, "From new to good fit, Marta Lindholm") {
		t.Errorf("the second is told %q", got)
	}
	for _, v := range second.Axe() {
		t.Error(v)
	}
	second.Submit("#won")
	if got := moved(t, site, id); len(got) != 2 || !strings.HasPrefix(got[1], "status qualified won") {
		t.Errorf("the lead went through %q", got)
	}
}

// TestOtherSitesDecideNothing: a page of another origin posts what a page of ours would, and a truncated link says so.
func TestOtherSitesDecideNothing(t *testing.T) {
	site, id, links := mailedLead(t, "Sam Visitor")
	page := links[len(links)-1]
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<form method="post" action="`+page+`"><button id="evil" name="status" value="won">Win a boat</button></form>`)
	}))
	t.Cleanup(evil.Close)
	b := browser.New(t)
	for _, address := range []string{evil.URL, strings.Replace(evil.URL, "127.0.0.1", "localhost", 1)} {
		b.Open(address)
		if status := b.Submit("#evil"); status != http.StatusBadRequest || !strings.Contains(b.Text("main"), "This came from another website") {
			t.Errorf("a post of %s is answered %d with %q", address, status, b.Text("main"))
		}
	}
	if status := b.Open(page[:len(page)-5]); status != http.StatusBadRequest || b.Text("h1") != "This link does not work" {
		t.Errorf("a truncated link is answered %d with %q", status, b.Text("h1"))
	}
	for _, v := range b.Axe() {
		t.Error(v)
	}
	if got := moved(t, site, id); len(got) != 0 {
		t.Errorf("the lead went through %q", got)
	}
}

// TestThePageIsValidHTML asks the Nu checker about a page with everything on it that may be hostile.
func TestThePageIsValidHTML(t *testing.T) {
	_, _, links := mailedLead(t, `<img src=x onerror="document.title='owned'">`)
	b := browser.New(t)
	b.Open(links[len(links)-1])
	if got := b.Text("h1"); got != `<img src=x onerror="document.title='owned'">` || strings.HasPrefix(b.Title(), "owned") {
		t.Errorf("the name is shown as %q, the title is %q", got, b.Title())
	}
	b.Submit("#contacted")
	b.Submit(`button[value="no budget"]`)
	page := links[len(links)-1]
	for name, address := range map[string]string{"lead": page, "refusal": page[:len(page)-5]} {
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), name+".html")
		write(t, file, string(data))
		for _, m := range vnu.Check(t, file) {
			t.Errorf("%s: %v", name, m)
		}
	}
}
