package content

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"leadsite/functions/form"
)

// CleanBaseURL is an address at which a site can stand, with a slash at its end. A site stands at the root of its
// host, because its pages' links begin with a slash.
func CleanBaseURL(s string) (string, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("%q is not an address like https://www.example.com/", s)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "", fmt.Errorf("%q has more than a host: a site stands at the root of one", s)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + "/", nil
}

func baseURL(c *Config, v Value) {
	clean, err := CleanBaseURL(v.Text())
	if err != nil {
		v.Errorf("write it like https://www.example.com/", "%s", err)
		return
	}
	c.BaseURL = clean
}

// Words that a value must look like.
var (
	folderWord   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	langWord     = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	daysWord     = regexp.MustCompile(`^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$`)
	countryWord  = regexp.MustCompile(`^[a-z]{2}$`)
	taxonomyWord = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
)

func themeName(c *Config, v Value) {
	name := v.Text()
	if !folderWord.MatchString(name) {
		v.Errorf("write the name of a folder in themes/", "%q cannot be the name of a theme", name)
		return
	}
	c.Theme = name
}

func lang(c *Config, v Value) {
	code := v.Text()
	if !langWord.MatchString(code) {
		v.Errorf("write a code like en, de or pt-BR", "%q is not a language", code)
		return
	}
	c.Lang, c.Langs[0] = code, code
}

func zone(c *Config, v Value) {
	name := v.Text()
	location, err := time.LoadLocation(name)
	if err != nil || name == "Local" || name == "" {
		v.Errorf("write a name like Europe/Berlin or UTC", "%q is not a time zone", name)
		return
	}
	c.Zone = location
}

// email reads a bare address.
func email[T any](field func(*T) *string) func(*T, Value) {
	return func(into *T, v Value) {
		text := v.Text()
		address, ok := form.Address(text)
		if !ok && text != "" {
			v.Errorf("write a bare address like sales@example.com", "%q is not an e-mail address", text)
		}
		*field(into) = address
	}
}

func paginate(c *Config, v Value) {
	n := v.Int()
	if n < 1 {
		v.Errorf("write a number from 1 up, like 10", "a list cannot show %d entries on a page", n)
		return
	}
	c.Paginate = n
}

func siteMenus(c *Config, v Value) {
	c.Menus = menuLinks(v)
}

func menuLinks(v Value) map[string][]Link {
	menus := make(map[string][]Link)
	for _, p := range v.Pairs() {
		var links []Link
		list(linkKeys, func(l *[]Link) *[]Link { return l })(&links, p.Value)
		menus[p.Key] = links
	}
	return menus
}

func siteAuthors(c *Config, v Value) {
	c.Authors = make(map[string]Author)
	for _, p := range v.Pairs() {
		var author Author
		authorKeys.read(&author, p.Value, nil)
		if author.Name == "" && p.Value.IsMap() {
			v.doc.problems.Add(p.Pos.Errorf("add name: …", "the author %q has no name", p.Key))
		}
		c.Authors[p.Key] = author
	}
}

func taxonomies(c *Config, v Value) {
	c.Taxonomies = nil
	v.each(func(item Value, name string) {
		_, reserved := frontKeys[name]
		switch {
		case !taxonomyWord.MatchString(name):
			item.Errorf("write a word in lower case, like tags", "%q cannot be a taxonomy", name)
		case reserved && !slices.Contains([]string{"tags", "categories", "series", "authors"}, name):
			item.Errorf("choose another word", "%q is a key of its own, and cannot be a taxonomy", name)
		case !slices.Contains(c.Taxonomies, name):
			c.Taxonomies = append(c.Taxonomies, name)
		}
	})
}

func outputs(c *Config, v Value) {
	c.Outputs = make(map[string]bool)
	v.each(func(item Value, name string) {
		if !slices.Contains(outputNames, name) {
			item.Errorf(DidYouMean(name, outputNames), "unknown output %q", name)
		}
		c.Outputs[name] = true
		if name == "feeds" {
			for _, feed := range feedNames {
				c.Outputs[feed] = true
			}
		}
	})
}

// hours reads business hours: days or a span of days, and a span of the day ("mon-fri": "09:00-17:00").
func hours(c *Config, v Value) {
	c.Hours = make(map[string]string)
	for _, p := range v.Pairs() {
		span := p.Value.Text()
		switch {
		case !daysWord.MatchString(p.Key):
			v.doc.problems.Add(p.Pos.Errorf("write sat, or mon-fri", "%q is not a day or a span of days", p.Key))
		case !isSpan(span):
			p.Value.Errorf(`write it in quotes, like "09:00-17:00"`, "%q is not a span of the day", span)
		default:
			c.Hours[p.Key] = span
		}
	}
}

func isSpan(s string) bool {
	from, to, found := strings.Cut(s, "-")
	start, err1 := time.Parse("15:04", from)
	end, err2 := time.Parse("15:04", to)
	return found && err1 == nil && err2 == nil && start.Before(end)
}

// holidays is a country's code or a list of dates.
func holidays(c *Config, v Value) {
	c.Holidays = nil
	v.each(func(item Value, h string) {
		_, err := time.Parse(time.DateOnly, h)
		if err != nil && (v.IsList() || !countryWord.MatchString(h)) {
			item.Errorf("write a country as de, or a list of dates as [2026-12-25]", "%q is not a holiday", h)
		}
		c.Holidays = append(c.Holidays, h)
	})
}

// longestReason is how many characters a reason may have: it is the words of a button.
const longestReason = 60

// reasons are why a lead is not a fit. Each is a button of its own, and a row in the figures.
func reasons(c *Config, v Value) {
	c.Reasons = nil
	v.each(func(item Value, reason string) {
		words := form.Line(reason)
		same := func(other string) bool { return strings.EqualFold(other, words) }
		switch {
		case strings.ContainsFunc(reason, unicode.IsControl):
			item.Errorf("write it on one line", "%q cannot be the words of a button", reason)
		case utf8.RuneCountInString(words) > longestReason:
			item.Errorf(fmt.Sprintf("use at most %d characters; whoever decides can add words of their own", longestReason), "the reason %q is too long for a button", reason)
		case slices.ContainsFunc(c.Reasons, same):
			item.Errorf("delete one of them", "the reason %q is there twice", reason)
		default:
			c.Reasons = append(c.Reasons, words)
		}
	})
}

// limit reads how many of something are let through; one that lets nothing through would be no limit but a switch.
func limit(field func(*Limits) *int) func(*Limits, Value) {
	return func(into *Limits, v Value) {
		n := v.Int()
		if n < 1 && v.target().Tag == "!!int" {
			v.Errorf("write a number from 1 up; serve --limits off lifts all limits for a load test", "a limit of %d lets nothing through", n)
		}
		if n >= 1 {
			*field(into) = n
		}
	}
}

func redirectStatus(r *Redirect, v Value) {
	r.Status = v.Int()
	if !slices.Contains([]int{0, 301, 302, 410}, r.Status) {
		v.Errorf("write 301 (for good), 302 (for a while) or 410 (gone)", "a redirect cannot have the status %d", r.Status)
		r.Status = 0
	}
}
