package desk

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestGermanIsWhole: the theme says in German whatever the pages say in words.
func TestGermanIsWhole(t *testing.T) {
	data, err := os.ReadFile("../../themes/default/i18n/de.yaml")
	if err != nil {
		t.Fatal(err)
	}
	german, values := "\n"+string(data), regexp.MustCompile(`\{\w+\}`)
	for key, text := range english() {
		inWords := strings.ContainsFunc(values.ReplaceAllString(text, ""), func(r rune) bool { return r >= 'A' })
		if inWords && !strings.Contains(german, "\n"+key+":") {
			t.Errorf("de.yaml lacks %s: %s", key, text)
		}
	}
}
