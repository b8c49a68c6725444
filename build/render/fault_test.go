package render_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"leadsite/build/content"
	"leadsite/build/site"
)

// A broken file of a theme, and what is said about it.
func TestTemplateFaults(t *testing.T) {
	for _, test := range []struct{ file, source, want string }{
		{"templates/post.html", "{{ define \"main\" }}\n<h1>{{ .Page.Titel }}</h1>{{ end }}",
			"themes/default/templates/post.html:2:13: there is no field Titel in PageView\n\t" +
				"did you mean \"Title\"?"},
		{"templates/base.html", "<html>\n{{ if }}</html>",
			"themes/default/templates/base.html:2: missing value for if"},
		{"partials/header.html", "<p>\n{{ .Site.Title }",
			"themes/default/partials/header.html:2: unexpected \"}\" in operand"},
		{"partials/header.html", "{{ nosuch .Site }}",
			"themes/default/partials/header.html:1: function \"nosuch\" not defined"},
		{"partials/header.html", "{{ t \"minuts\" }}",
			"themes/default/partials/header.html:1:4: there is no word \"minuts\"\n\tdid you mean \"minutes\"?"},
		{"partials/header.html", "\n\n  {{ icon \"arow\" }}",
			"themes/default/partials/header.html:3:6: there is no icon \"arow\"\n\tdid you mean \"arrow\"?"},
		{"partials/header.html", "{{ t \"minutes\" \"number\" }}", "themes/default/partials/header.html:1:4: a name without a value behind the word minutes\n"},
		{"partials/header.html", "{{ $x := dict \"a\" }}", "themes/default/partials/header.html:1:10: dict takes names and values in turn\n"},
		{"partials/header.html", "{{ money \"ten\" \"EUR\" }}", "themes/default/partials/header.html:1:4: money takes a number, not ten\n"},
		{"partials/header.html", "{{ first 2 \"ab\" }}", "themes/default/partials/header.html:1:4: first takes a list, not string\n"},
		{"partials/header.html", "{{ first \"ab\" slice }}", "themes/default/partials/header.html:1:4: a number is wanted, not ab\n"},
		{"partials/header.html", "{{ asset \"site.js\" }}",
			"themes/default/partials/header.html:1:4: there is no asset \"site.js\"\n\tdid you mean \"site.css\"?"},
		{"partials/header.html", "{{ template \"partials/nosuch.html\" . }}",
			"themes/default/partials/header.html:1:13: no such template \"partials/nosuch.html\""},
		{"templates/list.html", "{{ define \"main\" }}{{ form \"nosuch\" }}{{ end }}",
			"themes/default/templates/list.html:1:23: there is no form \"nosuch\""},
		{"templates/page.html", "{{ define \"main\" }}<p title=\"{{ .Page.Title }}>\n</p>{{ end }}",
			"themes/default/templates/page.html: the HTML is left open at the end\n\tclose the tag, the quotation mark or the comment\n"},
		{"partials/header.html", "<!-- {{ .Site.Title }}", "themes/default/partials/header.html: the HTML is left open at the end\n"},
		{"templates/base.html", "<html>{{ block \"main\" . }}{{ end }}<p title='", "themes/default/templates/base.html: the HTML is left open at the end\n"},
		{"templates/page.html", "{{ define \"main\" }}\n<a onclick=\"{{ if .Page.Title }}'{{ end }}\">x</a>{{ end }}",
			"themes/default/templates/page.html:2:19: the HTML differs in kind behind the branches\n\topen and close"},
		{"blocks/hero.html", "<h1>{{ .Block.title }}</h1>{{ .Level }}",
			"themes/default/blocks/hero.html:1:31: there is no field Level in BlockView"},
		{"shortcodes/note.html", "{{ index .Args 5 }}", "themes/default/shortcodes/note.html:1:4: "},
		{"partials/form/control.html", "{{ .Lable }}", "themes/default/partials/form/control.html:1:4: there is no field Lable in FieldView\n\tdid you mean \"Label\"?"},
		{"templates/term.html", "{{ define \"main\" }}{{ .List.Items.Title }}{{ end }}", "themes/default/templates/term.html:1:28: there is no field Title in []*render.PageRef"},
		{"templates/post.html", "{{ define \"main\" }}{{ .Page.Prev.Terms }}{{ end }}", "themes/default/templates/post.html:1:28: nil pointer evaluating *render.PageRef.Terms\n"},
		{"templates/post.html", "{{ define \"main\" }}{{ .Page.Prev.Title }}{{ end }}", "themes/default/templates/post.html:1:28: nil pointer evaluating *render.PageRef.Title\n"},
		{"templates/list.html", "{{ define \"main\" }}{{ range .List.Items }}{{ .Trems }}{{ end }}{{ end }}", "there is no field Trems in PageRef\n\tdid you mean \"Terms\"?"},
		{"templates/404.html", "{{ define \"main\" }}<a style=\"{{ .Page.Lang }}: {{ .Site.BaseURL }}\">x</a>{{ end }}",
			"themes/default/templates/404.html: the layout \"404\" would write a value where it is dangerous"},
		{"templates/home.html", "{{ define \"main\" }}{{ template \"main\" . }}{{ end }}", "exceeded maximum template depth"},
	} {
		t.Run(strings.ReplaceAll(test.file, "/", " ")+" "+test.want[len("themes/default/"):min(60, len(test.want))], func(t *testing.T) {
			r := open(t, files("themes/default/"+test.file, test.source, "content/a.md", "---\ntitle: A\n---\n"))
			said := r.said()
			if !strings.Contains(said, test.want) {
				t.Errorf("said\n%swant\n%s", said, test.want)
			}
			var located *content.Error
			if _, err := r.Render(r.Outputs[0]); !errors.As(err, &located) {
				t.Errorf("rendering gives %v", err)
			}
			r.problems.Add(located)
			if r.said() != said {
				t.Errorf("what Render says is said twice: %v", located)
			}
		})
	}
}

