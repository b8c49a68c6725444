package form

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one mistake in a declaration. Path says where, as a YAML file is nested: "fields", 2, "type". Its last
// part may be a key that the author left out.
type Fault struct {
	Path []any // keys (string) and places in lists (int, from 0)
	Msg  string
	Hint string // what to do; "" when Msg says it
}

// faults collects what Check finds.
type faults []Fault

func (fs *faults) add(path []any, hint, format string, args ...any) {
	*fs = append(*fs, Fault{Path: path, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// at is a path, and under one that goes on from another.
func at(parts ...any) []any                { return parts }
func under(path []any, parts ...any) []any { return append(slices.Clone(path), parts...) }

// Check says what is wrong with the declaration itself, all of it at once, in the order of the fields. A form without
// faults can be shown, validated, scored and routed.
func (f *Form) Check() []Fault {
	var fs faults
	if !isFormName(f.Name) {
		fs.add(at("name"), "use lower-case letters, digits and hyphens", "a form cannot be named %q", f.Name)
	}
	f.checkSuccess(&fs)
	checkRecipients(&fs, at("notify"), f.Notify)
	f.checkFields(&fs)
	f.checkConsent(&fs)
	f.checkRoutes(&fs)
	f.checkScore(&fs)
	f.checkConfirmation(&fs)
	f.checkWebhooks(&fs)
	if f.RespondWithin < 0 {
		fs.add(at("respond_within"), "", "nobody can respond before the lead is there")
	}
	if f.Retention < 0 || f.Retention > maxRetention {
		fs.add(at("retention"), "", "leads can be kept 1 to %d months", maxRetention)
	}
	return fs
}

// maxRetention is how many months a form may keep its leads: ten years, longer than books are kept.
const maxRetention = 120

func isFormName(s string) bool {
	return s != "" && len(s) <= maxName && s[0] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func (f *Form) checkSuccess(fs *faults) {
	switch {
	case f.Success == "":
		fs.add(at("success"), "name the page that thanks the visitor: success: /thanks/", "the form has no success page")
	case !LocalPath(f.Success):
		fs.add(at("success"), "write a path of this site, like /thanks/", "%q is not a page of this site", f.Success)
	}
}

// Everyone in a list of recipients stands for all people of the site.
const Everyone = "everyone"

func checkRecipients(fs *faults, path []any, list []string) {
	for i, to := range list {
		_, ok := Address(to)
		switch {
		case to != Everyone && !ok:
			fs.add(under(path, i), "write a bare address like sales@example.com, or everyone", "%q is not an e-mail address", to)
		case slices.ContainsFunc(list[:i], func(s string) bool { return strings.EqualFold(s, to) }):
			fs.add(under(path, i), "", "%q is in the list twice", to)
		}
	}
}

func (f *Form) checkConsent(fs *faults) {
	if f.Consent != nil && blank(f.Consent.Text) {
		fs.add(at("consent", "text"), "write what the visitor agrees to", "the consent has no text")
	}
}

func (f *Form) checkRoutes(fs *faults) {
	for i, r := range f.Route {
		f.checkCondition(fs, at("route", i), r.Condition, len(f.Fields))
		if len(r.To) == 0 {
			fs.add(at("route", i, "to"), "list the addresses, the owner first", "the rule leads to nobody")
		}
		checkRecipients(fs, at("route", i, "to"), r.To)
	}
}

func (f *Form) checkScore(fs *faults) {
	if f.Score.Qualified < 0 {
		fs.add(at("score", "qualified"), "", "a mark below zero qualifies everybody")
	}
	for i, r := range f.Score.Rules {
		f.checkCondition(fs, at("score", "rules", i), r.Condition, len(f.Fields))
		if r.Add == 0 {
			fs.add(at("score", "rules", i, "add"), "give points, like add: 20", "the rule adds nothing")
		}
	}
}

// checkCondition looks at a condition that may ask for page, campaign, lang and the first n fields.
func (f *Form) checkCondition(fs *faults, path []any, c Condition, n int) {
	set := 0
	for _, s := range []string{c.Is, c.Starts, c.Contains} {
		if s != "" {
			set++
		}
	}
	if set != 1 {
		fs.add(path, "write one of is, starts and contains", "the condition compares with %d values", set)
		return
	}
	i := slices.IndexFunc(f.Fields, func(field Field) bool { return field.Name == c.When })
	switch {
	case c.When == "page":
		checkPageCondition(fs, path, c)
	case c.When == "campaign", c.When == "lang":
	case i < 0:
		fs.add(under(path, "when"), "fields are "+strings.Join(f.names(), ", ")+"; page, campaign and lang can be asked for too", "there is no field %q", c.When)
	case i >= n:
		fs.add(under(path, "when"), "move that field up: what a visitor sees may depend only on what was asked before", "%q does not come before this field", c.When)
	default:
		f.Fields[i].checkPossible(fs, path, c)
	}
}

func checkPageCondition(fs *faults, path []any, c Condition) {
	if s := c.Is + c.Starts; s != "" && !strings.HasPrefix(s, "/") {
		fs.add(under(path, c.operator()), "write it like /pricing/", "the path of a page begins with a slash, %q does not", s)
	}
}

// checkPossible finds a condition on the field that can never hold.
func (f *Field) checkPossible(fs *faults, path []any, c Condition) {
	path = under(path, c.operator())
	switch values := f.possible(); {
	case values != nil && !slices.ContainsFunc(values, c.test):
		fs.add(path, "its values are "+strings.Join(values, ", "), "no value of %q fits %q", f.Name, c.Is+c.Starts+c.Contains)
	case f.Type == Number && c.Is != "" && number(c.Is) == nil:
		fs.add(path, "", "%q is a number, and %q is none", f.Name, c.Is)
	case f.Type == Date && c.Is != "" && !isDate(c.Is):
		fs.add(path, "write it like 2026-11-30", "%q is a date, and %q is none", f.Name, c.Is)
	}
}

// possible lists the values a field can have, when these are few.
func (f *Field) possible() []string {
	switch f.Type {
	case Checkbox:
		return []string{f.checkedValue()}
	case Select, Radio, Checkboxes:
		values := make([]string, len(f.Options))
		for i, o := range f.Options {
			values[i] = o.Value
		}
		return values
	}
	return nil
}

// operator is the key under which the author wrote what to compare with.
func (c Condition) operator() string {
	switch {
	case c.Is != "":
		return "is"
	case c.Starts != "":
		return "starts"
	}
	return "contains"
}

func (f *Form) names() []string {
	names := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		names[i] = field.Name
	}
	return names
}
