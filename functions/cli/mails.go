package cli

import (
	"errors"
	"html"
	"io/fs"
	"os"
	"strings"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/mail/outbox"
)

// mailDelay is how long after an erasure a mail may be dated that was composed before it.
const mailDelay = time.Minute

// eraseMails deletes the mails of an outbox that name one of the persons and were sent until the person was erased,
// and says how many there were.
func eraseMails(dir string, keys lead.Keys, erasures []lead.Erasure) (n int, err error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	box, err := outbox.Open(dir, time.Now)
	if err != nil {
		return 0, err
	}
	names, err := box.Names()
	if err != nil {
		return 0, err
	}
	until := map[string]time.Time{}
	for _, e := range erasures {
		if e.At.After(until[e.Person]) {
			until[e.Person] = e.At
		}
	}
	for _, name := range names {
		data, err := box.Read(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return n, err
		}
		if !concerns(data, keys, until) {
			continue
		}
		if err := box.Remove(name); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// concerns says whether a mail names one of the persons (in a header, or in either part of its words) and was sent until
// the time that belongs to the person. Only keyed hashes of the persons' addresses are known, so every address in the
// mail is hashed.
func concerns(data []byte, keys lead.Keys, until map[string]time.Time) bool {
	m, err := mail.Read(data)
	if err != nil { // damaged, and so nothing but text
		m = mail.Received{Text: string(data)}
	}
	texts := []string{m.Text, html.UnescapeString(m.HTML)}
	for _, value := range m.Header {
		texts = append(texts, value)
	}
	for _, text := range texts {
		for _, address := range addresses(text) {
			at, erased := until[keys.Person(address)]
			if erased && !m.Date.After(at.Add(mailDelay)) {
				return true
			}
		}
	}
	return false
}

// addresses lists what may be an e-mail address in a text. The second cut finds those in the query of a URL, which the
// first leaves whole because its signs may stand in an address.
func addresses(text string) []string {
	var found []string
	for _, cuts := range []string{" \t\r\n<>()[]\"',;:", " \t\r\n<>()[]\"',;:/?=&#|"} {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(cuts, r) }) {
			if strings.Contains(word, "@") {
				found = append(found, strings.TrimRight(word, ".!?"))
			}
		}
	}
	return found
}
