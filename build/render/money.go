package render

import (
	"fmt"
	"strconv"
	"strings"
)

// symbols stand before an amount, or where the word number_money has them; other currencies have their code behind it.
var symbols = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "CHF\u00a0", "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "BRL": "R$"}

// money writes an amount as the page's language does: €1,200 or 1.200 €, €9.50. Cents are written when there are any.
func (w *worker) money(amount any, currency string) (string, error) {
	var value float64
	switch n := amount.(type) {
	case int:
		value = float64(n)
	case float64:
		value = n
	default:
		return "", fmt.Errorf("money takes a number, not %v", amount)
	}
	text := strconv.FormatFloat(value, 'f', 2, 64)
	whole, cents, _ := strings.Cut(text, ".")
	words := w.r.words(w.job.lang)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + words["number_group"] + whole[i:]
	}
	if cents != "00" {
		whole += words["number_point"] + cents
	}
	if symbol, ok := symbols[currency]; ok {
		if form := words["number_money"]; form != "" {
			return strings.NewReplacer("{symbol}", strings.TrimSpace(symbol), "{amount}", whole).Replace(form), nil
		}
		return symbol + whole, nil
	}
	return whole + "\u00a0" + currency, nil
}
