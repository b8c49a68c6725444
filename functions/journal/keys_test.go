package journal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every key of a line that the functions log is on the list, which is sorted and holds no other.
func TestEveryKeyOfTheCodeIsOnTheList(t *testing.T) {
	used := map[string]string{}
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			for _, key := range keysOf(n) {
				used[key] = file
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if used["lead"] == "" || used["request"] == "" {
		t.Fatalf("the search is broken: it found %v", used)
	}
	for key, file := range used {
		if !slices.Contains(keys(), key) {
			t.Errorf("%s logs %q, which is left out; if no visitor can decide what stands there, add it to keys", file, key)
		}
	}
	for _, key := range keys() {
		if used[key] == "" {
			t.Errorf("%q is on the list, and nothing logs it", key)
		}
	}
	if !slices.IsSorted(keys()) {
		t.Error("the list is not sorted")
	}
}

// keysOf are the keys in a call like log.Info("what happened", "key", value), x.log(level, "what happened", "key", value)
// or append([]any{"key", value}, …), which is how some lines begin.
func keysOf(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		method, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		first, logs := map[string]int{"Info": 1, "Warn": 1, "Error": 1, "Debug": 1, "log": 2, "Log": 3}[method.Sel.Name]
		if !logs || len(n.Args) < first || first == 1 && !isLogger(method.X) {
			return nil
		}
		return everySecond(n.Args[first:])
	case *ast.CompositeLit:
		if list, ok := n.Type.(*ast.ArrayType); ok {
			if of, ok := list.Elt.(*ast.Ident); ok && of.Name == "any" && len(n.Elts)%2 == 0 {
				return everySecond(n.Elts)
			}
		}
	}
	return nil
}

// isLogger tells n.Log.Error from http.Error by the name.
func isLogger(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return strings.EqualFold(x.Name, "log")
	case *ast.SelectorExpr:
		return strings.EqualFold(x.Sel.Name, "log")
	}
	return false
}

// everySecond are the texts among the first, third, fifth of the arguments.
func everySecond(args []ast.Expr) []string {
	var texts []string
	for i := 0; i < len(args); i += 2 {
		if lit, ok := args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				texts = append(texts, text)
			}
		}
	}
	return texts
}
