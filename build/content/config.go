package content

import (
	"time"

	"leadsite/functions/form"
)

// Config is content/site.yaml. Absent keys have the values of Defaults.
type Config struct {
	Title        string
	Description  string
	BaseURL      string // ends in a slash
	Theme        string // folder below themes/, "default" for the embedded one
	Lang         string
	Langs        []string             // Lang first
	Languages    map[string]*Language // of `langs:`: the further ones
	Zone         *time.Location
	Paginate     int // entries on one page of a list
	Organization Organization
	Mail         MailIdentity
	Menus        map[string][]Link
	Button       Link           // the one button of the header; empty: none
	Settings     map[string]any // the theme's
	Authors      map[string]Author
	Permalinks   map[string]string // pattern by section
	Taxonomies   []string
	Outputs      map[string]bool // by name; feeds is atom, rss and jsonfeed
	People       []Person
	Hours        map[string]string
	Holidays     []string
	Reasons      []string
	Limits       Limits
	Attribution  string              // "page": a lead is of the page visit that sent it, and the browser stores nothing; "session": of the first in the tab, which it remembers
	CSP          map[string][]string // further origins by directive
	Redirects    []Redirect
	RawHTML      bool // of `markdown: {raw_html: …}`: raw HTML in Markdown passes
	Torn         bool // site.yaml could not be read, which was reported: what it lacks is no further mistake
	At           func(path ...any) Pos
}

// Organization is the business behind the site.
type Organization struct {
	Name, Email, Phone, Address, Logo string
}

// MailIdentity is who mail comes from.
type MailIdentity struct {
	From string // bare address
	Name string
}

// Link is an entry of a menu, or the header's button.
type Link struct {
	Name, URL string
}

// Redirect leads from a path that the site no longer has. Build/site checks it.
type Redirect struct {
	From, To string // paths; both may end in *; To may be a whole address
	Status   int    // 301, 302, 410; 0: not given
}

// Author is a profile of `authors:`.
type Author struct {
	Name, Role, Bio, Image, URL string
}

// Person is someone who answers leads.
type Person struct {
	Email, Name, Role string
}

// Limits hold back floods; see the bundle.
type Limits struct {
	Submissions int
	Mails       int
	Window      form.Duration
}
