package archetype

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"leadsite/build/content"
)

// Where a new file cannot go, or what it cannot be.
var (
	ErrPath = errors.New("no page or form can be there")
	ErrKind = errors.New("the theme has no such archetype")
	ErrWord = errors.New("a form's words in another language have no archetype")
)

// File is a file that is to be.
type File struct {
	Path  string // below the source: "content/blog/first.md"
	Kind  string // the archetype's name: "post"
	Draft bool   // the archetype says so
	text  []byte
}

// New begins a page or a form. name is its path below content/, with or without its extension, or that of a folder
// ("blog/trip/") for a page with files beside it. kind names the archetype; "" picks it by the folder: form in forms/,
// the folder's own if the theme has one, post in any other, page at the top. langs are the site's languages: of "about.de"
// the name is "about". Nothing is written yet.
func New(theme fs.FS, name, kind string, langs []string, day time.Time) (File, error) {
	rel, err := clean(name)
	if err != nil {
		return File{}, err
	}
	kinds := kindsOf(theme)
	section, _, inFolder := strings.Cut(rel, "/")
	switch {
	case kind != "":
	case inFolder && section == "forms":
		kind = "form"
	case inFolder && kinds[section] != "":
		kind = section
	case inFolder:
		kind = "post"
	default:
		kind = "page"
	}
	file := kinds[kind]
	if file == "" {
		return File{}, fmt.Errorf("%w: %q (known are %s)", ErrKind, kind, strings.Join(names(kinds), ", "))
	}
	ext := path.Ext(file)
	if rel, err = place(rel, name, kind, ext); err != nil {
		return File{}, err
	}
	text, err := fs.ReadFile(theme, file)
	if err != nil {
		return File{}, err
	}
	bare := bareName(rel, langs)
	if _, is := langOf(rel, langs); is && ext == ".yaml" {
		return File{}, fmt.Errorf("%w: %s", ErrWord, rel)
	}
	text = words{title: title(bare), name: bare, day: day}.fill(text)
	return File{Path: content.Root + "/" + rel, Kind: kind, text: text, Draft: strings.Contains(string(text), "\ndraft: true\n")}, nil
}

// Write makes the file. One that is there already is ErrTaken, and stays as it is.
func (f File) Write(source *os.Root) error {
	if err := source.MkdirAll(path.Dir(f.Path), 0o755); err != nil {
		return fmt.Errorf("making the folder of %s: %w", f.Path, err)
	}
	out, err := source.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", f.Path, ErrTaken)
	}
	if err != nil {
		return err
	}
	_, err = out.Write(f.text)
	return errors.Join(err, out.Close())
}

// clean is a path below content/.
func clean(name string) (string, error) {
	rel := strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(rel, "/") || slices.Contains(strings.Split(rel, "/"), "..") || strings.ContainsFunc(rel, unicode.IsControl) {
		return "", fmt.Errorf("%w: %q", ErrPath, name)
	}
	rel = strings.TrimPrefix(path.Clean(rel), content.Root+"/")
	if rel == "." || rel == "content" || strings.HasPrefix(path.Base(rel), ".") {
		return "", fmt.Errorf("%w: %q", ErrPath, name)
	}
	return rel, nil
}

// place completes a path by what its kind asks for.
func place(rel, name, kind, ext string) (string, error) {
	if kind == "form" && !strings.HasPrefix(rel, "forms/") {
		rel = "forms/" + rel
	}
	section, _, inFolder := strings.Cut(rel, "/")
	isPage := ext == ".md"
	switch has := path.Ext(rel); {
	case strings.HasSuffix(name, "/") && isPage:
		rel += "/index.md"
	case slices.Contains([]string{".html", ".htm", ".txt", ".json", ".toml", ".csv"}, has):
		return "", fmt.Errorf("%w: %q is a %s, which ends in %s", ErrPath, name, kind, ext)
	case has == "" || !slices.Contains([]string{".md", ".markdown", ".yaml", ".yml"}, has):
		rel += ext
	case (has == ".md" || has == ".markdown") != isPage:
		return "", fmt.Errorf("%w: %q is a %s, which ends in %s", ErrPath, name, kind, ext)
	}
	if isPage && inFolder && slices.Contains([]string{"forms", "data", "static"}, section) {
		return "", fmt.Errorf("%w: pages do not stand in content/%s", ErrPath, section)
	}
	return rel, nil
}

// kindsOf are the theme's archetypes by name.
func kindsOf(theme fs.FS) map[string]string {
	kinds := make(map[string]string)
	entries, _ := fs.ReadDir(theme, folder)
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".md" || ext == ".yaml") {
			kinds[strings.TrimSuffix(e.Name(), ext)] = folder + "/" + e.Name()
		}
	}
	return kinds
}

func names(kinds map[string]string) []string {
	var all []string
	for name := range kinds {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// langOf is the language in a file's name: de of about.de.md.
func langOf(rel string, langs []string) (lang string, is bool) {
	lang = strings.TrimPrefix(path.Ext(strings.TrimSuffix(rel, path.Ext(rel))), ".")
	return lang, slices.Contains(langs, lang)
}

// bareName is a file's name without its language and extension; of an index.md its folder's.
func bareName(rel string, langs []string) string {
	bare := strings.TrimSuffix(path.Base(rel), path.Ext(rel))
	if lang, is := langOf(rel, langs); is {
		bare = strings.TrimSuffix(bare, "."+lang)
	}
	if (bare == "index" || bare == "_index") && path.Dir(rel) != "." {
		return path.Base(path.Dir(rel))
	}
	return bare
}

// dayInFront is the date that many file names begin with.
var dayInFront = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[-_ ]`)

// title makes a title of a file's name: "2026-11-22-what-it-costs" is "What it costs".
func title(bare string) string {
	words := strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(dayInFront.ReplaceAllString(bare, "")))
	r, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return bare
	}
	return string(unicode.ToUpper(r)) + words[size:]
}
