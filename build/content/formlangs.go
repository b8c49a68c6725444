package content

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"leadsite/functions/form"
)

// translation is a form's overlay, NAME.de.yaml: its words in another language. Everything else is said once, in
// NAME.yaml, and cannot be said here.
type translation struct {
	title, submit, note, success, consent string
	confirmation                          form.Confirmation
	fields                                map[string]fieldWords
}

// fieldWords are what people read of a field.
type fieldWords struct {
	label, hint, placeholder string
	options                  map[string]string // labels by value
}

var translationKeys = keys[translation]{
	"title":        text(func(t *translation) *string { return &t.title }),
	"submit":       text(func(t *translation) *string { return &t.submit }),
	"note":         text(func(t *translation) *string { return &t.note }),
	"success":      text(func(t *translation) *string { return &t.success }),
	"consent":      part(consentWordKeys, func(t *translation) *translation { return t }),
	"confirmation": part(confirmationKeys, func(t *translation) *form.Confirmation { return &t.confirmation }),
	"fields":       translatedFields,
}

var consentWordKeys = keys[translation]{
	"text": text(func(t *translation) *string { return &t.consent }),
}

var fieldWordKeys = keys[fieldWords]{
	"label":       text(func(f *fieldWords) *string { return &f.label }),
	"hint":        text(func(f *fieldWords) *string { return &f.hint }),
	"placeholder": text(func(f *fieldWords) *string { return &f.placeholder }),
	"options":     func(f *fieldWords, v Value) { f.options = v.textMap() },
}

func translatedFields(t *translation, v Value) {
	t.fields = make(map[string]fieldWords)
	for _, p := range v.Pairs() {
		var words fieldWords
		fieldWordKeys.read(&words, p.Value, nil)
		t.fields[p.Key] = words
	}
}

// FormIn is a form in a language: its translation, or as it is declared where there is none that can be read. Nil: no
// such form.
func (t *Tree) FormIn(name, lang string) *Form {
	f := t.Forms[name]
	if f == nil {
		return nil
	}
	if translated := f.Langs[lang]; translated != nil && !translated.Torn {
		return translated
	}
	return f
}

// formLang is the language in the name of a form's file, "contact.de"; "" when there is none.
func formLang(name string) (base, lang string) {
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext), strings.TrimPrefix(ext, ".")
}

// loadTranslations reads the overlays of forms. A form that is torn can be held against nothing.
func loadTranslations(source fs.FS, files []string, forms map[string]*Form, config *Config, problems *Problems) {
	for _, file := range files {
		name, lang := formLang(strings.TrimSuffix(path.Base(file), path.Ext(file)))
		base := forms[name]
		pos := Pos{File: file}
		switch {
		case config.Torn:
		case lang == config.Lang:
			problems.Add(pos.Errorf("say it in content/forms/"+name+".yaml", "%q is the site's first language, in which the form itself is written", lang))
		case !slices.Contains(config.Langs, lang):
			problems.Add(pos.Errorf("add it to site.yaml as langs: {"+lang+": {}}, or rename the file", "the site has no language %q", lang))
		case base == nil:
			problems.Add(pos.Errorf(DidYouMean(name, slices.Collect(maps.Keys(forms))), "there is no form %q that this could translate", name))
		case base.Langs[lang] != nil:
			problems.Add(pos.Errorf("delete one of them", "%s is the same translation", base.Langs[lang].File))
		case !base.Torn:
			base.Langs[lang] = loadTranslation(source, file, lang, base, problems)
		}
	}
}

// loadTranslation lays the words of an overlay over a form.
func loadTranslation(source fs.FS, file, lang string, base *Form, problems *Problems) *Form {
	data, problem := readText(source, file)
	if problem != nil {
		problems.Add(problem)
		return tornForm(file)
	}
	v, ok := parseYAML(newDocument(file, 0, data, problems), data)
	if !ok {
		return tornForm(file)
	}
	var t translation
	translationKeys.read(&t, v, nil)
	out := &Form{Form: base.Form, File: file, At: v.At}
	out.Lang = lang
	o := overlayer{base: base, out: out, problems: problems}
	o.lay(t)
	return out
}

