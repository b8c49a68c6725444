package form

import (
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// ownInputs is how many inputs of its own a page adds to a form: the hidden ones, consent and honeypot.
const ownInputs = 9

func (f *Form) checkFields(fs *faults) {
	if len(f.Fields) == 0 {
		fs.add(at("fields"), "declare at least one, like {name: email, label: E-mail, type: email}", "the form has no fields")
	}
	values := ownInputs
	for i := range f.Fields {
		field, path := &f.Fields[i], at("fields", i)
		f.checkFieldName(fs, path, i)
		field.check(fs, path)
		if field.ShowWhen != nil {
			f.checkCondition(fs, under(path, "show_when"), *field.ShowWhen, i)
		}
		if values++; field.Type == Checkboxes {
			values += len(field.Options)
		}
	}
	if values > MaxFields {
		fs.add(at("fields"), "", "a visitor could send %d values, and a post may hold %d", values, MaxFields)
	}
}

// checkFieldName keeps hyphens out of names, because the ids in a page are made with them (contact-email-hint).
func (f *Form) checkFieldName(fs *faults, path []any, i int) {
	name, path := f.Fields[i].Name, under(path, "name")
	same := func(other Field) bool { return strings.EqualFold(other.Name, name) }
	switch {
	case name == "":
		fs.add(path, "", "the field has no name")
	case strings.HasPrefix(name, "_"):
		fs.add(path, "choose a name that does not begin with _", "%q is taken: names that begin with _ belong to the form itself", name)
	case slices.Contains([]string{ConsentName, "page", "campaign", "lang"}, name):
		fs.add(path, "choose another name", "%q is taken: it means something of its own in every form", name)
	case len(name) > maxName || strings.Trim(name, lettersAndDigits+"_") != "" || name[0] >= '0' && name[0] <= '9':
		fs.add(path, "use letters, digits and _, a letter first", "a field cannot be named %q", name)
	case slices.ContainsFunc(f.Fields[:i], same):
		fs.add(path, "", "there are two fields named %q", name)
	}
}

// check looks at everything in a field that does not depend on others.
func (f *Field) check(fs *faults, path []any) {
	if !slices.Contains(Types(), f.Type) {
		fs.add(under(path, "type"), "types are "+typeNames(), "there is no type %q", f.Type)
		return
	}
	if f.Label == "" && f.Type != Hidden {
		fs.add(under(path, "label"), "every field that is seen needs a label", "the field has no label")
	}
	if f.Required && f.Type == Hidden {
		fs.add(under(path, "required"), "", "a visitor cannot fill in a hidden field")
	}
	if !isAutocomplete(f.Autocomplete) {
		fs.add(under(path, "autocomplete"), "the HTML standard lists them: name, email, tel, organization, …", "browsers do not know autocomplete %q", f.Autocomplete)
	}
	f.checkLimits(fs, path)
	f.checkKeys(fs, path)
	f.checkOptions(fs, path)
}

func typeNames() string {
	names := make([]string, len(Types()))
	for i, t := range Types() {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// checkKeys finds keys that the field's type makes nothing of.
func (f *Field) checkKeys(fs *faults, path []any) {
	misplaced := func(key string, set bool, types ...Type) {
		if set && !slices.Contains(types, f.Type) {
			fs.add(under(path, key), "", "a field of type %s has no %s", f.Type, key)
		}
	}
	misplaced("min", f.Min != "", Text, Textarea, Email, Tel, URL, Number, Date)
	misplaced("max", f.Max != "", Text, Textarea, Email, Tel, URL, Number, Date)
	misplaced("step", f.Step != "", Number)
	misplaced("pattern", f.Pattern != "", Text, Tel, URL)
	misplaced("options", f.Options != nil, Select, Radio, Checkboxes)
	misplaced("value", f.Value != "", Hidden, Checkbox)
	misplaced("rows", f.Rows != 0, Textarea)
	if f.Rows < 0 {
		fs.add(under(path, "rows"), "", "a textarea has at least one row")
	}
	if hasOddCharacters(f.Value) || f.Value != trimmed(f.Value) {
		fs.add(under(path, "value"), "", "the value %q would not come back from a browser as it is", f.Value)
	}
	if _, err := wholePattern(f.Pattern); err != nil {
		fs.add(under(path, "pattern"), "patterns are written as in RE2, which has no look-around", "the pattern cannot be read: %s", patternError(err))
	}
}

// patternError is the reason alone: the pattern around it is known, and was wrapped.
func patternError(err error) string {
	if e, ok := err.(*syntax.Error); ok {
		return string(e.Code)
	}
	return err.Error()
}

// checkLimits looks at min, max and step.
func (f *Field) checkLimits(fs *faults, path []any) {
	switch {
	case f.countsRunes():
		checkRange(fs, path, f, "a number of characters, 0 to "+strconv.Itoa(MaxRunes), func(s string) bool {
			n, err := strconv.Atoi(s)
			return err == nil && n >= 0 && n <= MaxRunes
		})
	case f.Type == Number:
		isNumber := func(s string) bool { return number(s) != nil }
		checkRange(fs, path, f, "a number", isNumber)
		if f.Step != "" && (!isNumber(f.Step) || number(f.Step).Sign() <= 0) {
			fs.add(under(path, "step"), "", "%q is not a number over 0", f.Step)
		}
	case f.Type == Date:
		checkRange(fs, path, f, "a date like 2026-11-30", isDate)
	}
}

func checkRange(fs *faults, path []any, f *Field, what string, valid func(string) bool) {
	sound := true
	for _, limit := range []struct{ key, value string }{{"min", f.Min}, {"max", f.Max}} {
		if limit.value != "" && !valid(limit.value) {
			fs.add(under(path, limit.key), "", "%q is not %s", limit.value, what)
			sound = false
		}
	}
	if !sound || f.Min == "" || f.Max == "" {
		return
	}
	if f.Type == Date && f.Min > f.Max || f.Type != Date && number(f.Min).Cmp(number(f.Max)) > 0 {
		fs.add(under(path, "min"), "", "min %s is over max %s", f.Min, f.Max)
	}
}

func (f *Field) checkOptions(fs *faults, path []any) {
	if !slices.Contains([]Type{Select, Radio, Checkboxes}, f.Type) {
		return
	}
	if len(f.Options) == 0 {
		fs.add(under(path, "options"), "list what can be chosen", "a field of type %s needs options", f.Type)
	}
	for i, o := range f.Options {
		path := under(path, "options", i)
		same := func(other Option) bool { return other.Value == o.Value }
		switch {
		case o.Value == "":
			fs.add(under(path, "value"), "", "the option has no value")
		case hasOddCharacters(o.Value) || o.Value != trimmed(o.Value):
			fs.add(under(path, "value"), "", "the value %q would not come back from a browser as it is", o.Value)
		case len(o.Value) > MaxRunes:
			fs.add(under(path, "value"), "", "the option's value is too long")
		case slices.ContainsFunc(f.Options[:i], same):
			fs.add(under(path, "value"), "", "there are two options with the value %q", o.Value)
		case o.Label == "":
			fs.add(under(path, "label"), "", "the option %q has no label", o.Value)
		}
	}
}
