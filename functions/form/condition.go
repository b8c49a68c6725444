package form

import (
	"slices"
	"strings"
)

// About is what a condition can ask of a submission beside its fields.
type About struct {
	Page     string // path of the page that showed the form
	Campaign string // utm_campaign of that page's address
	Lang     string // the form's language
}

// Holds says whether the condition is true. Upper and lower case differ. A field that is absent is neither equal to
// anything, nor does it begin with or contain anything; of a list it is enough that one item does.
func (c Condition) Holds(values Values, about About) bool {
	return slices.ContainsFunc(c.subject(values, about), c.test)
}

func (c Condition) subject(values Values, about About) []string {
	switch c.When {
	case "page":
		return []string{about.Page}
	case "campaign":
		return []string{about.Campaign}
	case "lang":
		return []string{about.Lang}
	}
	v, given := values[c.When]
	switch {
	case !given:
		return nil
	case v.List != nil:
		return v.List
	}
	return []string{v.Text}
}

func (c Condition) test(s string) bool {
	switch {
	case c.Is != "":
		return s == c.Is
	case c.Starts != "":
		return strings.HasPrefix(s, c.Starts)
	case c.Contains != "":
		return strings.Contains(s, c.Contains)
	}
	return false
}

// String says the condition in words: "team is 50+", "page starts with /pricing/".
func (c Condition) String() string {
	switch {
	case c.Is != "":
		return c.When + " is " + c.Is
	case c.Starts != "":
		return c.When + " starts with " + c.Starts
	}
	return c.When + " contains " + c.Contains
}
