package form_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"leadsite/functions/form"
)

// sound is a form without faults; each case of the test spoils one thing.
func sound() *form.Form {
	f := consultation()
	f.Notify = []string{"sales@example.com", form.Everyone}
	f.Fields[0].Autocomplete = "section-a shipping name"
	f.Route = []form.Route{{Condition: form.Condition{When: "size", Is: "50+"}, To: []string{"owner@example.com"}}}
	f.Confirmation = &form.Confirmation{Text: "We have it."}
	f.Webhooks = []form.Webhook{{URL: "https://hooks.example.com/leads", Secret: "CRM"}}
	f.Score = form.Score{Qualified: 50, Rules: []form.Rule{
		{Condition: form.Condition{When: "page", Starts: "/pricing/"}, Add: 20},
		{Condition: form.Condition{When: "days", Is: "mon"}, Add: 10},
		{Condition: form.Condition{When: "news", Is: "please"}, Add: -10},
		{Condition: form.Condition{When: "campaign", Contains: "fair"}, Add: 5},
		{Condition: form.Condition{When: "lang", Is: "de"}, Add: 5},
	}}
	return f
}

func TestCheckSound(t *testing.T) {
	if got := sound().Check(); got != nil {
		t.Errorf("faults in a sound form: %+v", got)
	}
	consultation := consultation()
	if got := consultation.Check(); got != nil {
		t.Errorf("faults in a form without rules: %+v", got)
	}
}

