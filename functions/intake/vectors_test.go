package intake_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// vectors gives the lines of a file that are neither blank nor comments, split at tabs. A name alone is a file of
// package form.
func vectors(t *testing.T, name string) [][]string {
	t.Helper()
	if !strings.Contains(name, "/") {
		name = "../form/testdata/" + name
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines [][]string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if line := scanner.Text(); line != "" && line[0] != '#' {
			lines = append(lines, strings.Split(line, "\t"))
		}
	}
	if len(lines) == 0 {
		t.Fatalf("%s holds no case", name)
	}
	return lines
}

func unquoted(t *testing.T, s string) string {
	t.Helper()
	var text string
	if err := json.Unmarshal([]byte(s), &text); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return text
}

func TestEmailVectors(t *testing.T) { throughDoors(t, testEmailVectors) }

func testEmailVectors(t *testing.T, s *site) {
	s.handler.Unlimited = true
	for _, enc := range encodings() {
		for _, line := range vectors(t, "email.txt") {
			in, want := unquoted(t, line[1]), 422
			if line[0] == "yes" {
				want = 200
			}
			contentType, body := enc.encode(t, visitor(url.Values{"email": {in}}))
			if a := s.do("POST", "/api/forms/contact", program, contentType, body); a.status != want {
				t.Errorf("%s, %q: %d, want %d", enc.name, in, a.status, want)
			}
		}
	}
}

// Hostile words are stored as they are, and shown as text and nothing else on the page that asks again.
func TestHostileVectors(t *testing.T) { throughDoors(t, testHostileVectors) }

func testHostileVectors(t *testing.T, s *site) {
	s.handler.Unlimited = true
	for _, enc := range encodings() {
		for _, line := range vectors(t, "hostile.txt") {
			in := unquoted(t, line[0])
			want := form.Clean(in, true)
			contentType, body := enc.encode(t, visitor(url.Values{"message": {in}}))
			l := s.lead(s.id(s.do("POST", "/api/forms/contact", program, contentType, body)))
			if got := l.Fields["message"].Text; got != want {
				t.Errorf("%s: %q is stored as %q, want %q", enc.name, in, got, want)
			}
			again := visitor(url.Values{"message": {in}, "name": {in, in}, "email": {in}, "note": {in}})
			if want != "" { // a name of nothing but control characters is no part that multipart can read
				again.Set(in, in)
			}
			contentType, body = enc.encode(t, again)
			a := s.do("POST", "/api/forms/contact", browser, contentType, body)
			if a.status != 422 {
				t.Errorf("%s, %q: %d", enc.name, in, a.status)
			}
			checkShown(t, a.body, want)
		}
	}
}

// Wherever a form of the bundle is said to lead, a browser is sent to a path of the site; what the request says of it
// counts for nothing.
func TestRedirectVectors(t *testing.T) { throughDoors(t, testRedirectVectors) }

func testRedirectVectors(t *testing.T, s *site) {
	s.handler.Unlimited = true
	contact := s.bundle.Forms["contact"]["en"]
	for _, line := range vectors(t, "redirect.txt") {
		in := unquoted(t, line[1])
		contact.Success = in
		a := s.post(browser, visitor(url.Values{"_success": {"/evil/"}, "redirect": {"https://evil.example/"}}))
		location, err := url.Parse(a.header.Get("Location"))
		if err != nil || a.status != 303 || location.Host != "" || !form.LocalPath(a.header.Get("Location")) {
			t.Errorf("%q: %d to %q, %v", in, a.status, a.header.Get("Location"), err)
		}
		if (a.header.Get("Location") == "/") != (line[0] != "yes" || in == "/") {
			t.Errorf("%q leads to %q", in, a.header.Get("Location"))
		}
	}
}

// What looks like a formula comes in as it is, and goes out to a spreadsheet as text.
func TestSpreadsheetVectors(t *testing.T) { throughDoors(t, testSpreadsheetVectors) }

func testSpreadsheetVectors(t *testing.T, s *site) {
	s.handler.Unlimited = true
	for _, enc := range encodings() {
		for _, line := range vectors(t, "../lead/testdata/csv.txt") {
			in := unquoted(t, line[0])
			contentType, body := enc.encode(t, visitor(url.Values{"message": {in}, "note": {in}}))
			l := s.lead(s.id(s.do("POST", "/api/forms/contact", program, contentType, body)))
			var out strings.Builder
			if err := lead.WriteCSV(&out, []lead.Lead{l}); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			if err != nil || len(rows) != 2 {
				t.Fatalf("%q: %v in %s", in, err, out.String())
			}
			checkCells(t, in, rows, l.Fields["message"].Text)
		}
	}
}

// checkCells looks for formulas, and for the message as it is stored.
func checkCells(t *testing.T, in string, rows [][]string, stored string) {
	t.Helper()
	for i, cell := range rows[1] {
		if strings.IndexAny(cell, "=+-@\t\r\n\x00＝＋－＠") == 0 {
			t.Errorf("%q: the cell %q begins as a formula does", in, cell)
		}
		if rows[0][i] == "field:message" && cell != stored && cell != "'"+stored {
			t.Errorf("%q: %q is written as %q", in, stored, cell)
		}
	}
}

// checkShown reads the page as a browser does: the same elements as ever, and the hostile words only as text.
func checkShown(t *testing.T, page, words string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for n := range root.Descendants() {
		switch {
		case n.Type == html.CommentNode:
			t.Errorf("%q: a comment in the page", words)
		case n.Type != html.ElementNode:
		case n.Data == "script" || n.Data == "img" || n.Data == "svg":
			t.Errorf("%q: <%s> in the page", words, n.Data)
		case n.Data == "textarea" && n.FirstChild != nil:
			shown["message"] = n.FirstChild.Data
		case n.Data == "input" && attr(n, "name") != "":
			shown[attr(n, "name")] = attr(n, "value")
		}
	}
	for _, name := range []string{"message", "name", "email", "note"} {
		if shown[name] != words {
			t.Errorf("%s: %q is shown as %q", name, words, shown[name])
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
