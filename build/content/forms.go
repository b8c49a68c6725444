package content

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"leadsite/functions/form"
)

// formKeys are the keys of a form's file.
var formKeys = keys[form.Form]{
	"title":          text(func(f *form.Form) *string { return &f.Title }),
	"submit":         text(func(f *form.Form) *string { return &f.Submit }),
	"note":           text(func(f *form.Form) *string { return &f.Note }),
	"success":        text(func(f *form.Form) *string { return &f.Success }),
	"notify":         texts(func(f *form.Form) *[]string { return &f.Notify }),
	"route":          list(routeKeys, func(f *form.Form) *[]form.Route { return &f.Route }),
	"fields":         list(fieldKeys, func(f *form.Form) *[]form.Field { return &f.Fields }),
	"consent":        consent,
	"score":          part(scoreKeys, func(f *form.Form) *form.Score { return &f.Score }),
	"respond_within": func(f *form.Form, v Value) { f.RespondWithin = v.Duration() },
	"retention":      func(f *form.Form, v Value) { f.Retention = v.Months() },
	"confirmation":   confirmation,
	"webhooks":       list(webhookKeys, func(f *form.Form) *[]form.Webhook { return &f.Webhooks }),
}

var confirmationKeys = keys[form.Confirmation]{
	"subject": text(func(c *form.Confirmation) *string { return &c.Subject }),
	"text":    text(func(c *form.Confirmation) *string { return &c.Text }),
}

var webhookKeys = keys[form.Webhook]{
	"url":    text(func(w *form.Webhook) *string { return &w.URL }),
	"secret": text(func(w *form.Webhook) *string { return &w.Secret }),
}

var fieldKeys = keys[form.Field]{
	"name":         text(func(f *form.Field) *string { return &f.Name }),
	"label":        text(func(f *form.Field) *string { return &f.Label }),
	"type":         fieldType,
	"required":     boolean(func(f *form.Field) *bool { return &f.Required }),
	"hint":         text(func(f *form.Field) *string { return &f.Hint }),
	"placeholder":  text(func(f *form.Field) *string { return &f.Placeholder }),
	"autocomplete": text(func(f *form.Field) *string { return &f.Autocomplete }),
	"min":          text(func(f *form.Field) *string { return &f.Min }),
	"max":          text(func(f *form.Field) *string { return &f.Max }),
	"step":         text(func(f *form.Field) *string { return &f.Step }),
	"pattern":      text(func(f *form.Field) *string { return &f.Pattern }),
	"options":      options,
	"value":        text(func(f *form.Field) *string { return &f.Value }),
	"rows":         whole(func(f *form.Field) *int { return &f.Rows }),
	"show_when":    showWhen,
}

var optionKeys = keys[form.Option]{
	"value": text(func(o *form.Option) *string { return &o.Value }),
	"label": text(func(o *form.Option) *string { return &o.Label }),
}

var consentKeys = keys[form.Consent]{
	"text":     text(func(c *form.Consent) *string { return &c.Text }),
	"required": boolean(func(c *form.Consent) *bool { return &c.Required }),
	"version":  text(func(c *form.Consent) *string { return &c.Version }),
}

var scoreKeys = keys[form.Score]{
	"qualified": whole(func(s *form.Score) *int { return &s.Qualified }),
	"rules":     list(ruleKeys, func(s *form.Score) *[]form.Rule { return &s.Rules }),
}

var (
	conditionKeys = conditional(func(c *form.Condition) *form.Condition { return c }, nil)
	ruleKeys      = conditional(func(r *form.Rule) *form.Condition { return &r.Condition }, keys[form.Rule]{
		"add": whole(func(r *form.Rule) *int { return &r.Add }),
	})
	routeKeys = conditional(func(r *form.Route) *form.Condition { return &r.Condition }, keys[form.Route]{
		"to": texts(func(r *form.Route) *[]string { return &r.To }),
	})
)

// conditional are the keys of a condition, and those of what depends on it.
func conditional[T any](condition func(*T) *form.Condition, more keys[T]) keys[T] {
	all := keys[T]{
		"when":     text(func(t *T) *string { return &condition(t).When }),
		"is":       text(func(t *T) *string { return &condition(t).Is }),
		"starts":   text(func(t *T) *string { return &condition(t).Starts }),
		"contains": text(func(t *T) *string { return &condition(t).Contains }),
	}
	maps.Copy(all, more)
	return all
}

func fieldType(f *form.Field, v Value) {
	var words []string
	for _, t := range form.Types() {
		words = append(words, string(t))
	}
	f.Type = form.Type(v.OneOf(words...))
}

