package minify_test

import (
	"errors"
	"strings"
	"testing"

	"leadsite/build/minify"
)

func TestHTMLKeepsMeaning(t *testing.T) {
	page := `<!doctype html>
<html lang="en"><head><title> A  title </title></head>
<body> <!-- narration -->
<p class="note">One   <em>two</em>
three</p><input type="text" value="a b">
<pre>  kept
  as is</pre></body></html>`
	got, err := minify.New().HTML([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<html lang=en>", "<head>", "</body>", "One <em>two</em>\nthree", "<pre>  kept\n  as is</pre>", `type=text value="a b"`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("lost %q in %s", want, got)
		}
	}
	if strings.Contains(string(got), "narration") {
		t.Errorf("kept a comment: %s", got)
	}
}

func TestQuotedHTMLKeepsQuotes(t *testing.T) {
	got, err := minify.New().QuotedHTML([]byte(`<input value="marker">`))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != `<input value="marker">` {
		t.Errorf("got %s", got)
	}
}

func TestBrokenScriptIsLocated(t *testing.T) {
	_, err := minify.New().File("text/javascript", []byte("let a = 1\nlet b = ;\n"))
	var at *minify.Error
	if !errors.As(err, &at) {
		t.Fatalf("got %v, want a located error", err)
	}
	if at.Line != 2 {
		t.Errorf("got line %d, want 2", at.Line)
	}
}

func TestUnknownTypesPass(t *testing.T) {
	got, err := minify.New().File("text/x-poem", []byte(" as  it is "))
	if err != nil || string(got) != " as  it is " {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestJSONNumbersStay(t *testing.T) {
	got, err := minify.New().File("application/json", []byte(`{ "id": 1.0, "n": 10000000000000000000001 }`))
	if err != nil || string(got) != `{"id":1.0,"n":10000000000000000000001}` {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestAPartThatIsSmallIsKeptApart(t *testing.T) {
	small := strings.Repeat("<p>two  blanks tell that nobody went through it</p>", 10)
	lines := "<ul>\n<li>a\nb</li>\n</ul>\n" + small
	for name, c := range map[string]struct{ before, behind, want string }{
		"among blocks": {"<main> ", " </main> <p> x </p>", "<main>" + small + "</main><p>x</p>"},
		"twice":        {"<main> ", small + "</main>", "<main>" + small + strings.ReplaceAll(small, "  ", " ") + "</main>"},
		"no room for the placeholder": {"<p data-leadsite-minified></p><main> ", " </main>",
			"<p data-leadsite-minified></p><main>" + strings.ReplaceAll(small, "  ", " ") + "</main>"},
	} {
		got, err := minify.New().AppendHTML([]byte("first"), []byte(c.before+small+c.behind), minify.Part{Text: small})
		if err != nil || string(got) != "first"+c.want {
			t.Errorf("%s: got %s, %v\nwant %s", name, got, err, c.want)
		}
	}
	got, err := minify.New().AppendHTML(nil, []byte("<main> "+lines+"\n</main>"), minify.Part{Text: lines, Blanks: []int{4, 17, 23}})
	if want := "<main><ul><li>a\nb</li></ul>" + small + "</main>"; err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}
