package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"leadsite/functions/bundle"
	"leadsite/functions/desk"
	"leadsite/functions/intake"
	"leadsite/functions/journal"
	"leadsite/functions/mail"
	"leadsite/functions/mail/outbox"
	"leadsite/functions/mail/smtp"
	"leadsite/functions/notify"
	"leadsite/functions/spool/file"
	"leadsite/functions/store/sqlite"
)

// BackendOptions say how forms are answered on this machine.
type BackendOptions struct {
	State  string // folder of database, outbox and secret
	Mail   string // "outbox" or "smtp://[user:password@]host:port"
	Limits bool   // whether floods are held back
	Log    *slog.Logger
	Getenv func(name string) string // os.Getenv; LEADSITE_WEBHOOK_CRM holds the secret CRM of webhooks
}

func (o BackendOptions) webhookSecret(name string) string {
	return o.Getenv("LEADSITE_WEBHOOK_" + name)
}

// Backend answers the forms of a served site: the deployed functions, with the adapters of one machine.
type Backend struct {
	mux     *http.ServeMux
	state   *state
	store   *sqlite.Store
	spool   *file.Spool
	notify  *notify.Notifier
	log     *slog.Logger
	bundle  atomic.Pointer[bundle.Bundle]
	arrived chan string // ids of fresh leads: the trigger that the table's stream is in AWS
}

// waiting is how many fresh leads the trigger holds; more are found by the sweeper.
const waiting = 1024

// OpenBackend takes a state folder into use, which no other process may serve from.
func OpenBackend(ctx context.Context, o BackendOptions) (*Backend, error) {
	st, err := openState(o.State)
	if err != nil {
		return nil, err
	}
	o.Log = slog.New(journal.New(o.Log.Handler()))
	b := &Backend{state: st, log: o.Log, arrived: make(chan string, waiting)}
	if err := b.open(ctx, o); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Backend) open(ctx context.Context, o BackendOptions) error {
	keys, err := b.state.keys(b.log)
	if err != nil {
		return err
	}
	if b.store, err = openDatabase(ctx, b.state.path(database)); err != nil {
		return err
	}
	if b.spool, err = file.Open(b.state.path(spoolFolder)); err != nil {
		return err
	}
	sender, box, err := openMail(b.state, o.Mail)
	if err != nil {
		return err
	}
	mails, err := newMailbox(box, mailNote(o.Mail), o.Log)
	if err != nil {
		return err
	}
	b.notify = &notify.Notifier{Store: b.store, Sender: sender, Bundle: b.bundle.Load, Keys: keys, Now: time.Now, Log: o.Log,
		Unlimited: !o.Limits, Hooks: &notify.Hooks{Secret: o.webhookSecret}}
	answers := &intake.Handler{Store: b.store, Bundle: b.bundle.Load, Keys: keys, Now: time.Now, Log: o.Log, Random: rand.Reader,
		ClientIP: intake.SocketIP, Spool: b.spool, Unlimited: !o.Limits, Accepted: b.accepted}
	pages, err := desk.New(desk.Options{Store: b.store, Bundle: b.bundle.Load, Keys: keys, Now: time.Now, Random: rand.Reader, Log: o.Log})
	if err != nil {
		return err
	}
	b.mux = http.NewServeMux()
	b.mux.Handle("/api/", answers)
	b.mux.Handle(desk.Path, pages)
	b.mux.Handle(mailboxPath, known(b.bundle.Load, mails))
	return nil
}

// openMail picks where mail goes. The outbox is nil when it goes elsewhere.
func openMail(st *state, where string) (mail.Sender, *outbox.Outbox, error) {
	if where == "outbox" || where == "" {
		box, err := outbox.Open(st.path(outboxFolder), time.Now)
		return box, box, err
	}
	server, err := smtp.Parse(where)
	if err != nil {
		return nil, nil, hinted{fmt.Errorf("--mail: %w", err), "write outbox, or smtp://user:password@host:port"}
	}
	return server, nil, nil
}

func mailNote(where string) string {
	if where == "outbox" || where == "" {
		return ""
	}
	return "Mail goes to a mail server, as --mail says; only the outbox is shown here."
}

// accepted wakes the notifier. When it is behind, the sweeper finds the lead: it is stored.
func (b *Backend) accepted(id string) {
	select {
	case b.arrived <- id:
	default:
	}
}

// ServeHTTP answers forms and links of mails, and shows the mailbox. Before the first bundle there is no form to answer.
func (b *Backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if b.bundle.Load() == nil && strings.HasPrefix(r.URL.Path, "/api/") {
		http.Error(w, "the site has not been built yet", http.StatusServiceUnavailable)
		return
	}
	b.mux.ServeHTTP(w, r)
}

// Load takes a new build's bundle into use.
func (b *Backend) Load(file string) error {
	read, err := bundle.ReadFile(file)
	if err != nil {
		return err
	}
	b.bundle.Store(read)
	return nil
}

// Run delivers leads until the context ends: what is due from before at once, then fresh ones as they come, and those
// that wait in the spool as soon as the store takes them.
func (b *Backend) Run(ctx context.Context) error {
	var all errgroup.Group
	all.Go(func() error { b.emptySpool(ctx); return nil })
	all.Go(func() error { return b.notify.Run(ctx, b.arrived) })
	return all.Wait()
}

// Close lets go of the store and the state folder.
func (b *Backend) Close() error {
	var errs []error
	if b.store != nil {
		errs = append(errs, b.store.Close())
	}
	return errors.Join(append(errs, b.state.Close())...)
}