// options may be plain texts, which are value and label in one.
func options(f *form.Field, v Value) {
	for _, item := range v.Items() {
		var option form.Option
		if item.IsMap() {
			optionKeys.read(&option, item, nil)
		} else {
			option.Value = item.Text()
		}
		if option.Label == "" {
			option.Label = option.Value
		}
		f.Options = append(f.Options, option)
	}
}

func consent(f *form.Form, v Value) {
	f.Consent = new(form.Consent)
	consentKeys.read(f.Consent, v, nil)
}

func confirmation(f *form.Form, v Value) {
	f.Confirmation = new(form.Confirmation)
	confirmationKeys.read(f.Confirmation, v, nil)
}

func showWhen(f *form.Field, v Value) {
	f.ShowWhen = new(form.Condition)
	conditionKeys.read(f.ShowWhen, v, nil)
}

// loadForms reads content/forms: one form from each file, or its words in another language (NAME.de.yaml).
func loadForms(source fs.FS, files []string, config *Config, problems *Problems) map[string]*Form {
	forms := make(map[string]*Form)
	var translations []string
	for _, file := range files {
		name, ext := path.Base(file), path.Ext(file)
		name = strings.TrimSuffix(name, ext)
		switch other := forms[name]; {
		case ext != ".yaml" && ext != ".yml" || path.Dir(file) != Root+"/forms":
			problems.Add(Pos{File: file}.Errorf("name it content/forms/NAME.yaml, or move it elsewhere", "this is not a form"))
		case strings.Contains(name, "."):
			translations = append(translations, file)
		case other != nil:
			problems.Add(Pos{File: file}.Errorf("delete one of them", "%s is the same form", other.File))
		default:
			f := loadForm(source, file, config, problems)
			f.Name, forms[name] = name, f
		}
	}
	loadTranslations(source, translations, forms, config, problems)
	return forms
}

// loadForm reads one form. It is torn when the file cannot be read, or is no YAML.
func loadForm(source fs.FS, file string, config *Config, problems *Problems) *Form {
	data, problem := readText(source, file)
	if problem != nil {
		problems.Add(problem)
		return tornForm(file)
	}
	var found Problems
	v, ok := parseYAML(newDocument(file, 0, data, &found), data)
	f := &Form{File: file, At: v.At, Langs: make(map[string]*Form)}
	if ok {
		f.Name, f.Lang = strings.TrimSuffix(path.Base(file), path.Ext(file)), config.Lang
		formKeys.read(&f.Form, v, nil)
	}
	if ok {
		f.checkFaults(&found)
		f.checkPeople(config, &found)
	}
	problems.Add(found.errors...)
	problems.Warn(found.warnings...)
	if !ok {
		return tornForm(file)
	}
	return f
}

func tornForm(file string) *Form {
	return &Form{File: file, Torn: true, At: func(...any) Pos { return Pos{File: file} }}
}

// checkFaults says what is wrong with the declaration as a whole. A field in which something could not be read is not
// blamed for what it therefore lacks.
func (f *Form) checkFaults(problems *Problems) {
	read := problems.errors
	for _, fault := range f.Check() {
		from, to := f.lines(fault.Path)
		if !slices.ContainsFunc(read, func(e *Error) bool { return from <= e.Line && e.Line < to }) {
			problems.Add(f.At(fault.Path...).Errorf(fault.Hint, "%s", fault.Msg))
		}
	}
}

// lines are the first line of the part of the declaration that a path leads into, and the one after its last: of a
// field, its own; otherwise of the key.
func (f *Form) lines(path []any) (from, to int) {
	if len(path) < 2 || path[0] != "fields" {
		line := f.At(path...).Line
		return line, line + 1
	}
	i, _ := path[1].(int)
	from = f.At("fields", i).Line
	if i+1 < len(f.Fields) {
		return from, max(from+1, f.At("fields", i+1).Line)
	}
	return from, max(from, f.At(path...).Line) + 1
}

// checkPeople wants somebody to be told of what the form brings.
func (f *Form) checkPeople(config *Config, problems *Problems) {
	if len(config.People) > 0 {
		return
	}
	if len(f.Notify) == 0 && len(f.Route) == 0 {
		problems.Warn(Pos{File: f.File}.Errorf("add notify: [sales@example.com], or people: to site.yaml", "nobody is told when this form is sent"))
	}
	if slices.Contains(f.Notify, form.Everyone) {
		problems.Add(f.At("notify").Errorf("list the people under people: in site.yaml", "everyone is to be told, and site.yaml names nobody"))
	}
}

// FormNames are the names of the forms, in the order of the alphabet.
func (t *Tree) FormNames() []string {
	return slices.Sorted(maps.Keys(t.Forms))
}
