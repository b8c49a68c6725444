package sqlite

import (
	"context"
	"fmt"
	"strings"

	"leadsite/functions/lead"
)

// List keeps the contract of lead.Store. A page begins behind the last lead of the page before, by time and ID: what is
// written meanwhile moves nothing across that border.
func (s *Store) List(ctx context.Context, q lead.Query) (lead.Page, error) {
	where, err := s.conditions(q)
	if err != nil {
		return lead.Page{}, fmt.Errorf("listing leads: %w", err)
	}
	size := q.PageSize()
	leads, err := s.leads(ctx, where, size+1)
	if err != nil {
		return lead.Page{}, fmt.Errorf("listing leads: %w", err)
	}
	if len(leads) <= size {
		return lead.Page{Leads: leads}, nil
	}
	leads = leads[:size]
	return lead.Page{Leads: leads, Next: lead.CursorBehind(leads[size-1])}, nil
}

// where is a condition on rows of leads, in parts that must all hold.
type where struct {
	parts []string
	args  []any
}

func (w *where) and(part string, args ...any) {
	w.parts = append(w.parts, part)
	w.args = append(w.args, args...)
}

// conditions says in SQL what Query.Matches says in Go.
func (s *Store) conditions(q lead.Query) (*where, error) {
	w := &where{}
	w.and(alive, s.now().UnixMilli())
	w.status(q.WantedStatuses())
	if q.Form != "" {
		w.and("form = ?", q.Form)
	}
	if q.Email != "" {
		w.and("email = ?", lead.FoldEmail(q.Email))
	}
	if q.Owner != "" {
		w.and("owner = ?", q.Owner)
	}
	if !q.Since.IsZero() {
		w.and("created >= ?", q.Since.UnixMilli())
	}
	if q.Cursor == "" {
		return w, nil
	}
	at, err := lead.ParseCursor(q.Cursor)
	w.and("(created, id) < (?, ?)", at.CreatedAt.UnixMilli(), at.ID)
	return w, err
}

// status asks for any of the statuses. One is looked up in the index by status. For several the plus keeps SQLite off
// that index: it would have to sort all leads there ever were, where the index by creation is in order already.
func (w *where) status(wanted []lead.Status) {
	if len(wanted) == 1 {
		w.and("status = ?", string(wanted[0]))
		return
	}
	args := make([]any, len(wanted))
	for i, status := range wanted {
		args[i] = string(status)
	}
	w.and("+status IN ("+strings.Repeat("?, ", len(args)-1)+"?)", args...)
}

// leads reads at most limit leads, newest first.
func (s *Store) leads(ctx context.Context, w *where, limit int) ([]lead.Lead, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, listQuery(w), append(w.args, limit)...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanLead)
}

// listQuery is the statement; its arguments are those of w, and the limit.
func listQuery(w *where) string {
	return `SELECT ` + columns + ` FROM leads WHERE ` + strings.Join(w.parts, " AND ") +
		` ORDER BY created DESC, id DESC LIMIT ?`
}

// ByPerson keeps the contract of lead.Store.
func (s *Store) ByPerson(ctx context.Context, person string, limit int) ([]lead.Lead, error) {
	w := &where{}
	w.and("person = ? AND person <> ''", person)
	w.and(alive, s.now().UnixMilli())
	leads, err := s.leads(ctx, w, max(0, limit))
	if err != nil {
		return nil, fmt.Errorf("listing the leads of a person: %w", err)
	}
	return leads, nil
}
