package intake

import (
	"net/http"
	"strings"
)

// refusal names the words for a status.
func refusal(status int) string {
	switch status {
	case http.StatusNotFound:
		return "not_found"
	case http.StatusMethodNotAllowed:
		return "method"
	case http.StatusUnsupportedMediaType:
		return "bad_type"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusTooManyRequests:
		return "too_many"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	return "malformed"
}

// english holds the words of answers for a bundle that lacks them. A theme's own, in the visitor's language, come
// first. {email} stands for the owner's address, {id} for the request's id.
func english() map[string]string {
	return map[string]string{
		"summary_title":     "Not sent yet: please look at these answers again",
		"too_many_title":    "One moment, please",
		"too_many":          "Many messages came from your network in the last few minutes. What you wrote is below; please send it again a little later.",
		"unavailable_title": "Your message has not been sent",
		"unavailable":       "We could not store it just now. What you wrote is below. Please send it again in a few minutes, or write to {email}.",
		"not_found":         "There is no form at this address.",
		"method":            "This address takes forms that were sent, and nothing else.",
		"too_large":         "This is more than we can take at once. Please shorten it, and send it again.",
		"malformed":         "This could not be read. Please go back to the form, and send it again.",
		"bad_type":          "This was not sent in a way that we can read. Please go back to the form, and send it again.",
		"back_to_site":      "Back to the website",
		"reference":         "Should you write to us about this, its number is {id}.",
	}
}

// word gives words in the language of the answer, else in the site's first language, else in English, as plain text
// with {email} and {id} filled in.
func (x *exchange) word(key string) string {
	return strings.NewReplacer("{email}", x.bundle.Brand.Owner, "{id}", x.id).Replace(x.template(key))
}

// template is word with its placeholders.
func (x *exchange) template(key string) string {
	for _, lang := range []string{x.lang, x.defaultLang()} {
		if words := x.bundle.Words[lang][key]; words != "" {
			return words
		}
	}
	return english()[key]
}
