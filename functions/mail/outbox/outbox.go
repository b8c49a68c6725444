// Package outbox keeps mail in a folder of *.eml files instead of sending it: what a laptop needs to see the product
// work, and what the mailbox page shows.
//
// It knows files. It does not know who reads them, and it deletes one only when it is told to.
package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"leadsite/functions/disk"
	"leadsite/functions/mail"
)

var _ mail.Sender = (*Outbox)(nil)

// extension is what every finished mail's name ends in. Names look like
//
//	20261122T091505.123456789Z-4f2a9c01.eml
//
// the time of sending in UTC, then a hash of the Message-ID: sorted by name is sorted by time.
const extension = ".eml"

const nameLayout = "20060102T150405.000000000Z"

// unfinished is the folder within the outbox where a mail is while it is written.
const unfinished = "unfinished"

// Outbox is a folder of mails. Make one with Open.
type Outbox struct {
	dir string
	now func() time.Time

	mu   sync.Mutex
	last time.Time // of the newest name given, so that names of one process always rise
}

// Open makes the folder when it is not there, and removes what a killed process left half-written in it more than
// an hour ago.
func Open(dir string, now func() time.Time) (*Outbox, error) {
	half := filepath.Join(dir, unfinished)
	if err := os.MkdirAll(half, 0o700); err != nil {
		return nil, fmt.Errorf("opening the outbox: %w", err)
	}
	entries, err := os.ReadDir(half)
	if err != nil {
		return nil, fmt.Errorf("opening the outbox: %w", err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && now().Sub(info.ModTime()) > time.Hour {
			_ = os.Remove(filepath.Join(half, e.Name())) // a leftover does no harm; the next Open tries again
		}
	}
	return &Outbox{dir: dir, now: now}, nil
}

// Send writes the mail as a file that is either whole or not there. When it returns without an error, the file and
// its name are on the disk. The receipt's MessageID is the message's own.
func (o *Outbox) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	data, err := m.MIME()
	if err != nil {
		return mail.Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return mail.Receipt{}, fmt.Errorf("putting a mail into the outbox: %w", err)
	}
	if err := o.write(o.name(m.ID), data); err != nil {
		return mail.Receipt{}, fmt.Errorf("putting a mail into the outbox: %w", err)
	}
	return mail.Receipt{MessageID: m.ID, Delivered: true}, nil
}

// name gives the next file its name.
func (o *Outbox) name(id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	at := o.now().UTC()
	if !at.After(o.last) {
		at = o.last.Add(time.Nanosecond)
	}
	o.last = at
	sum := sha256.Sum256([]byte(id))
	return at.Format(nameLayout) + "-" + hex.EncodeToString(sum[:4]) + extension
}

func (o *Outbox) write(name string, data []byte) error {
	aside := filepath.Join(o.dir, unfinished)
	if err := os.MkdirAll(aside, 0o700); err != nil { // somebody emptied the mailbox by hand
		return err
	}
	return disk.Write(filepath.Join(o.dir, name), aside, data)
}

// Names lists the mails, newest first.
func (o *Outbox) Names() ([]string, error) {
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return nil, fmt.Errorf("listing the outbox: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), extension) {
			names = append(names, e.Name())
		}
	}
	slices.Reverse(names)
	return names, nil
}

// Read gives a mail of Names as it was written. Any other name, one that points out of the folder among them, is an
// error that wraps fs.ErrNotExist.
func (o *Outbox) Read(name string) ([]byte, error) {
	if !strings.HasSuffix(name, extension) || name != filepath.Base(name) {
		return nil, fmt.Errorf("reading a mail from the outbox: %w", fs.ErrNotExist)
	}
	data, err := os.ReadFile(filepath.Join(o.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading a mail from the outbox: %w", fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a mail from the outbox: %w", err)
	}
	return data, nil
}

// Remove deletes a mail of Names; one that is not there: nil. The folder is synced, so that it does not come back with
// the power.
func (o *Outbox) Remove(name string) error {
	if !strings.HasSuffix(name, extension) || name != filepath.Base(name) {
		return fmt.Errorf("removing a mail from the outbox: %w", fs.ErrNotExist)
	}
	err := os.Remove(filepath.Join(o.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = disk.SyncFolder(o.dir)
	}
	if err != nil {
		return fmt.Errorf("removing a mail from the outbox: %w", err)
	}
	return nil
}
