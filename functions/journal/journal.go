// Package journal keeps personal data out of the log. Its handler stands before the one that writes, in serve and in
// every deployed function, and lets pass what is on a list:
//
//	time, level, message    as they are, e-mail addresses in the message masked
//	attributes              those whose key is allowed, see keys; texts in them with e-mail addresses masked
//	anything else           not the value; its key is named under left_out, so that whoever wrote the line notices
//
// Groups are flattened, because a key in a group says as much as one outside. The package knows log lines. It does not
// know who writes them, or where they go.
package journal

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
)

// keys lists every key that a line may have. What stands under one is made by this program (an id, a state, a count, an
// error), never typed by a visitor. A new key is added here when its value is of that kind.
func keys() []string {
	return []string{
		"action", "alarm", "attempt", "count", "error", "form", "kind", "lead", "new", "passed_on", "probe", "problems", "record",
		"request", "spam", "stack", "state", "status", "template", "type", "why",
	}
}

// Handler is a slog.Handler before another one.
type Handler struct{ next slog.Handler }

// New puts a Handler before next.
func New(next slog.Handler) *Handler { return &Handler{next} }

// Enabled asks the next handler.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle hands on as much of a line as may be written.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	line := slog.NewRecord(r.Time, r.Level, Masked(r.Message), r.PC)
	var all []slog.Attr
	r.Attrs(func(a slog.Attr) bool { all = append(all, a); return true })
	line.AddAttrs(allowed(all)...)
	return h.next.Handle(ctx, line)
}

// WithAttrs keeps what every line is to have, as far as it may.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{h.next.WithAttrs(allowed(attrs))}
}

// WithGroup changes nothing: groups are flattened.
func (h *Handler) WithGroup(string) slog.Handler { return h }

// allowed is what may be written of a line's attributes, and the keys of the rest.
func allowed(attrs []slog.Attr) []slog.Attr {
	var pass []slog.Attr
	var leftOut []string
	for _, a := range flat(attrs) {
		if !slices.Contains(keys(), a.Key) {
			leftOut = append(leftOut, a.Key)
			continue
		}
		pass = append(pass, slog.Attr{Key: a.Key, Value: harmless(a)})
	}
	if leftOut != nil {
		pass = append(pass, slog.Any("left_out", leftOut))
	}
	return pass
}

// flat takes attributes out of their groups.
func flat(attrs []slog.Attr) []slog.Attr {
	var all []slog.Attr
	for _, a := range attrs {
		a.Value = a.Value.Resolve()
		if a.Value.Kind() == slog.KindGroup {
			all = append(all, flat(a.Value.Group())...)
			continue
		}
		all = append(all, a)
	}
	return all
}

// harmless is a value with its texts masked. Of a type that holds more than one text only its name is written.
func harmless(a slog.Attr) slog.Value {
	switch v := a.Value.Any().(type) {
	case string:
		if a.Key == "stack" {
			return a.Value // paths of modules look like addresses, and nothing else is in it
		}
		return slog.StringValue(Masked(v))
	case error:
		return slog.StringValue(Masked(v.Error()))
	case fmt.Stringer:
		return slog.StringValue(Masked(v.String()))
	case []string:
		masked := make([]string, len(v))
		for i, s := range v {
			masked[i] = Masked(s)
		}
		return slog.AnyValue(masked)
	}
	if a.Value.Kind() != slog.KindAny {
		return a.Value
	}
	if v := reflect.ValueOf(a.Value.Any()); v.Kind() == reflect.String { // a type of ours, like lead.Action
		return slog.StringValue(Masked(v.String()))
	}
	return slog.StringValue(fmt.Sprintf("(%T)", a.Value.Any()))
}

// mask stands where an address was.
const mask = "(address)"

// Masked is a text with everything that looks like an e-mail address replaced. Errors hold such: a mail server's words,
// a name that cannot be looked up.
func Masked(s string) string {
	var out strings.Builder
	for {
		at := strings.IndexByte(s, '@')
		if at < 0 {
			out.WriteString(s)
			return out.String()
		}
		from := strings.LastIndexFunc(s[:at], endsAddress) + 1
		to := len(s)
		if end := strings.IndexFunc(s[at+1:], endsAddress); end >= 0 {
			to = at + 1 + end
		}
		if from == at || to == at+1 {
			out.WriteString(s[:at+1])
			s = s[at+1:]
			continue
		}
		out.WriteString(s[:from] + mask)
		s = s[to:]
	}
}

// endsAddress is true of what surrounds an address in the words of programs: every sign and space but those that are
// common inside of one.
func endsAddress(r rune) bool {
	return r <= ' ' || strings.ContainsRune(`<>()[]{},;:"'`+"`", r)
}
