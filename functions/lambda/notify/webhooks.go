package main

import (
	"context"
	"strings"

	"leadsite/functions/bundle"
	"leadsite/functions/environment"
)

// webhookSecrets are the secrets of webhooks by name: a line NAME=whsec_… for each, in the parameter "webhooks". It is
// read when a form has any; one that is not there holds none, because the mails must go out all the same.
func webhookSecrets(ctx context.Context, env *environment.Environment) (func(name string) string, error) {
	secrets := map[string]string{}
	get := func(name string) string { return secrets[name] }
	if !hasWebhooks(env.Bundle()) {
		return get, nil
	}
	text, err := env.Secret(ctx, "webhooks")
	for line := range strings.Lines(text) {
		if name, secret, ok := strings.Cut(line, "="); ok {
			secrets[strings.TrimSpace(name)] = strings.TrimSpace(secret)
		}
	}
	return get, err
}

func hasWebhooks(b *bundle.Bundle) bool {
	for _, langs := range b.Forms {
		for _, f := range langs {
			if len(f.Webhooks) > 0 {
				return true
			}
		}
	}
	return false
}
