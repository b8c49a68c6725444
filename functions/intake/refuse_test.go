package intake_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
)

const urlencodedType = "application/x-www-form-urlencoded"

// refusal is a request that is no submission, and its status.
type refusal struct {
	name, method, path, contentType, body string
	status                                int
	allow                                 string
}

func refusals(t *testing.T) []refusal {
	filePart, fileType := fileUpload(t)
	many := strings.Repeat("a=1&", form.MaxFields) + "a=1"
	return []refusal{
		{"nothing there", "GET", "/api/", "", "", 404, ""},
		{"unknown form", "POST", "/api/forms/nothing", urlencodedType, "a=1", 404, ""},
		{"unknown form, wrong method", "GET", "/api/forms/nothing", "", "", 404, ""},
		{"no form", "POST", "/api/forms/", urlencodedType, "a=1", 404, ""},
		{"a path under a form", "POST", "/api/forms/contact/", urlencodedType, "a=1", 404, ""},
		{"a path out of the forms", "POST", "/api/forms/..%2fcontact", urlencodedType, "a=1", 404, ""},
		{"GET", "GET", "/api/forms/contact", "", "", 405, "POST"},
		{"PUT", "PUT", "/api/forms/contact", urlencodedType, "a=1", 405, "POST"},
		{"OPTIONS", "OPTIONS", "/api/forms/contact", "", "", 405, "POST"},
		{"challenge of an unknown form", "GET", "/api/challenge?form=nothing", "", "", 404, ""},
		{"challenge of no form", "GET", "/api/challenge", "", "", 404, ""},
		{"challenge by POST", "POST", "/api/challenge?form=contact", urlencodedType, "a=1", 405, "GET, HEAD"},
		{"no type", "POST", "/api/forms/contact", "", "a=1", 415, ""},
		{"text", "POST", "/api/forms/contact", "text/plain", "a=1", 415, ""},
		{"no such type", "POST", "/api/forms/contact", "application/x-www-form-urlencoded; =", "a=1", 415, ""},
		{"a file", "POST", "/api/forms/contact", fileType, filePart, 415, ""},
		{"too large", "POST", "/api/forms/contact", urlencodedType, "message=" + strings.Repeat("a", form.MaxBody-7), 413, ""},
		{"too large JSON", "POST", "/api/forms/contact", "application/json", `{"a":"` + strings.Repeat("a", form.MaxBody) + `"}`, 413, ""},
		{"201 fields", "POST", "/api/forms/contact", urlencodedType, many, 413, ""},
		{"201 fields in JSON", "POST", "/api/forms/contact", "application/json", `{"a":["` + strings.Repeat(`1","`, form.MaxFields) + `"]}`, 413, ""},
		{"crooked escape", "POST", "/api/forms/contact", urlencodedType, "a=%zz", 400, ""},
		{"semicolon", "POST", "/api/forms/contact", urlencodedType, "a=1;b=2", 400, ""},
		{"no boundary", "POST", "/api/forms/contact", "multipart/form-data", "a=1", 400, ""},
		{"another boundary", "POST", "/api/forms/contact", "multipart/form-data; boundary=x", "--y\r\n", 400, ""},
		{"a part that ends early", "POST", "/api/forms/contact", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb", 400, ""},
		{"a part without a name", "POST", "/api/forms/contact", "multipart/form-data; boundary=x", "--x\r\n\r\nb\r\n--x--\r\n", 400, ""},
		{"no JSON", "POST", "/api/forms/contact", "application/json", "", 400, ""},
		{"a JSON list", "POST", "/api/forms/contact", "application/json", `["a"]`, 400, ""},
		{"a JSON number", "POST", "/api/forms/contact", "application/json", `{"a":1}`, 400, ""},
		{"a JSON null", "POST", "/api/forms/contact", "application/json", `{"a":null}`, 400, ""},
		{"a JSON object inside", "POST", "/api/forms/contact", "application/json", `{"a":{"b":"c"}}`, 400, ""},
		{"a JSON list in a list", "POST", "/api/forms/contact", "application/json", `{"a":[["b"]]}`, 400, ""},
		{"JSON cut off", "POST", "/api/forms/contact", "application/json", `{"a":"b"`, 400, ""},
		{"JSON and more", "POST", "/api/forms/contact", "application/json", `{"a":"b"}{}`, 400, ""},
	}
}

func fileUpload(t *testing.T) (body, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("name", "cv.pdf")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(part, "%PDF")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func TestRefusals(t *testing.T) { throughDoors(t, testRefusals) }

func testRefusals(t *testing.T, s *site) {
	for _, c := range refusals(t) {
		for _, accept := range []string{browser, "", "*/*", program} {
			a := s.do(c.method, c.path, accept, c.contentType, strings.NewReader(c.body))
			if a.status != c.status || a.header.Get("Allow") != c.allow {
				t.Errorf("%s: %d, Allow %q, want %d, %q: %s", c.name, a.status, a.header.Get("Allow"), c.status, c.allow, a.body)
			}
			checkRefusal(t, s, c.name, accept, a)
		}
	}
	if n := len(s.waiting()); n != 0 {
		t.Errorf("%d leads stored", n)
	}
}

// checkRefusal looks at what all refusals share: the id, which log and page name, and how the page is guarded.
func checkRefusal(t *testing.T, s *site, name, accept string, a answer) {
	id := a.header.Get("X-Request-Id")
	if len(id) != 16 || !strings.Contains(s.log.String(), id) {
		t.Errorf("%s: request id %q is not in the log", name, id)
	}
	if a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: headers %v", name, a.header)
	}
	if accept == program {
		if !strings.HasPrefix(a.body, `{"error":"`) || a.header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: a program is answered %s", name, a.body)
		}
		return
	}
	if !strings.Contains(a.body, id) || !strings.Contains(a.body, "<h1>") || !strings.Contains(a.body, `<html lang="en">`) {
		t.Errorf("%s: a browser is answered %s", name, a.body)
	}
	if a.header.Get("Content-Security-Policy") != s.bundle.CSP || strings.Contains(a.body, "style") {
		t.Errorf("%s: the page and the policy do not fit", name)
	}
}