func TestCheckFaults(t *testing.T) {
	cases := map[string]func(f *form.Form){
		`name: a form cannot be named "Contact us"`:                              func(f *form.Form) { f.Name = "Contact us" },
		`success: the form has no success page`:                                  func(f *form.Form) { f.Success = "" },
		`success: "//evil.example" is not a page of this site`:                   func(f *form.Form) { f.Success = "//evil.example" },
		`notify.0: "Sales <sales@example.com>" is not an e-mail address`:         func(f *form.Form) { f.Notify[0] = "Sales <sales@example.com>" },
		`notify.1: "SALES@example.com" is in the list twice`:                     func(f *form.Form) { f.Notify[1] = "SALES@example.com" },
		`respond_within: nobody can respond before the lead is there`:            func(f *form.Form) { f.RespondWithin = form.Duration(-time.Hour) },
		`retention: leads can be kept 1 to 120 months`:                           func(f *form.Form) { f.Retention = 121 },
		`confirmation.text: the confirmation has no text`:                        func(f *form.Form) { f.Confirmation.Text = "\n" },
		`confirmation.subject: a subject has one line`:                           func(f *form.Form) { f.Confirmation.Subject = "a\nb" },
		`webhooks.0.url: "ftp://x.example/" is no address that leads can be`:     func(f *form.Form) { f.Webhooks[0].URL = "ftp://x.example/" },
		`webhooks.1.url: "https://hooks.example.com/leads" is in the list twice`: func(f *form.Form) { f.Webhooks = append(f.Webhooks, f.Webhooks[0]) },
		`webhooks.0.secret: "whsec_aa…" is not the name of a secret`:             func(f *form.Form) { f.Webhooks[0].Secret = "whsec_aabbcc" },
		`consent.text: the consent has no text`:                                  func(f *form.Form) { f.Consent.Text = " " },
		`fields: the form has no fields`:                                         func(f *form.Form) { *f = form.Form{Name: "a", Success: "/b/"} },
		`fields: a visitor could send 222 values, and a post may hold 200`:       manyOptions,
		`fields.0.name: the field has no name`:                                   func(f *form.Form) { f.Fields[0].Name = "" },
		`fields.0.name: "_name" is taken: names that begin with _ belong to the`: func(f *form.Form) { f.Fields[0].Name = "_name" },
		`fields.0.name: "consent" is taken: it means something of its own`:       func(f *form.Form) { f.Fields[0].Name = "consent" },
		`fields.0.name: "page" is taken`:                                         func(f *form.Form) { f.Fields[0].Name = "page" },
		`fields.0.name: a field cannot be named "your-name"`:                     func(f *form.Form) { f.Fields[0].Name = "your-name" },
		`fields.0.name: a field cannot be named "1st"`:                           func(f *form.Form) { f.Fields[0].Name = "1st" },
		`fields.1.name: there are two fields named "Name"`:                       func(f *form.Form) { f.Fields[1].Name = "Name" },
		`fields.0.type: there is no type "string"`:                               func(f *form.Form) { f.Fields[0].Type = "string" },
		`fields.0.label: the field has no label`:                                 func(f *form.Form) { f.Fields[0].Label = "" },
		`fields.13.required: a visitor cannot fill in a hidden field`:            func(f *form.Form) { f.Fields[13].Required = true },
		`fields.0.autocomplete: browsers do not know autocomplete "fullname"`:    func(f *form.Form) { f.Fields[0].Autocomplete = "fullname" },
		`fields.0.autocomplete: browsers do not know autocomplete "work name"`:   func(f *form.Form) { f.Fields[0].Autocomplete = "work name" },
		`fields.0.max: "many" is not a number of characters`:                     func(f *form.Form) { f.Fields[0].Max = "many" },
		`fields.0.max: "10001" is not a number of characters`:                    func(f *form.Form) { f.Fields[0].Max = "10001" },
		`fields.0.min: min 30 is over max 20`:                                    func(f *form.Form) { f.Fields[0].Min = "30" },
		`fields.4.min: "one" is not a number`:                                    func(f *form.Form) { f.Fields[4].Min = "one" },
		`fields.4.min: min 13 is over max 12`:                                    func(f *form.Form) { f.Fields[4].Min = "13" },
		`fields.4.step: "0" is not a number over 0`:                              func(f *form.Form) { f.Fields[4].Step = "0" },
		`fields.5.max: "2027" is not a date like 2026-11-30`:                     func(f *form.Form) { f.Fields[5].Max = "2027" },
		`fields.5.min: min 2028-01-01 is over max 2027-11-23`:                    func(f *form.Form) { f.Fields[5].Min = "2028-01-01" },
		`fields.6.options: a field of type radio needs options`:                  func(f *form.Form) { f.Fields[6].Options = nil; f.Fields[7].ShowWhen = nil },
		`fields.6.options.1.value: the option has no value`:                      spoilOption(form.Option{Label: "x"}),
		`fields.6.options.1.value: there are two options with the value "few"`:   spoilOption(form.Option{Value: "few", Label: "x"}),
		`fields.6.options.1.label: the option "x" has no label`:                  spoilOption(form.Option{Value: "x"}),
		`fields.6.options.1.value: the value " x" would not come back`:           spoilOption(form.Option{Value: " x", Label: "x"}),
		`fields.10.value: the value "\x00" would not come back`:                  func(f *form.Form) { f.Fields[10].Value = "\x00"; f.Score.Rules = nil },
		`fields.0.options: a field of type text has no options`:                  func(f *form.Form) { f.Fields[0].Options = f.Fields[6].Options },
		`fields.0.value: a field of type text has no value`:                      func(f *form.Form) { f.Fields[0].Value = "x" },
		`fields.0.rows: a field of type text has no rows`:                        func(f *form.Form) { f.Fields[0].Rows = 3 },
		`fields.0.step: a field of type text has no step`:                        func(f *form.Form) { f.Fields[0].Step = "3" },
		`fields.1.pattern: a field of type email has no pattern`:                 func(f *form.Form) { f.Fields[1].Pattern = "x" },
		`fields.6.min: a field of type radio has no min`:                         func(f *form.Form) { f.Fields[6].Min = "1" },
		`fields.12.rows: a textarea has at least one row`:                        func(f *form.Form) { f.Fields[12].Rows = -1 },
		`fields.11.pattern: the pattern cannot be read: missing closing ]`:       func(f *form.Form) { f.Fields[11].Pattern = "[a" },
		`fields.11.pattern: the pattern cannot be read: unexpected )`:            func(f *form.Form) { f.Fields[11].Pattern = "a)|(b" },
		`fields.7.show_when.when: there is no field "subject"`:                   spoilShowWhen(form.Condition{When: "subject", Is: "x"}),
		`fields.7.show_when.when: "other" does not come before this field`:       spoilShowWhen(form.Condition{When: "other", Is: "x"}),
		`fields.7.show_when.when: "message" does not come before this field`:     spoilShowWhen(form.Condition{When: "message", Is: "x"}),
		`fields.7.show_when.is: no value of "topic" fits "Other"`:                spoilShowWhen(form.Condition{When: "topic", Is: "Other"}),
		`fields.7.show_when.starts: no value of "topic" fits "x"`:                spoilShowWhen(form.Condition{When: "topic", Starts: "x"}),
		`fields.7.show_when: the condition compares with 2 values`:               spoilShowWhen(form.Condition{When: "topic", Is: "few", Starts: "f"}),
		`fields.7.show_when: the condition compares with 0 values`:               spoilShowWhen(form.Condition{When: "topic"}),
		`fields.7.show_when.is: "people" is a number, and "two" is none`:         spoilShowWhen(form.Condition{When: "people", Is: "two"}),
		`fields.7.show_when.is: "date" is a date, and "soon" is none`:            spoilShowWhen(form.Condition{When: "date", Is: "soon"}),
		`route.0.to: the rule leads to nobody`:                                   func(f *form.Form) { f.Route[0].To = nil },
		`route.0.to.0: "owner" is not an e-mail address`:                         func(f *form.Form) { f.Route[0].To[0] = "owner" },
		`route.0.is: no value of "size" fits "51+"`:                              func(f *form.Form) { f.Route[0].Is = "51+" },
		`score.qualified: a mark below zero qualifies everybody`:                 func(f *form.Form) { f.Score.Qualified = -1 },
		`score.rules.0.add: the rule adds nothing`:                               func(f *form.Form) { f.Score.Rules[0].Add = 0 },
		`score.rules.0.starts: the path of a page begins with a slash`:           func(f *form.Form) { f.Score.Rules[0].Starts = "pricing" },
		`score.rules.2.is: no value of "news" fits "yes"`:                        func(f *form.Form) { f.Score.Rules[2].Is = "yes" },
		`score.rules.1.when: there is no field "weekdays"`:                       func(f *form.Form) { f.Score.Rules[1].When = "weekdays" },
	}
	for want, spoil := range cases {
		f := sound()
		spoil(f)
		got := printed(f.Check())
		if len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// All mistakes of a form are told at once.
func TestCheckTellsAll(t *testing.T) {
	f := sound()
	f.Success, f.Fields[0].Type, f.Fields[3].Label, f.Route[0].To = "thanks", "txt", "", nil
	if got := printed(f.Check()); len(got) != 4 {
		t.Errorf("got %q", got)
	}
}

func printed(faults []form.Fault) []string {
	var out []string
	for _, fault := range faults {
		path := strings.Trim(strings.ReplaceAll(fmt.Sprint(fault.Path), " ", "."), "[]")
		out = append(out, path+": "+fault.Msg)
	}
	return out
}

func spoilOption(o form.Option) func(*form.Form) {
	return func(f *form.Form) {
		f.Fields[6].Options = slices.Clone(f.Fields[6].Options)
		f.Fields[6].Options[1] = o
		f.Fields[7].ShowWhen = nil
	}
}

func spoilShowWhen(c form.Condition) func(*form.Form) {
	return func(f *form.Form) { f.Fields[7].ShowWhen = &c }
}

func manyOptions(f *form.Form) {
	for i := range 196 {
		value := fmt.Sprint("day", i)
		f.Fields[9].Options = append(f.Fields[9].Options, form.Option{Value: value, Label: value})
	}
}
