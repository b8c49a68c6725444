package lead

import (
	"fmt"

	"leadsite/functions/form"
)

// ScoreOf adds up the rules of a form that hold for the values of a lead, and says why: "team is 50+: +30". A form
// without a mark qualifies nobody.
func ScoreOf(f *form.Form, values form.Values, about form.About) Score {
	s := Score{Reasons: []string{}}
	for _, rule := range f.Score.Rules {
		if rule.Holds(values, about) {
			s.Points += rule.Add
			s.Reasons = append(s.Reasons, fmt.Sprintf("%s: %+d", rule.Condition, rule.Add))
		}
	}
	s.Qualified = f.Score.Qualified > 0 && s.Points >= f.Score.Qualified
	return s
}

// About is what conditions can ask of the lead beside its fields.
func (l Lead) About() form.About {
	return form.About{Page: l.Page, Campaign: l.Source.Campaign, Lang: l.Lang}
}
