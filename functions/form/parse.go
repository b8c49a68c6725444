package form

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// How much is kept of what nobody declared and nobody vouches for, in runes.
const (
	maxName     = 100
	maxID       = 64
	maxLang     = 35
	maxSchema   = 64
	maxToken    = 1000
	maxQuery    = 2000
	maxReferrer = 1000
)

// Parse sorts the values of one post. It refuses nothing: what is wrong with a declared value Validate says, hidden
// inputs that make no sense become "", and undeclared fields are kept as Extra, cleaned and capped. Names that begin
// with "_" and mean nothing are dropped.
func (f *Form) Parse(posted url.Values) Submission {
	s := Submission{Posted: map[string][]string{}, Extra: map[string]string{}, Meta: parseMeta(posted)}
	trap := f.Honeypot()
	for _, name := range slices.Sorted(maps.Keys(posted)) {
		values := posted[name]
		switch {
		case f.Field(name) != nil:
			s.Posted[name] = values
		case name == trap:
			s.Trap = strings.Join(values, "")
		case name == ConsentName && f.Consent != nil:
			s.Consent = len(values) == 1 && ticked(values[0], "yes")
		case strings.HasPrefix(name, "_"):
		default:
			s.addExtra(name, values)
		}
	}
	return s
}

func (s *Submission) addExtra(name string, values []string) {
	name = shorten(Clean(name, false), maxName)
	if name != "" && len(s.Extra) < MaxExtra {
		s.Extra[name] = shorten(Clean(strings.Join(values, ", "), true), maxExtra)
	}
}

// ticked says whether a checkbox that sends want was ticked. Programs that speak for a visitor write it in their ways.
func ticked(s, want string) bool {
	return s == want || slices.Contains([]string{"yes", "on", "true", "1"}, s)
}

func parseMeta(posted url.Values) Meta {
	return Meta{
		Page:     localPage(posted.Get(PageName)),
		Lang:     onlyOf(posted.Get(LangName), maxLang, lettersAndDigits+"-"),
		Schema:   onlyOf(posted.Get(SchemaName), maxSchema, lettersAndDigits),
		ID:       onlyOf(posted.Get(IDName), maxID, lettersAndDigits+"-"),
		Token:    onlyOf(posted.Get(TokenName), maxToken, lettersAndDigits+"-_."),
		Query:    shorten(Clean(strings.TrimPrefix(posted.Get(QueryName), "?"), false), maxQuery),
		Referrer: webAddress(posted.Get(ReferrerName)),
		Touch:    touch(posted.Get(TouchName)),
	}
}

// touch knows one way to remember a visitor's first page, and no others.
func touch(s string) string {
	if s == "session" {
		return s
	}
	return ""
}

const lettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// onlyOf gives s when it is made of the alphabet and at most n bytes long, and otherwise "".
func onlyOf(s string, n int, alphabet string) string {
	if len(s) > n || strings.Trim(s, alphabet) != "" {
		return ""
	}
	return s
}

func localPage(s string) string {
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "?")
	if !LocalPath(s) {
		return ""
	}
	return Clean(s, false)
}

func webAddress(s string) string {
	s = shorten(Clean(s, false), maxReferrer)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return s
}

// maxParam is the longest part of a page's query that is kept by itself, in runes.
const maxParam = 200

// Param gives one parameter of the page's own query, "utm_campaign" say, cleaned and capped; "" when it is absent.
func (m Meta) Param(name string) string {
	q, _ := url.ParseQuery(m.Query) // what can be read of a crooked query is read
	return shorten(Clean(q.Get(name), false), maxParam)
}

// About is what conditions can ask of the submission of a form in one language.
func (m Meta) About(lang string) About {
	return About{Page: m.Page, Campaign: m.Param("utm_campaign"), Lang: lang}
}
