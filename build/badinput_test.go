package build_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"leadsite/build"
)

// bad is a source with one thing wrong that only a real folder can have, or that could lead out of it.
type bad struct {
	name  string
	files map[string]string // over the small site
	spoil func(t *testing.T, dir string)
	want  string // what is said, exactly
}

var badInputs = []bad{
	{"front matter without an end", map[string]string{"content/a.md": "---\ntitle: A\n\nText.\n"}, nil,
		"error: content/a.md:1:1: the front matter that begins here has no end\nhint: end it with a line of ---\n"},
	{"not UTF-8", map[string]string{"content/a.md": "---\ntitle: A\n---\nGr\xfc\xdfe\n"}, nil,
		"error: content/a.md:4:3: this byte is not UTF-8\nhint: save the file as UTF-8\n"},
	{"UTF-16", map[string]string{"content/a.md": "\xff\xfe-\x00-\x00-\x00"}, nil,
		"error: content/a.md: the file is UTF-16, not UTF-8\nhint: save it as UTF-8\n"},
	{"a picture named .md", map[string]string{"content/a.md": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"}, nil,
		"error: content/a.md: the file is not text: it holds a NUL byte\nhint: delete it, or give it the name of what it is\n"},
	{"a file of 50 MB", nil, enlarge("content/a.md", "---\ntitle: A\n---\n"),
		"error: content/a.md: the file is larger than 10 MB\nhint: split it, or move it to content/static if nobody edits it\n"},
	{"a form of 50 MB", nil, enlarge("content/forms/contact.yaml", "title: A\n"),
		"error: content/forms/contact.yaml: the file is larger than 10 MB\nhint: split it, or move it to content/static if nobody edits it\n"},
	{"a site.yaml of 50 MB", nil, enlarge("content/site.yaml", "title: A\n"),
		"error: content/site.yaml: the file is larger than 10 MB\nhint: split it, or move it to content/static if nobody edits it\n"},
	{"a link that leads back to itself", nil, link("loop.md", "content/loop.md"),
		"error: content/loop.md: this link is not followed: it leads back to itself\nhint: copy what it points to into the content\n"},
	{"a folder that leads back to its parent", nil, link("..", "content/blog/up"),
		"error: content/blog/up: links to folders are not followed\nhint: copy the folder into the content\n"},
	{"a link out of the source", nil, link("../../secret.md", "content/secret.md"),
		"error: content/secret.md: this link is not followed: it leads out of the source folder\nhint: copy what it points to into the content\n"},
	{"a link to an absolute path", nil, link("/etc/hostname", "content/static/host.txt"),
		"error: content/static/host.txt: this link is not followed: it leads out of the source folder\nhint: copy what it points to into the content\n"},
	{"names that differ by case", map[string]string{"content/About.md": "---\ntitle: A\n---\n", "content/about.md": "---\ntitle: B\n---\n"}, nil,
		"error: content/about.md: differs from content/About.md only by upper and lower case\nhint: rename one of them: many computers take them for one\n" +
			"error: content/about.md:2:1: this page and content/About.md are both at /about/\nhint: give one of them another slug: or url:\n"},
	{"a theme above the source", map[string]string{"content/site.yaml": "title: S\nbase_url: https://www.example.com/\ntheme: ../../etc\n"}, nil,
		"error: content/site.yaml:3:8: \"../../etc\" cannot be the name of a theme\nhint: write the name of a folder in themes/\n"},
	{"a url above the root", map[string]string{"content/a.md": "---\ntitle: A\nurl: /../../x/\n---\n"}, nil,
		"error: content/a.md:3:1: \"/../../x/\" leads out of its folder\nhint: write a path like /about/\n"},
	{"an alias above the root", map[string]string{"content/a.md": "---\ntitle: A\naliases: [/../x/]\n---\n"}, nil,
		"error: content/a.md:3:11: \"/../x/\" leads out of its folder\nhint: write a path like /old/\n"},
	{"a slug above its folder", map[string]string{"content/a.md": "---\ntitle: A\nslug: ../x\n---\n"}, nil,
		"error: content/a.md:3:1: a slug is one part of a path, without a slash\nhint: write the whole path as url:\n"},
	{"a picture above the content", map[string]string{"content/a.md": "---\ntitle: A\ndescription: A\nimage: ../../secret.png\n---\n"}, nil,
		"error: content/a.md:4:1: there is no picture ../../secret.png\nhint: put the file into content/static\n"},
	{"a reference above the content", map[string]string{"content/a.md": "---\ntitle: A\n---\n[b]({{< ref \"../../../etc/passwd\" >}})\n"}, nil,
		"error: content/a.md:4:5: there is no page \"../../../etc/passwd\"\nhint: write the path of its file below content/\n"},
	{"data with a key twice", map[string]string{"content/data/prices.yaml": "basic: 1\nbasic: 2\n"}, nil,
		"error: content/data/prices.yaml:2:1: the key \"basic\" is already in line 1\nhint: keep one of them\n"},
	{"a template that never ends", map[string]string{"themes/default/templates/page.html": "{{ define \"main\" }}{{ range 1000000000000 }}" + strings.Repeat("<p>on and on</p>", 10000) + "{{ end }}{{ end }}"}, nil,
		"error: themes/default/templates/page.html: the template does not end: it has written 64 MB\nhint: look for a range that goes round too often, in it and in the templates that it calls\n"},
	{"a shortcode that never ends", map[string]string{"themes/default/shortcodes/note.html": "{{ range 1000000000000 }}" + strings.Repeat("<p>on and on</p>", 10000) + "{{ end }}"}, nil,
		"error: themes/default/shortcodes/note.html: the template does not end: it has written 64 MB\nhint: look for a range that goes round too often, in it and in the templates that it calls\n"},
	{"a template that calls itself", map[string]string{"themes/default/templates/page.html": "{{ define \"main\" }}{{ template \"main\" . }}{{ end }}"}, nil,
		"error: themes/default/templates/page.html:1:32: exceeded maximum template depth (100000)\nhint: "},
	{"a site.yaml without a word", map[string]string{"content/site.yaml": ""}, nil,
		"error: content/site.yaml: the site has no base_url\nhint: add base_url: …\nerror: content/site.yaml: the site has no title\nhint: add title: …\n"},
	{"no site.yaml", nil, remove("content/site.yaml"),
		"error: content/site.yaml: the file is missing\nhint: write one: title and base_url are all it needs\n"},
	{"a folder named site.yaml", nil, func(t *testing.T, dir string) {
		remove("content/site.yaml")(t, dir)
		write(t, dir, "content/site.yaml/a.txt", "a")
	}, "error: content/site.yaml: cannot be read: is a directory\nhint: \n"},
}

// What nobody should have in a source is an error with its place. Nothing is written then, and nothing outside is read.
func TestBadInput(t *testing.T) {
	for _, test := range badInputs {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "site")
			write(t, dir, "content/site.yaml", "title: S\nbase_url: https://www.example.com/\n")
			write(t, dir, "content/index.md", "---\ntitle: S\ndescription: The site.\n---\n")
			write(t, dir, "content/blog/index.md", "---\ntitle: Blog\ndescription: The blog.\n---\n")
			write(t, dir, "../secret.md", "---\ntitle: Secret\n---\n")
			for name, text := range test.files {
				write(t, dir, name, text)
			}
			if test.spoil != nil {
				test.spoil(t, dir)
			}
			report, err := build.Build(t.Context(), options(dir))
			if err != nil {
				t.Fatal(err)
			}
			if got := said(report); !strings.HasPrefix(got, test.want) || strings.Count(got, "error:") != strings.Count(test.want, "error:") {
				t.Errorf("said\n%swant\n%s", got, test.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "public")); err == nil {
				t.Error("something was written")
			}
		})
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// enlarge makes a file of 50 MB, most of it a hole.
func enlarge(name, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		write(t, dir, name, text)
		if err := os.Truncate(filepath.Join(dir, name), 50<<20); err != nil {
			t.Fatal(err)
		}
	}
}

func link(to, name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if runtime.GOOS == "windows" {
			return // links need a privilege there
		}
		write(t, dir, name+".keep", "")
		remove(name+".keep")(t, dir)
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}