// Mistakes of authors have the place where they were made.
func TestAuthorsFaults(t *testing.T) {
	for _, test := range []struct{ name, page, want string }{
		{"shortcode", "---\ntitle: A\n---\n\nText {{< figur src=a >}}",
			"content/a.md:5:6: unknown shortcode \"figur\"\n\tdid you mean \"figure\"?\n"},
		{"argument", "---\ntitle: A\n---\n{{< figure src=\"/a.png\" >}}",
			"content/a.md:4:1: the shortcode figure lacks \"alt\"\n\tadd alt=\"…\"\n"},
		{"form", "---\ntitle: A\n---\n{{< form nosuch >}}", "content/a.md:4:1: there is no form \"nosuch\"\n\t\n"},
		{"pair", "---\ntitle: A\n---\nx\n\n{{< note >}}", "content/a.md:6:1: the shortcode note has no closing tag\n\tclose it with {{< /note >}}\n"},
		{"nested", "---\ntitle: A\n---\n{{< note >}}\n- a\n- {{< figur >}}\n{{< /note >}}",
			"content/a.md:6:3: unknown shortcode \"figur\"\n\tdid you mean \"figure\"?\n"},
		{"unreadable", "---\ntitle: A\n---\n{{< note", "content/a.md:4:1: {{< note does not end with >}}\n\twrite {{< name \"value\" >}} or {{< name key=\"value\" >}}\n"},
		{"address", "---\ntitle: A\n---\nx\n[y](javascript:alert(1))",
			"content/a.md:5: an address that begins with javascript: is not allowed\n\tlink to a page, a file, or an address of the web, mail or telephone\n"},
		{"address in a block", "---\ntitle: A\nblocks:\n  - type: faq\n    items: [{question: Q, answer: \"[y](vbscript:x)\"}]\n---\n",
			"content/a.md:4:5: an address that begins with vbscript: is not allowed\n\tlink to a page, a file, or an address of the web, mail or telephone\n"},
		{"too much open", "---\ntitle: A\n---\n" + strings.Repeat("*a [b ", 20_000),
			"content/a.md:4: too many *, _, [, ` or < without an end\n\tclose them, or write \\ before those that are meant as text\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := open(t, files("content/a.md", test.page))
			r.page(t, "a/index.html")
			if said := r.said(); said != test.want {
				t.Errorf("said %swant %s", said, test.want)
			}
		})
	}
}

// A text that is too long is its author's mistake, and not half rendered.
func TestTooLong(t *testing.T) {
	r := open(t, files("content/a.md", "---\ntitle: A\n---\n"+strings.Repeat("words ", 1_400_000)))
	at := slices.IndexFunc(r.Outputs, func(o site.Output) bool { return o.Path == "a/index.html" })
	_, err := r.Render(r.Outputs[at])
	const want = "content/a.md: converting Markdown: the text is over 8 MB"
	if located, ok := errors.AsType[*content.Error](err); !ok || err.Error() != want || located.Hint != "part the page in two" {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A page may speak of the mark that html/template leaves for a value it refuses.
func TestMarkOfRefusedValuesInText(t *testing.T) {
	r := open(t, files("content/a.md", "---\ntitle: A\n---\nWhat `ZgotmplZ` means"))
	if page := r.page(t, "a/index.html"); !strings.Contains(page, "ZgotmplZ") {
		t.Error(page)
	}
}
