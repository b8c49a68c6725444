package form

import (
	"slices"
	"strings"
)

// isAutocomplete says whether s is what the HTML standard allows in an autocomplete attribute ("Autofill detail
// tokens"): on, off, or an optional section, an optional shipping or billing, an optional kind of contact, and a field.
func isAutocomplete(s string) bool {
	if s == "" || s == "on" || s == "off" {
		return true
	}
	tokens := strings.Fields(s)
	if len(tokens) > 1 && strings.HasPrefix(tokens[0], "section-") {
		tokens = tokens[1:]
	}
	if len(tokens) > 1 && (tokens[0] == "shipping" || tokens[0] == "billing") {
		tokens = tokens[1:]
	}
	if len(tokens) == 2 && slices.Contains(strings.Fields("home work mobile fax pager"), tokens[0]) {
		return slices.Contains(strings.Fields(contactFields), tokens[1])
	}
	return len(tokens) == 1 && slices.Contains(strings.Fields(contactFields+" "+otherFields), tokens[0])
}

// The standard's field names: those of which a person has several kinds, and all others.
const (
	contactFields = `tel tel-country-code tel-national tel-area-code tel-local tel-local-prefix tel-local-suffix
		tel-extension email impp`
	otherFields = `name honorific-prefix given-name additional-name family-name honorific-suffix nickname username
		new-password current-password one-time-code organization-title organization street-address address-line1
		address-line2 address-line3 address-level4 address-level3 address-level2 address-level1 country country-name
		postal-code cc-name cc-given-name cc-additional-name cc-family-name cc-number cc-exp cc-exp-month cc-exp-year
		cc-csc cc-type transaction-currency transaction-amount language bday bday-day bday-month bday-year sex url photo`
)