// overlayer puts the words of a translation into a form, and notes what it lacks.
type overlayer struct {
	base, out *Form
	problems  *Problems
	lacking   []string
}

func (o *overlayer) lay(t translation) {
	o.text("title", &o.out.Title, t.title)
	o.text("submit", &o.out.Submit, t.submit)
	o.text("note", &o.out.Note, t.note)
	o.success(t.success)
	o.consent(t.consent)
	o.confirmation(t.confirmation)
	o.out.Fields = slices.Clone(o.base.Fields)
	for i := range o.out.Fields {
		f := &o.out.Fields[i]
		if f.Type != form.Hidden {
			o.field(f, t.fields[f.Name])
		}
	}
	o.unknownFields(t)
	if len(o.lacking) > 0 {
		o.problems.Warn(Pos{File: o.out.File}.Errorf("translate them", "%s has words that are not translated: %s", o.base.File, strings.Join(o.lacking, ", ")))
	}
}

// text takes a translated text, and notes one that is lacking: a text without letters needs no translation.
func (o *overlayer) text(name string, into *string, translated string) {
	if translated == "" && strings.ContainsFunc(*into, unicode.IsLetter) {
		o.lacking = append(o.lacking, name)
	}
	over(into, translated)
}

// success takes the page that comes next, if the translation has one of its own.
func (o *overlayer) success(to string) {
	if to == "" {
		return
	}
	o.out.Success = to
	for _, fault := range o.out.Check() {
		if len(fault.Path) > 0 && fault.Path[0] == "success" {
			o.problems.Add(o.out.At("success").Errorf(fault.Hint, "%s", fault.Msg))
		}
	}
}

func (o *overlayer) consent(text string) {
	switch {
	case o.base.Consent != nil:
		c := *o.base.Consent
		o.text("consent", &c.Text, text)
		o.out.Consent = &c
	case text != "":
		o.problems.Add(o.out.At("consent").Errorf("delete it, or add consent: to "+o.base.File, "the form %q asks for no consent", o.base.Name))
	}
}

func (o *overlayer) confirmation(translated form.Confirmation) {
	switch {
	case o.base.Confirmation != nil:
		c := *o.base.Confirmation
		o.text("confirmation.subject", &c.Subject, translated.Subject)
		o.text("confirmation.text", &c.Text, translated.Text)
		o.out.Confirmation = &c
	case translated != form.Confirmation{}:
		o.problems.Add(o.out.At("confirmation").Errorf("delete it, or add confirmation: to "+o.base.File, "the form %q sends no confirmation", o.base.Name))
	}
}

func (o *overlayer) field(f *form.Field, words fieldWords) {
	at := "fields." + f.Name + "."
	o.text(at+"label", &f.Label, words.label)
	o.text(at+"hint", &f.Hint, words.hint)
	over(&f.Placeholder, words.placeholder)
	f.Options = slices.Clone(f.Options)
	values := make([]string, len(f.Options))
	for i := range f.Options {
		option := &f.Options[i]
		values[i] = option.Value
		o.text(at+"options."+option.Value, &option.Label, words.options[option.Value])
	}
	for _, value := range slices.Sorted(maps.Keys(words.options)) {
		if !slices.Contains(values, value) {
			o.problems.Add(o.out.At("fields", f.Name, "options", value).Errorf(DidYouMean(value, values), "the field %q has no option %q in %s", f.Name, value, o.base.File))
		}
	}
}

// unknownFields finds words for fields that the form does not have.
func (o *overlayer) unknownFields(t translation) {
	var known []string
	for _, f := range o.base.Fields {
		known = append(known, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(t.fields)) {
		if !slices.Contains(known, name) {
			o.problems.Add(o.out.At("fields", name).Errorf(DidYouMean(name, known), "there is no field %q in %s", name, o.base.File))
		}
	}
}
