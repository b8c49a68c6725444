package cli

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"leadsite/functions/bundle"
	"leadsite/functions/mail"
	"leadsite/functions/mail/outbox"
)

//go:embed mailbox
var mailboxFiles embed.FS

// mailboxPath is where the mailbox lives.
const mailboxPath = "/_leadsite/mail/"

// mailbox shows the outbox as a mail program would:
//
//	/_leadsite/mail/             the list, and the newest mail
//	/_leadsite/mail/NAME         the list, and one mail
//	/_leadsite/mail/NAME/html    a mail's HTML part, as it was sent
//	/_leadsite/mail/NAME/text    its text part
//	/_leadsite/mail/NAME/source  the file
//	/_leadsite/mail/count        how many mails there are
type mailbox struct {
	outbox *outbox.Outbox // nil: mail goes elsewhere
	note   string         // where it goes then
	page   *template.Template
	log    *slog.Logger
}

func newMailbox(box *outbox.Outbox, note string, log *slog.Logger) (http.Handler, error) {
	page, err := template.ParseFS(mailboxFiles, "mailbox/mailbox.html")
	if err != nil {
		return nil, err
	}
	m := mailbox{outbox: box, note: note, page: page, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+mailboxPath+"{$}", m.show)
	mux.HandleFunc("GET "+mailboxPath+"count", m.count)
	mux.HandleFunc("GET "+mailboxPath+"mailbox.css", m.file("mailbox.css", "text/css"))
	mux.HandleFunc("GET "+mailboxPath+"mailbox.js", m.file("mailbox.js", "text/javascript"))
	mux.HandleFunc("GET "+mailboxPath+"{name}", m.show)
	mux.HandleFunc("GET "+mailboxPath+"{name}/html", m.part(htmlPart))
	mux.HandleFunc("GET "+mailboxPath+"{name}/text", m.part(textPart))
	mux.HandleFunc("GET "+mailboxPath+"{name}/source", m.source)
	return mux, nil
}

// known lets only those in who ask for this machine, by its own name, an address or the site's: a website elsewhere
// whose name leads to 127.0.0.1 could otherwise read the leads with a visitor's browser.
func known(site func() *bundle.Bundle, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := (&url.URL{Host: r.Host}).Hostname()
		_, err := netip.ParseAddr(host)
		if err == nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || host == siteHost(site()) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, "the mailbox is at this machine's own address alone", http.StatusNotFound)
	})
}

func siteHost(b *bundle.Bundle) string {
	if b == nil {
		return ""
	}
	base, err := url.Parse(b.BaseURL)
	if err != nil {
		return ""
	}
	return base.Hostname()
}

// entry is one mail of the list.
type entry struct {
	Name string
	mail.Received
	Open bool
}

// shown is at most so many mails of the list; the rest are files in the outbox folder.
const shown = 200

func (m mailbox) show(w http.ResponseWriter, r *http.Request) {
	view := struct {
		Note  string
		Mails []entry
		More  int
		Open  *entry
	}{Note: m.note}
	names := m.names()
	view.More = max(0, len(names)-shown)
	want := r.PathValue("name")
	if want == "" && len(names) > 0 {
		want = names[0]
	}
	for _, name := range names[:min(shown, len(names))] {
		view.Mails = append(view.Mails, m.entry(name, name == want))
		if name == want {
			view.Open = &view.Mails[len(view.Mails)-1]
		}
	}
	if view.Open == nil && r.PathValue("name") != "" {
		if _, err := m.read(want); err != nil {
			http.NotFound(w, r)
			return
		}
		e := m.entry(want, true)
		view.Open = &e
	}
	var page bytes.Buffer
	if err := m.page.Execute(&page, view); err != nil {
		m.log.Error("showing the mailbox", "error", err)
		http.Error(w, "the mailbox cannot be shown", http.StatusInternalServerError)
		return
	}
	guard(w.Header(), "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(page.Bytes())
}

func (m mailbox) names() []string {
	if m.outbox == nil {
		return nil
	}
	names, err := m.outbox.Names()
	if err != nil {
		m.log.Error("listing the outbox", "error", err)
	}
	return names
}

func (m mailbox) read(name string) ([]byte, error) {
	if m.outbox == nil {
		return nil, fs.ErrNotExist
	}
	return m.outbox.Read(name)
}

// entry reads a mail of the list; one that cannot be read is shown as such.
func (m mailbox) entry(name string, open bool) entry {
	data, err := m.read(name)
	if err != nil {
		return entry{Name: name, Open: open, Received: mail.Received{Subject: "(cannot be read)"}}
	}
	received, err := mail.Read(data)
	if err != nil {
		received.Subject = "(cannot be read)"
	}
	return entry{Name: name, Received: received, Open: open}
}

func (m mailbox) count(w http.ResponseWriter, r *http.Request) {
	guard(w.Header(), "default-src 'none'")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte(strconv.Itoa(len(m.names()))))
}

func htmlPart(r mail.Received) (mediaType, body string) { return "text/html", r.HTML }

func textPart(r mail.Received) (mediaType, body string) { return "text/plain", r.Text }

// part serves one part of a mail. What a stranger wrote is in it, so it is shut into a sandbox: no script, no form, and
// nothing from elsewhere.
func (m mailbox) part(pick func(mail.Received) (mediaType, body string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := m.read(r.PathValue("name"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		received, err := mail.Read(data)
		if err != nil {
			http.Error(w, "the mail cannot be read", http.StatusInternalServerError)
			return
		}
		mediaType, body := pick(received)
		guard(w.Header(), "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
		w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
		w.Write([]byte(body))
	}
}

func (m mailbox) source(w http.ResponseWriter, r *http.Request) {
	data, err := m.read(r.PathValue("name"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	guard(w.Header(), "sandbox; default-src 'none'")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(data)
}

func (m mailbox) file(name, mediaType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := mailboxFiles.ReadFile("mailbox/" + name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		guard(w.Header(), "default-src 'none'")
		w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
		w.Write(data)
	}
}

// guard sets the headers of a page that shows what strangers wrote.
func guard(h http.Header, csp string) {
	h.Set("Content-Security-Policy", csp)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

// Address is whom a mail is for, without angle brackets; the list shows it.
func (e entry) Address() string { return strings.Trim(e.To, "<>") }
