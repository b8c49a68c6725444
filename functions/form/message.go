package form

import "strings"

// Message puts a problem into words: the language's message for its code, with {label}, {min} and the like replaced by
// the problem's Args. A language that has no words for a code gives English ones. The result is plain text.
func Message(m Messages, p Problem) string {
	words := m[p.Code]
	if words == "" {
		words = English()[p.Code]
	}
	pairs := make([]string, 0, 2*len(p.Args))
	for name, arg := range p.Args {
		pairs = append(pairs, "{"+name+"}", arg)
	}
	return strings.NewReplacer(pairs...).Replace(words)
}

// English gives words for every code. A theme's own come before them.
func English() Messages {
	return Messages{
		"required":   "Enter an answer for “{label}”.",
		"email":      "Enter an e-mail address like name@example.com.",
		"tel":        "Enter a telephone number of 6 to 15 digits, like +49 30 1234567.",
		"url":        "Enter a web address that begins with https:// or http://.",
		"number":     "Enter a number, like 12 or 1.5.",
		"date":       "Enter a date as year, month and day, like 2026-11-30.",
		"option":     "Choose one of the answers offered for “{label}”.",
		"min_length": "Write at least {min} characters.",
		"max_length": "Write at most {max} characters.",
		"min_number": "Enter a number of {min} or more.",
		"max_number": "Enter a number of {max} or less.",
		"step":       "Enter a number in steps of {step}.",
		"min_date":   "Choose a date that is not before {min}.",
		"max_date":   "Choose a date that is not after {max}.",
		"pattern":    "Write “{label}” in the form that is asked for.",
		"characters": "Take out the characters in “{label}” that cannot be seen.",
		"repeated":   "Give one answer for “{label}”, not several.",
		"consent":    "Tick the box to agree, so that we may keep your answers.",
	}
}
