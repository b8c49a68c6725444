package form

import (
	"math/big"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// cleanText is Clean as the field's type needs it. What holds nothing visible is empty.
func (f *Field) cleanText(s string) string {
	s = Clean(s, f.Type == Textarea)
	if blank(s) {
		return ""
	}
	if f.Type == Text {
		return strings.Trim(s, " ")
	}
	return s
}

// trimmed composes a value and takes away the spaces that pasting leaves around it.
func trimmed(s string) string {
	return composed(strings.Trim(s, " \u00A0"))
}

// checkLength holds a value to the runes that its type's min and max allow, and every value to MaxRunes.
func (f *Field) checkLength(s string) *Problem {
	least, most := 0, MaxRunes
	if f.countsRunes() {
		least, most = atoiOr(f.Min, 0), min(atoiOr(f.Max, MaxRunes), MaxRunes)
	}
	switch n := utf8.RuneCountInString(s); {
	case n > most:
		return problem("max_length", "max", strconv.Itoa(most))
	case n < least:
		return problem("min_length", "min", strconv.Itoa(least))
	}
	return nil
}

// countsRunes says whether Min and Max are lengths.
func (f *Field) countsRunes() bool {
	return slices.Contains([]Type{Text, Textarea, Email, Tel, URL}, f.Type)
}

func atoiOr(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}

func (f *Field) checkPattern(s string) *Problem {
	if f.Pattern == "" {
		return nil
	}
	re, err := wholePattern(f.Pattern)
	if err != nil || re.MatchString(s) {
		return nil // a pattern that does not compile is the author's mistake, and Check has said so
	}
	return problem("pattern")
}

// wholePattern compiles a pattern that must match the whole value. The pattern must be sound by itself: "a)|(b" is
// only so inside the parentheses.
func wholePattern(pattern string) (*regexp.Regexp, error) {
	if _, err := syntax.Parse(pattern, syntax.Perl); err != nil {
		return nil, err
	}
	return regexp.Compile(`^(?:` + pattern + `)$`)
}

func checkEmail(s string) (string, *Problem) {
	address, ok := Address(s)
	if !ok {
		return "", problem("email")
	}
	return address, nil
}

// The digits a telephone number has (E.164 allows 15), and what people write between them.
const (
	minDigits     = 6
	maxDigits     = 15
	telSeparators = " -./()\u00A0\u2010\u2011\u2013"
)

// checkTel takes a number as it is dialled, with separators; a plus only before the first digit.
func checkTel(s string) *Problem {
	digits, plus := 0, false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && digits == 0 && !plus:
			plus = true
		case !strings.ContainsRune(telSeparators, r):
			return problem("tel")
		}
	}
	if digits < minDigits || digits > maxDigits {
		return problem("tel")
	}
	return nil
}

// checkURL takes an absolute web address. A user name in it, a space or a backslash make it one that deceives.
func checkURL(s string) *Problem {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, " \\\u00A0") {
		return problem("url")
	}
	return nil
}

// number reads a decimal as browsers send it, exactly: "12", "-0.5", "1e3". Nil: it is not one, or has more than 40
// digits or an exponent of more than two, so that no arithmetic with it can grow large.
func number(s string) *big.Rat {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	if len(mantissa) > 40 || len(exponent) > 3 || strings.Trim(mantissa+exponent, "+-.0123456789") != "" {
		return nil
	}
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return n
}

func (f *Field) checkNumber(s string) *Problem {
	n := number(s)
	if n == nil {
		return problem("number")
	}
	least, most, step := number(f.Min), number(f.Max), number(f.Step)
	switch {
	case least != nil && n.Cmp(least) < 0:
		return problem("min_number", "min", f.Min)
	case most != nil && n.Cmp(most) > 0:
		return problem("max_number", "max", f.Max)
	case step != nil && step.Sign() > 0 && !onStep(n, least, step):
		return problem("step", "step", f.Step)
	}
	return nil
}

// onStep says whether n is a whole number of steps from the least value, or from 0 without one.
func onStep(n, least, step *big.Rat) bool {
	distance := new(big.Rat).Set(n)
	if least != nil {
		distance.Sub(distance, least)
	}
	return distance.Quo(distance, step).IsInt()
}

func (f *Field) checkDate(s string) *Problem {
	if !isDate(s) {
		return problem("date")
	}
	switch {
	case isDate(f.Min) && s < f.Min: // the form YYYY-MM-DD sorts as dates do
		return problem("min_date", "min", f.Min)
	case isDate(f.Max) && s > f.Max:
		return problem("max_date", "max", f.Max)
	}
	return nil
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func (f *Field) option(value string) *Option {
	i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == value })
	if i < 0 {
		return nil
	}
	return &f.Options[i]
}

func (f *Field) checkOption(s string, lenient bool) *Problem {
	if lenient || f.option(s) != nil {
		return nil
	}
	labels := make([]string, len(f.Options))
	for i, o := range f.Options {
		labels[i] = o.Label
	}
	return problem("option", "options", strings.Join(labels, ", "))
}

// checkTick gives the declared value for a ticked checkbox, in whatever way the tick was written.
func (f *Field) checkTick(s string, lenient bool) (string, *Problem) {
	switch {
	case ticked(s, f.checkedValue()):
		return f.checkedValue(), nil
	case lenient:
		return s, nil
	}
	return "", problem("option", "options", f.checkedValue())
}
