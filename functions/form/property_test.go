package form_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"leadsite/functions/form"
)

// wrongWith says in which way s is not fit to be kept, or "".
func wrongWith(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "not UTF-8"
	case !norm.NFC.IsNormalString(s):
		return "not composed"
	case strings.ContainsAny(s, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"):
		return "with a bidi character"
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return "with a control character"
	}
	return ""
}

// FuzzValidate: whatever is posted, nothing panics, and whatever is kept is valid, composed UTF-8 without control or
// bidi characters, within the limits, and stays as it is when it is posted again.
func FuzzValidate(f *testing.F) {
	f.Add("name=Ada&email=ada%40example.com&consent=yes")
	f.Add("name=%00%ff%e2%80%ae&people=1e99&days=mon&days=tue&_page=//x&_query=%zz")
	f.Add("topic=other&other=e%cc%81&message=a%0d%0ab&colour=%ed%a0%80&news=on&phone=%2b1+23456")
	f.Fuzz(func(t *testing.T, body string) {
		posted, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		declared := consultation()
		s := declared.Parse(posted)
		strict, _ := declared.Validate(s)
		lenient, problems := declared.ValidateOther(s)
		for _, p := range problems {
			if form.Message(nil, p) == "" {
				t.Errorf("no words for %+v", p)
			}
		}
		checkKept(t, s, strict, lenient)
		checkStable(t, declared, strict)
	})
}

func checkKept(t *testing.T, s form.Submission, all ...form.Values) {
	kept := []string{s.Meta.Page, s.Meta.Lang, s.Meta.Schema, s.Meta.ID, s.Meta.Token, s.Meta.Query, s.Meta.Referrer, s.Meta.Param("utm_source")}
	for name, value := range s.Extra {
		kept = append(kept, name, value)
	}
	for _, values := range all {
		for _, v := range values {
			kept = append(append(kept, v.Text), v.List...)
		}
	}
	for _, text := range kept {
		if wrong := wrongWith(text); wrong != "" {
			t.Errorf("%q is kept: %s", text, wrong)
		}
		if utf8.RuneCountInString(text) > form.MaxRunes {
			t.Errorf("%d runes are kept", utf8.RuneCountInString(text))
		}
	}
}

// checkStable posts what was kept once more: the values must not drift from retry to retry.
func checkStable(t *testing.T, f *form.Form, values form.Values) {
	again := url.Values{}
	for name, v := range values {
		again[name] = v.List
		if v.List == nil {
			again[name] = []string{v.Text}
		}
	}
	second, _ := f.Validate(f.Parse(again))
	for name, v := range values {
		if got := second[name]; got.Text != v.Text || !slices.Equal(got.List, v.List) {
			t.Errorf("%s: kept as %q, and as %q when posted again", name, v, got)
		}
	}
}

func TestCleanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "in") + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		lines := rapid.Bool().Draw(t, "lines")
		out := form.Clean(in, lines)
		if wrong := wrongWith(out); wrong != "" {
			t.Fatalf("%q: %s", out, wrong)
		}
		if !lines && strings.ContainsAny(out, "\n\t") {
			t.Fatalf("%q has lines", out)
		}
		if again := form.Clean(out, lines); again != out {
			t.Fatalf("%q, cleaned again %q", out, again)
		}
	})
}

func TestAddressProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringMatching(`[a-zé.+'"@ ]{1,12}@[a-zA-Zü0-9.\-]{1,12}`).Draw(t, "in")
		address, ok := form.Address(in)
		if !ok {
			return
		}
		if again, ok := form.Address(address); !ok || again != address {
			t.Fatalf("%q is %q, and then %q, %v", in, address, again, ok)
		}
		if strings.Count(address, "@") != 1 || strings.ContainsAny(address, " \"<>,;\r\n") {
			t.Fatalf("%q passes as %q", in, address)
		}
	})
}

// Where a path leads is asked of Go's own resolver: a browser on the site must stay on it.
func TestLocalPathProperties(t *testing.T) {
	site := &url.URL{Scheme: "https", Host: "www.example.com", Path: "/"}
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringMatching(`/?[/\\a-z.:%@0-9?#\t ]{0,12}`).Draw(t, "in")
		if !form.LocalPath(in) {
			return
		}
		u, err := site.Parse(in)
		if err != nil || u.Host != site.Host || u.Scheme != site.Scheme || strings.HasPrefix(u.Path, "//") {
			t.Fatalf("%q leads to %v, %v", in, u, err)
		}
	})
}