// A refusal stands in the site's own page, in the site's first language, when the bundle has one.
func TestRefusalInTheSitesFrame(t *testing.T) { throughDoors(t, testRefusalInTheSitesFrame) }

func testRefusalInTheSitesFrame(t *testing.T, s *site) {
	chunk := func(html string, kind bundle.SlotKind) bundle.Chunk {
		return bundle.Chunk{HTML: html, Slot: bundle.Slot{Kind: kind}}
	}
	s.bundle.Page = map[string][]bundle.Chunk{"en": {chunk("<!doctype html><title>", bundle.SlotTitle), chunk("</title><nav></nav><h1>", bundle.SlotTitle),
		chunk("</h1>", bundle.SlotSummary), {HTML: "<footer></footer>"}}}
	s.bundle.Words["en"] = map[string]string{"not_found": "No <form> here."}
	a := s.do("POST", "/api/forms/nothing", browser, urlencodedType, strings.NewReader("a=1"))
	want := "<!doctype html><title>No &lt;form&gt; here.</title><nav></nav><h1>No &lt;form&gt; here.</h1>" +
		"<p>Should you write to us about this, its number is " + a.header.Get("X-Request-Id") + ".</p>" +
		`<p><a href="/">Back to the website</a></p><footer></footer>`
	if a.status != 404 || a.body != want {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	if a := s.do("POST", "/api/forms/nothing", program, urlencodedType, strings.NewReader("a=1")); a.body != `{"error":"No \u003cform\u003e here."}`+"\n" {
		t.Errorf("a program is answered %s", a.body)
	}
}

// What just fits is taken: 200 values, a body of 64 KB, 10,000 runes.
func TestLimitsFromBelow(t *testing.T) { throughDoors(t, testLimitsFromBelow) }

func testLimitsFromBelow(t *testing.T, s *site) {
	s.handler.Unlimited = true
	for _, enc := range encodings() {
		many := visitor(nil)
		for i := len(many); i < form.MaxFields; i++ {
			many.Set(fmt.Sprint("extra", i), "1")
		}
		long := visitor(url.Values{"message": {strings.Repeat("ü", form.MaxRunes)}})
		tooLong := visitor(url.Values{"message": {strings.Repeat("ü", form.MaxRunes+1)}})
		for _, c := range []struct {
			name   string
			values url.Values
			status int
		}{{"200 fields", many, 200}, {"10,000 runes", long, 200}, {"10,001 runes", tooLong, 422}} {
			contentType, body := enc.encode(t, c.values)
			if a := s.do("POST", "/api/forms/contact", program, contentType, body); a.status != c.status {
				t.Errorf("%s, %s: %d %s", enc.name, c.name, a.status, a.body)
			}
		}
		many.Set("one-more", "1")
		contentType, body := enc.encode(t, many)
		if a := s.do("POST", "/api/forms/contact", program, contentType, body); a.status != 413 {
			t.Errorf("%s, 201 fields: %d", enc.name, a.status)
		}
	}
	exact := visitor(nil).Encode() + "&x="
	exact += strings.Repeat("a", form.MaxBody-len(exact))
	if a := s.do("POST", "/api/forms/contact", program, urlencodedType, strings.NewReader(exact)); a.status != 200 {
		t.Errorf("a body of 64 KB: %d %s", a.status, a.body)
	}
	if a := s.do("POST", "/api/forms/contact", program, urlencodedType, strings.NewReader(exact+"a")); a.status != 413 {
		t.Errorf("a body of 64 KB and one byte: %d", a.status)
	}
}

// A body whose length nobody announces is cut off all the same.
func TestTooLargeInChunks(t *testing.T) {
	s := newSite(t)
	body := io.MultiReader(strings.NewReader("message="), strings.NewReader(strings.Repeat("a", form.MaxBody)))
	if a := s.do("POST", "/api/forms/contact", browser, urlencodedType, body); a.status != 413 {
		t.Errorf("answered %d", a.status)
	}
}

// FuzzSubmit: whatever is posted, the answer is one of the table's, no line break reaches a header, and nothing of it
// becomes markup.
func FuzzSubmit(f *testing.F) {
	f.Add(urlencodedType, visitor(nil).Encode(), true)
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n<script>\r\n--x--\r\n", true)
	f.Add("application/json", `{"name":"<script>alert(1)</script>","email":["a","b"],"consent":"yes"}`, false)
	s := newSite(f)
	s.handler.Unlimited = true
	s.handler.Log = slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, contentType, body string, html bool) {
		req := httptest.NewRequest("POST", "/api/forms/contact", strings.NewReader(body))
		req.Header.Set("Content-Type", contentType)
		if !html {
			req.Header.Set("Accept", program)
		}
		rec := httptest.NewRecorder()
		s.handler.ServeHTTP(rec, req)
		switch rec.Code {
		case 200, 303, 400, 413, 415, 422:
		default:
			t.Errorf("answered %d", rec.Code)
		}
		for name, values := range rec.Header() {
			if strings.ContainsAny(name+strings.Join(values, ""), "\r\n") {
				t.Errorf("header %q: %q", name, values)
			}
		}
		if html && strings.Contains(strings.ToLower(rec.Body.String()), "<script") {
			t.Errorf("the page holds a script: %s", rec.Body)
		}
		if rec.Code == http.StatusSeeOther && rec.Header().Get("Location") != "/thanks/?ok=1#top" {
			t.Errorf("sent to %q", rec.Header().Get("Location"))
		}
	})
}
