package form

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"
)

// Schema is the first 8 hexadecimal digits of a SHA-256 over what decides whether a submission is right: each field's
// name, type, required, limits, options' values and show_when, and the text of the consent. Labels and hints may be
// reworded or translated without changing it; the consent's words may not, because they are what a visitor agrees to.
//
// A page carries it in _schema, so that a submission from a page of an older build can be told apart.
func (f *Form) Schema() string {
	h := sha256.New()
	write(h, "leadsite schema v1", strconv.Itoa(len(f.Fields)))
	for i := range f.Fields {
		f.Fields[i].writeSchema(h)
	}
	if f.Consent != nil {
		write(h, "consent", strconv.FormatBool(f.Consent.Required), f.Consent.SHA256())
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

func (f *Field) writeSchema(h hash.Hash) {
	write(h, f.Name, string(f.Type), strconv.FormatBool(f.Required), f.Min, f.Max, f.Step, f.Pattern)
	if f.Type == Checkbox {
		write(h, f.checkedValue())
	}
	write(h, strconv.Itoa(len(f.Options)))
	for _, o := range f.Options {
		write(h, o.Value)
	}
	if c := f.ShowWhen; c != nil {
		write(h, "show_when", c.When, c.Is, c.Starts, c.Contains)
	}
}

// write hashes each part with its length before it, so that no two lists of parts look the same.
func write(h hash.Hash, parts ...string) {
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
}

// SHA256 is the hash of the exact text, in hexadecimal digits. It is kept with the lead, to say what was agreed to.
func (c *Consent) SHA256() string {
	sum := sha256.Sum256([]byte(c.Text))
	return hex.EncodeToString(sum[:])
}

// Names with a meaning of their own.
const (
	ConsentName  = "consent"   // the control of Form.Consent
	PageName     = "_page"     // path of the page that shows the form
	LangName     = "_lang"     // the form's language
	SchemaName   = "_schema"   // Form.Schema of the page
	IDName       = "_id"       // the script's UUID
	TokenName    = "_token"    // the answer to a challenge
	QueryName    = "_query"    // the page's own query
	ReferrerName = "_referrer" // where the visitor came from
	TouchName    = "_touch"    // "session": query and referrer are those of the tab's first page
)

// Honeypot is the name of the input that only a robot fills: NAME_website, with a number behind it when a field has
// that name.
func (f *Form) Honeypot() string {
	name := f.Name + "_website"
	for n := 2; f.Field(name) != nil; n++ {
		name = f.Name + "_website" + strconv.Itoa(n)
	}
	return name
}

// Field finds a declared field. Nil: there is none of that name.
func (f *Form) Field(name string) *Field {
	i := slices.IndexFunc(f.Fields, func(field Field) bool { return field.Name == name })
	if i < 0 {
		return nil
	}
	return &f.Fields[i]
}

// ControlID is the id of a field's control (or the consent's) on the page that shows the form again: "contact-email",
// and for a group of choices that of the first, "contact-topic-1". Summaries link to it.
func (f *Form) ControlID(name string) string {
	id := f.Name + "-" + name
	if field := f.Field(name); field != nil && (field.Type == Radio || field.Type == Checkboxes) {
		id += "-1"
	}
	return id
}

// checkedValue is what a checkbox sends while it is ticked.
func (f *Field) checkedValue() string {
	if f.Value == "" {
		return "yes"
	}
	return f.Value
}
