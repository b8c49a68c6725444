package build_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every message to an author stands in a broken site: a golden archive, a script of the command line, or, where an
// archive cannot hold what is broken (bytes that are no text, links, folders without end), a test in Go.
//
// The messages are read from the source by a convention: the format of a call of Errorf, errorf, problem or fault that is
// not fmt's, what is assigned to a fault or a Msg, and, in the packages that speak to authors, the texts of fmt.Errorf and
// errors.New. An error that wraps another one (%w) is the machine's: the one within is what an author is told.
func TestEveryMessageHasABrokenSite(t *testing.T) {
	said := tested(t)
	found := 0
	for _, m := range messages(t, "content", "theme", "site", "markdown", "asset", "render", "check", "search", ".", "../functions/form") {
		found++
		if _, excused := unreachable[m.pattern.String()]; excused {
			continue
		}
		if !m.pattern.MatchString(said) {
			t.Errorf("%s: no broken site is told %s", m.at, m.pattern)
		}
	}
	if found < 150 {
		t.Errorf("only %d messages were found: the convention of this test no longer fits the source", found)
	}
}

// unreachable are messages that no site can bring about, and why.
var unreachable = map[string]string{
	`the embedded theme has no theme\.yaml`:            "a fault of our own, which every test would find",
	`the embedded theme has no English words`:          "a fault of our own, which every test would find",
	`the theme cannot be read: .*`:                     "of a disk that fails after the theme was read",
	`making .*: .*`:                                    "every error that is known to reach it has a place of its own",
	`making .*: an output of kind .* needs a template`: "the caller renders those",
	`reading the page: .*`:                             "of a file that is gone or changed while the site is built",
	`the file changed during the build`:                "of a file that is changed while the site is built; TestReadChanged knows it by its name",
	`the parser gave up: .*`:                           "of a panic in a library that no input is known to bring about",
	`there is no layout .*`:                            "the plan says it before",
	`is a directory`:                                   "of a program that reads a folder as a file",
}

// tested is every text that a test may expect.
func tested(t *testing.T) string {
	var all strings.Builder
	for _, root := range []string{".", "../e2e/scripts", "../functions/form"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || file == "messages_test.go" || !strings.HasSuffix(file, ".txtar") && !strings.HasSuffix(file, "_test.go") {
				return err
			}
			data, err := os.ReadFile(file)
			all.Write(data)
			all.WriteByte('\n')
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(all.String(), `\"`, `"`)
}

// message is a text of the source that an author may be told.
type message struct {
	at      string
	pattern *regexp.Regexp
}

func messages(t *testing.T, dirs ...string) []message {
	var all []message
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			parsed, err := parser.ParseFile(set, file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				if text := textOf(n); text != nil {
					all = append(all, patterns(set.Position(n.Pos()).String(), text)...)
				}
				return true
			})
		}
	}
	return all
}

// textOf is the expression of a node that makes a message; nil of others.
func textOf(n ast.Node) ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if to, ok := n.Lhs[0].(*ast.SelectorExpr); ok && (to.Sel.Name == "fault" || to.Sel.Name == "Msg") {
			return n.Rhs[0]
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Msg" {
			return n.Value
		}
	case *ast.CallExpr:
		if local, ok := n.Fun.(*ast.Ident); ok && local.Name == "problem" && len(n.Args) > 1 {
			return n.Args[1]
		}
		called, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		from, _ := called.X.(*ast.Ident)
		switch whole := from != nil && (from.Name == "fmt" || from.Name == "errors"); {
		case whole && (called.Sel.Name == "Errorf" || called.Sel.Name == "New"):
			return n.Args[0]
		case !whole && called.Sel.Name == "Errorf" && len(n.Args) > 1:
			return n.Args[1] // behind the hint
		case (called.Sel.Name == "errorf" || called.Sel.Name == "fault") && len(n.Args) > 2:
			return n.Args[2] // behind the path and the hint
		}
	}
	return nil
}

var verb = regexp.MustCompile(`%[-+0]*\d*(?:\.\d+)?[a-zA-Z]`)

// patterns is what a message looks like to the author, whatever its values are; nothing for one that is all values.
func patterns(at string, text ast.Expr) []message {
	pattern := shape(text)
	if lit, ok := text.(*ast.BasicLit); ok && strings.Contains(lit.Value, "%w") {
		return nil
	}
	if letters := regexp.MustCompile(`\.[*+]|[^a-z]`).ReplaceAllString(pattern, ""); len(letters) < 5 {
		return nil
	}
	return []message{{at, regexp.MustCompile(pattern)}}
}

func shape(text ast.Expr) string {
	switch e := text.(type) {
	case *ast.BasicLit:
		plain, err := strconv.Unquote(e.Value)
		if err != nil {
			return ".*"
		}
		parts := verb.Split(plain, -1)
		for i, p := range parts {
			parts[i] = regexp.QuoteMeta(strings.ReplaceAll(p, "%%", "%"))
		}
		return strings.Join(parts, ".*")
	case *ast.BinaryExpr:
		return shape(e.X) + shape(e.Y)
	case *ast.CallExpr:
		if called, ok := e.Fun.(*ast.SelectorExpr); ok && called.Sel.Name == "Sprintf" && len(e.Args) > 0 {
			return shape(e.Args[0])
		}
	}
	return ".*"
}

// TestMessagesAreFound shows that the convention finds a message of each kind.
func TestMessagesAreFound(t *testing.T) {
	source := `package p
func f() {
	p.Add(pos.Errorf("do this", "the thing %q is %d%% wrong", x, n))
	c.errorf(path, "do that", "%q wants " + kind + ", not this", x)
	e := Fault{Msg: fmt.Sprintf("begun %-3d times", n), Hint: "h"}
	problem("hint", "it is %s", x)
	s.fault(tag, "hint", tag.name + " closes nothing")
	t.fault, t.hint = "it has no end", "end it"
	return fmt.Errorf("told about %w", errors.New("the cause"))
}`
	parsed, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if text := textOf(n); text != nil {
			for _, m := range patterns("", text) {
				got = append(got, m.pattern.String())
			}
		}
		return true
	})
	want := []string{`the thing .* is .*% wrong`, `.* wants .*, not this`, `begun .* times`, `.* closes nothing`, `it has no end`, `the cause`}
	if !slices.Equal(got, want) {
		t.Errorf("got %s, want %s", fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
	}
}
