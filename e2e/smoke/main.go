// Command smoke looks at a site from outside, as it is served: `make smoke URL=https://www.example.com/`. It asks what a
// visitor and a robot would ask, stores nothing, and sends nobody a mail; it ends with 1 when something is not as it must be.
//
// It knows addresses and answers, and nothing of what is behind them: a laptop's serve passes it like a deployed site.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./e2e/smoke URL")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "smoke:", err)
		os.Exit(1)
	}
}

// maxPages is how many pages of the sitemap are asked for.
const maxPages = 50

// run makes all checks, says each, and returns how many failed.
func run(address string, out io.Writer) error {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" {
		return fmt.Errorf("%q is no address of a site", address)
	}
	s := &site{base: base, out: out, client: &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
	s.home()
	s.pages()
	s.wrongAddresses()
	for _, form := range s.forms {
		s.form(form)
	}
	if len(s.forms) == 0 {
		s.check("a form on one of the pages", errors.New("there is none"))
	}
	s.desk()
	if s.failed > 0 {
		return fmt.Errorf("%d of %d checks failed", s.failed, s.checks)
	}
	fmt.Fprintf(out, "%d checks, all well\n", s.checks)
	return nil
}

// site is the site that is looked at.
type site struct {
	base           *url.URL
	client         *http.Client
	out            io.Writer
	forms          []string // names, as pages show them
	languages      []string // but for the first: folders, as the home page names them
	checks, failed int
}

// check says what came of one.
func (s *site) check(what string, err error) {
	s.checks++
	if err == nil {
		fmt.Fprintln(s.out, "ok    ", what)
		return
	}
	s.failed++
	fmt.Fprintf(s.out, "FAILED %s: %v\n", what, err)
}

// answer is a whole answer.
type answer struct {
	status int
	header http.Header
	body   string
}

func (s *site) ask(method, path, body string, accept string) (answer, error) {
	u, err := s.base.Parse(path)
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequest(method, u.String(), strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Accept", cmp.Or(accept, "text/html"))
	if body != "" || method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 10<<20))
	return answer{resp.StatusCode, resp.Header, string(text)}, err
}

// want compares what came with a status, and with header values "Name: part".
func want(a answer, err error, status int, headers ...string) error {
	if err != nil {
		return err
	}
	if a.status != status {
		return fmt.Errorf("%d, want %d", a.status, status)
	}
	for _, h := range headers {
		name, part, _ := strings.Cut(h, ": ")
		if got := a.header.Get(name); !strings.Contains(got, part) {
			return fmt.Errorf("%s is %q, want %q in it", name, got, part)
		}
	}
	return nil
}

func (s *site) home() {
	a, err := s.ask("GET", "/", "", "")
	s.check("the home page, with its policy", want(a, err, 200, "Content-Type: text/html", "Content-Security-Policy: default-src 'none'",
		"X-Content-Type-Options: nosniff", "Referrer-Policy: strict-origin"))
	s.noteForms(a.body)
	for _, m := range language.FindAllStringSubmatch(a.body, -1) {
		s.languages = append(s.languages, m[1])
	}
	if s.base.Scheme == "https" {
		a, err = s.ask("GET", "http://"+s.base.Host+"/", "", "")
		s.check("http leads to https", want(a, err, 301, "Location: https://"))
	}
}

var (
	location = regexp.MustCompile(`<loc>([^<]+)</loc>`)
	language = regexp.MustCompile(`<link [^>]*hreflang="?([a-z-]+)"? href="?[^" >]*/[a-z-]+/["> ]`)
	formName = regexp.MustCompile(`action="?/api/forms/([a-z0-9-]+)`)
)

func (s *site) noteForms(page string) {
	for _, m := range formName.FindAllStringSubmatch(page, -1) {
		if !slices.Contains(s.forms, m[1]) {
			s.forms = append(s.forms, m[1])
		}
	}
}

// pages asks for what the sitemap names, with the slash at the end and without.
func (s *site) pages() {
	a, err := s.ask("GET", "/sitemap.xml", "", "")
	s.check("the sitemap", want(a, err, 200, "Content-Type: xml"))
	for i, m := range location.FindAllStringSubmatch(a.body, maxPages) {
		u, err := url.Parse(m[1])
		if err != nil {
			s.check("an address of the sitemap", err)
			continue
		}
		page, err := s.ask("GET", u.EscapedPath(), "", "")
		s.check("page "+u.Path, want(page, err, 200, "Content-Type: text/html"))
		s.noteForms(page.body)
		if bare := strings.TrimSuffix(u.EscapedPath(), "/"); bare != "" && i < 5 {
			short, err := s.ask("GET", bare+"?q=1", "", "")
			s.check("page "+bare+" leads to its slash", want(short, err, 301, "Location: "+bare+"/?q=1"))
		}
	}
}

func (s *site) wrongAddresses() {
	a, err := s.ask("GET", "/no-such-page-here/", "", "")
	s.check("an address that is not there", want(a, err, 404, "Content-Type: text/html"))
	for _, lang := range s.languages {
		a, err := s.ask("GET", "/"+lang+"/no-such-page-here/", "", "")
		if err == nil && !regexp.MustCompile(`<html[^>]* lang="?`+lang+`\b`).MatchString(a.body) {
			err = errors.New("the page is not in the language")
		}
		s.check("an address that is not there, in "+lang, want(a, err, 404, "Content-Type: text/html"))
	}
	a, err = s.ask("GET", "/no-such-file-here.png", "", "")
	s.check("a file that is not there", want(a, err, 404))
	a, err = s.ask("POST", "/api/forms/no-such-form-here", "a=b", "application/json")
	s.check("a form that is not there", want(a, err, 404, "Content-Type: application/json"))
	a, err = s.ask("POST", "/api/probe", "token=made-up", "application/json")
	s.check("a made-up synthetic lead", want(a, err, 404, "Content-Type: application/json"))
}

// form looks at one form without sending anything that would be stored.
func (s *site) form(name string) {
	path := "/api/forms/" + name
	a, err := s.ask("GET", "/api/challenge?form="+name, "", "application/json")
	s.check("form "+name+": a challenge", want(a, err, 200, "Cache-Control: no-store"))
	a, err = s.ask("GET", path, "", "application/json")
	s.check("form "+name+": only to be posted", want(a, err, 405, "Allow: POST"))
	empty := url.Values{"_page": {"/"}}.Encode()
	a, err = s.ask("POST", path, empty, "application/json")
	s.check("form "+name+": an empty one, to a script", want(a, err, 422, "Content-Type: application/json"))
	a, err = s.ask("POST", path, empty, "")
	s.check("form "+name+": an empty one, to a browser", want(a, err, 422, "Content-Type: text/html"))
}

func (s *site) desk() {
	a, err := s.ask("GET", "/desk/v/?t=nonsense", "", "")
	if err == nil && (a.status < 400 || a.status >= 500) {
		err = fmt.Errorf("%d", a.status)
	}
	if err == nil {
		err = want(a, nil, a.status, "Cache-Control: no-store")
	}
	s.check("a made-up link of sales", err)
	a, err = s.ask("GET", "/desk/", "", "")
	s.check("the desk without a link", want(a, err, 404, "Content-Type: text/html", "Cache-Control: no-store"))
	a, err = s.ask("GET", "/desk", "", "")
	s.check("/desk leads to its slash", want(a, err, a.status, "Location: /desk/"))
}
