package form

import (
	"net/url"
	"slices"
	"strings"
)

func (f *Form) checkConfirmation(fs *faults) {
	if f.Confirmation == nil {
		return
	}
	if blank(f.Confirmation.Text) {
		fs.add(at("confirmation", "text"), "write what the visitor reads", "the confirmation has no text")
	}
	if strings.ContainsAny(f.Confirmation.Subject, "\r\n") {
		fs.add(at("confirmation", "subject"), "", "a subject has one line")
	}
	if !slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Type == Email }) {
		fs.add(at("confirmation"), "add a field of type email, or delete the confirmation", "the form asks for no address that it could go to")
	}
}

func (f *Form) checkWebhooks(fs *faults) {
	for i, w := range f.Webhooks {
		switch {
		case !isWebhookURL(w.URL):
			fs.add(at("webhooks", i, "url"), "write it like https://hooks.example.com/leads", "%q is no address that leads can be sent to", w.URL)
		case slices.ContainsFunc(f.Webhooks[:i], func(other Webhook) bool { return other.URL == w.URL }):
			fs.add(at("webhooks", i, "url"), "", "%q is in the list twice", w.URL)
		}
		if !isSecretName(w.Secret) {
			fs.add(at("webhooks", i, "secret"), "name it like CRM: its value stands in the environment variable LEADSITE_WEBHOOK_CRM, never here", "%q is not the name of a secret", shortened(w.Secret))
		}
	}
}

// isWebhookURL wants TLS, because leads are personal data, and no password, because the bundle holds no secrets.
func isWebhookURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Fragment == ""
}

// isSecretName wants what can be the end of an environment variable's name.
func isSecretName(s string) bool {
	return s != "" && len(s) <= maxName && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// shortened keeps a secret that was written where its name belongs out of terminals and logs.
func shortened(s string) string {
	const shown = 8
	if runes := []rune(s); len(runes) > shown {
		return string(runes[:shown]) + "…"
	}
	return s
}
