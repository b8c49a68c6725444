package form_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"leadsite/functions/form"
)

// vectorLines gives the lines of a testdata file that are neither blank nor comments.
func vectorLines(t *testing.T, path string) []string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lines []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if line := scanner.Text(); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		t.Fatalf("%s holds no case", path)
	}
	return lines
}

func unquote(t *testing.T, quoted string) string {
	t.Helper()
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		t.Fatalf("%s: %v", quoted, err)
	}
	return s
}

// testYesNo runs a yes-or-no question over a file of vectors.
func testYesNo(t *testing.T, path string, ask func(string) bool) {
	for _, line := range vectorLines(t, path) {
		cells := strings.Split(line, "\t")
		in := unquote(t, cells[1])
		if got, want := ask(in), cells[0] == "yes"; got != want {
			t.Errorf("%q: got %v, want %v (%s)", in, got, want, cells[len(cells)-1])
		}
	}
}

func TestAddressVectors(t *testing.T) {
	testYesNo(t, "testdata/email.txt", func(s string) bool { _, ok := form.Address(s); return ok })
}

func TestEmailFieldVectors(t *testing.T) {
	f := form.Form{Name: "contact", Fields: []form.Field{{Name: "email", Label: "E-mail", Type: form.Email, Required: true}}}
	testYesNo(t, "testdata/email.txt", func(s string) bool {
		_, problems := f.Validate(f.Parse(map[string][]string{"email": {s}}))
		return len(problems) == 0
	})
}

func TestLocalPathVectors(t *testing.T) {
	testYesNo(t, "testdata/redirect.txt", form.LocalPath)
}

func TestAddressNormalises(t *testing.T) {
	for in, want := range map[string]string{
		" Ada@Example.COM\u00a0":      "Ada@example.com",
		"mu\u0308ller@BÜCHER.example": "müller@bücher.example",
	} {
		if got, ok := form.Address(in); !ok || got != want {
			t.Errorf("%q: got %q, %v, want %q", in, got, ok, want)
		}
	}
}

// Hostile values of a textarea stay what they are: what is stripped is written out here, character by character.
func TestHostileVectors(t *testing.T) {
	f := form.Form{Name: "contact", Fields: []form.Field{{Name: "message", Label: "Message", Type: form.Textarea}}}
	strip := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "", "\x01", "", "\x02", "", "\x7f", "", "\u009b", "",
		"\u202e", "", "\u2066", "", "\u2069", "", "\u061c", "", "\u200e", "", "\u200f", "", "e\u0301", "é")
	for _, line := range vectorLines(t, "testdata/hostile.txt") {
		in := unquote(t, line)
		values, problems := f.Validate(f.Parse(map[string][]string{"message": {in}}))
		if len(problems) != 0 {
			t.Errorf("%q: refused: %v", in, problems)
		}
		if got, want := values["message"].Text, strip.Replace(in); got != want {
			t.Errorf("%q: kept as %q, want %q", in, got, want)
		}
	}
}
