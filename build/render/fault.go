package render

import (
	"errors"
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"leadsite/build/content"
)

// unknownError is a template's question for something that is not there. It becomes the message, as it is.
type unknownError struct {
	msg, hint string
}

func (e *unknownError) Error() string { return e.msg }

// unknown says that there is no thing of a kind with a name.
func (w *worker) unknown(kind, name string, known []string) error {
	return &unknownError{msg: fmt.Sprintf("there is no %s %q", kind, name), hint: content.DidYouMean(name, known)}
}

// What text/template and html/template say: "template: partials/x.html:3:9: executing … at <.Page.Titel>: …".
var (
	located   = regexp.MustCompile(`^(?:html/)?template: ?([^:]+):(\d+)(?::(\d+))?: (?s:(.*))$`)
	executing = regexp.MustCompile(`^executing "[^"]*" at <(?s:.*?)>: (?s:(.*))$`)
	noField   = regexp.MustCompile(`can't evaluate field (\w+) in type \*?(?:render\.)?(\S+)$`)
	calling   = regexp.MustCompile(`^(?:error calling \w+: |wrong number of args for \w+: )`)
)

// locate makes a mistake with a place of what the templates' packages say. File is where to look when they do not.
func (r *Renderer) locate(file string, err error) *content.Error {
	if e, ok := errors.AsType[*content.Error](err); ok {
		return e
	}
	e := &content.Error{File: file, Msg: err.Error()}
	if m := located.FindStringSubmatch(innermost(err.Error())); m != nil {
		e.File, e.Msg = m[1], m[4]
		e.Line, _ = strconv.Atoi(m[2]) // digits
		e.Col, _ = strconv.Atoi(m[3])  // digits, or nothing
		if e.Col > 0 {
			e.Col++ // theirs begin with 0
		}
	}
	if escape, ok := errors.AsType[*template.Error](err); ok {
		r.locateEscape(e, escape)
	}
	if m := executing.FindStringSubmatch(e.Msg); m != nil {
		e.Msg = m[1]
	}
	r.explain(e, err)
	e.File = "themes/" + r.theme.Name + "/" + e.File
	return e
}

// innermost is the part of a message that speaks of the template at fault, when templates called each other.
func innermost(msg string) string {
	if i := strings.LastIndex(msg, ": template: "); i >= 0 {
		return msg[i+2:]
	}
	return msg
}

// locateEscape takes the place from html/template, which names it apart from the message.
func (r *Renderer) locateEscape(e *content.Error, escape *template.Error) {
	if e.Line == 0 {
		e.File, e.Line = fileOf(escape.Name), escape.Line
	}
	e.Msg = escape.Description
	switch escape.ErrorCode {
	case template.ErrEndContext:
		e.Msg, e.Hint = "the HTML is left open at the end", "close the tag, the quotation mark or the comment"
	case template.ErrBranchEnd:
		e.Msg, e.Hint = "the HTML differs in kind behind the branches", "open and close tags, quotation marks and comments within one branch"
	}
}

// fileOf is the file that a template of the set comes from: "post main" from templates/post.html.
func fileOf(name string) string {
	layout, own, found := strings.Cut(name, " ")
	switch {
	case !found:
		return name
	case own == baseFile:
		return baseFile
	}
	return "templates/" + layout + ".html"
}

// explain says in plain words what the packages say in theirs, where that helps.
func (r *Renderer) explain(e *content.Error, err error) {
	if unknown, ok := errors.AsType[*unknownError](err); ok {
		e.Msg, e.Hint = unknown.msg, unknown.hint
		return
	}
	if m := noField.FindStringSubmatch(e.Msg); m != nil {
		e.Msg = fmt.Sprintf("there is no field %s in %s", m[1], m[2])
		e.Hint = content.DidYouMean(m[1], fieldsOf(m[2]))
		return
	}
	e.Msg = calling.ReplaceAllString(e.Msg, "")
}

// fieldsOf are the fields and methods that a template can ask of one of our types.
func fieldsOf(name string) []string {
	for _, view := range []any{View{}, SiteView{}, MenuView{}, PageView{}, PageRef{}, AuthorView{}, SeriesView{}, TermView{}, TOCEntry{}, ListView{},
		BlockView{}, ShortcodeView{}, AssetView{}, CardView{}, FormView{}, FieldView{}, OptionView{}, HiddenView{}, content.Organization{}} {
		t := reflect.TypeOf(view)
		if t.Name() != name && t.String() != name {
			continue
		}
		var names []string
		for field := range t.Fields() {
			if field.IsExported() {
				names = append(names, field.Name)
			}
		}
		for method := range reflect.PointerTo(t).Methods() {
			if method.Name != "TraceSum" { // which is for traces
				names = append(names, method.Name)
			}
		}
		return names
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
