package main

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"leadsite": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the command line as a user would: e2e/scripts/*.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "e2e/scripts", RequireExplicitExec: true})
}

// rules is who may import whom, of this module: a package, or "folder/*" for all below it, and what it may import.
// The first rule that fits a package counts. ARCHITECTURE.md says why.
var rules = []struct{ pkg, may string }{
	{"", "build/cli functions/cli infra/cli themes"},
	{"themes", ""},
	{"e2e", ""},
	{"e2e/simulation", "functions/bundle functions/form functions/lead functions/intake functions/notify functions/mail functions/store/sqlite"},
	{"e2e/*", "e2e e2e/*"},

	{"functions/form", ""},
	{"functions/bundle", "functions/form"},
	{"functions/journal", ""},
	{"functions/disk", ""},
	{"functions/lead", "functions/form functions/bundle"},
	{"functions/intake", "functions/form functions/bundle functions/lead"},
	{"functions/notify", "functions/form functions/bundle functions/lead functions/mail"},
	{"functions/desk", "functions/form functions/bundle functions/lead"},
	{"functions/probe", "functions/bundle functions/lead functions/mail"},
	{"functions/store/storetest", "functions/lead functions/form"},
	{"functions/store/*", "functions/lead functions/disk"},
	{"functions/spool/*", "functions/lead functions/disk"},
	{"functions/mail", ""},
	{"functions/mail/*", "functions/mail functions/disk"},
	{"functions/gateway", ""},
	{"functions/environment", "functions/bundle functions/lead functions/store/dynamo"},
	{"functions/lambda/*", "functions/form functions/bundle functions/environment functions/journal functions/lead functions/intake functions/notify functions/desk functions/probe functions/store/dynamo functions/spool/sqs functions/mail functions/mail/ses functions/gateway"},
	{"functions/cli", "functions/*"},

	{"build/trace", ""},
	{"build/content", "functions/form build/trace"},
	{"build/theme", "build/content"},
	{"build/site", "build/content build/theme"},
	{"build/markdown", ""},
	{"build/minify", ""},
	{"build/asset", "build/content build/site"},
	{"build/check", "build/content build/site build/trace"},
	{"build/publish", "build/content build/site build/trace"},
	{"build/search", "build/content build/site build/theme"},
	{"build/render", "build/content build/theme build/site build/markdown build/asset build/trace build/render/program functions/form"},
	{"build/render/program", ""},
	{"build/serve", ""},
	{"build/archetype", "build/content"},
	{"build/cli", "build build/*"},
	{"build", "build/* functions/form functions/bundle"},

	{"infra", "functions/bundle functions/lead functions/probe infra/stack infra/upload"},
	{"infra/stack", ""},
	{"infra/upload", ""},
	{"infra/cli", "infra functions/store/dynamo"},
	{"infra/release", "infra"},
}

// libraries is where each third-party library may be imported. The AWS SDK and golang.org/x are free.
var libraries = []struct{ library, in string }{
	{"github.com/spf13/cobra", " build/cli functions/cli infra/cli"},
	{"go.yaml.in/yaml/v4", "build/content build/theme build/site"},
	{"github.com/BurntSushi/toml", "build/content"},
	{"github.com/gomarkdown/markdown", "build/markdown"},
	{"github.com/alecthomas/chroma/v2", "build/markdown"},
	{"github.com/tdewolff/minify/v2", "build/minify"},
	{"github.com/tdewolff/parse/v2", "build/minify"},
	{"github.com/fsnotify/fsnotify", "build/serve"},
	{"github.com/google/renameio/v2", "build functions/cli"},
	{"github.com/gofrs/flock", "build/publish functions/cli"},
	{"github.com/agnivade/levenshtein", "build/content"},
	{"github.com/andybalholm/brotli", "build/publish"},
	{"github.com/lucasb-eyer/go-colorful", "build build/asset"},
	{"github.com/go-fonts/stix", "build/asset"},
	{"github.com/schollz/progressbar/v3", "build/cli"},
	{"modernc.org/sqlite", "functions/store/sqlite"},
	{"github.com/aws/aws-lambda-go", "functions/gateway functions/lambda/submit functions/lambda/notify functions/lambda/desk"},
	{"github.com/wneessen/go-mail", "functions/mail functions/mail/outbox functions/mail/smtp functions/mail/ses"},
	{"github.com/rickar/cal/v2", "functions/notify"},
	{"github.com/standard-webhooks/standard-webhooks", "functions/notify"},
	{"github.com/google/uuid", "functions/lead functions/intake infra/stack"},
	{"github.com/chromedp", "e2e/browser"},
}

// free are libraries that any package may import.
var free = []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "golang.org/x"}

// pkg is one package of this module, as its files say.
type pkg struct {
	name    string // "build/content"; "" is main
	imports []string
	doc     bool
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		for _, fault := range faults(p) {
			t.Error(fault)
		}
	}
}

// TestImportsFindFaults shows that the rules can fail.
func TestImportsFindFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		p    pkg
		want string
	}{
		"forbidden package": {pkg{"functions/intake", []string{"leadsite/build"}, true}, "functions/intake imports build: not allowed"},
		"no entry":          {pkg{"build/util", nil, true}, "build/util has no entry in the import rules"},
		"library":           {pkg{"build/site", []string{"github.com/gomarkdown/markdown/ast"}, true}, "build/site imports github.com/gomarkdown/markdown/ast: only build/markdown may"},
		"unknown library":   {pkg{"build/site", []string{"example.com/x"}, true}, "build/site imports example.com/x: it has no entry in the library rules"},
		"no comment":        {pkg{"build/site", nil, false}, "build/site has no package comment"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := faults(tc.p); len(got) != 1 || got[0] != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// faults says what is wrong with a package's imports.
func faults(p pkg) []string {
	var all []string
	i := slices.IndexFunc(rules, func(r struct{ pkg, may string }) bool { return fits(p.name, r.pkg) })
	if i < 0 {
		return []string{p.name + " has no entry in the import rules"}
	}
	if !p.doc {
		all = append(all, p.name+" has no package comment")
	}
	for _, imp := range p.imports {
		own, isOwn := strings.CutPrefix(imp, "leadsite/")
		switch {
		case isOwn && !allowed(own, rules[i].may):
			all = append(all, fmt.Sprintf("%s imports %s: not allowed", p.name, own))
		case !isOwn && strings.Contains(strings.Split(imp, "/")[0], "."):
			all = append(all, libraryFault(p.name, imp)...)
		}
	}
	return all
}

func libraryFault(name, imp string) []string {
	if slices.ContainsFunc(free, func(f string) bool { return below(imp, f) }) {
		return nil
	}
	for _, l := range libraries {
		if !below(imp, l.library) {
			continue
		}
		if slices.Contains(strings.Split(l.in, " "), name) {
			return nil
		}
		return []string{fmt.Sprintf("%s imports %s: only %s may", name, imp, strings.TrimSpace(l.in))}
	}
	if testSupport(name) {
		return nil
	}
	return []string{fmt.Sprintf("%s imports %s: it has no entry in the library rules", name, imp)}
}

func fits(name, pattern string) bool {
	folder, all := strings.CutSuffix(pattern, "/*")
	return name == pattern || all && strings.HasPrefix(name, folder+"/")
}

func allowed(name, may string) bool {
	return slices.ContainsFunc(strings.Fields(may), func(pattern string) bool { return fits(name, pattern) })
}

func below(imp, library string) bool { return imp == library || strings.HasPrefix(imp, library+"/") }

// testSupport are packages that only tests import; they may use test libraries.
func testSupport(name string) bool {
	return strings.HasPrefix(name, "e2e") || strings.HasSuffix(name, "test")
}

// packages parses the imports of every package, tests aside. It reads the files itself: the result of a test that asks
// the Go command is cached although the files have changed.
func packages(t *testing.T) []pkg {
	t.Helper()
	byName := map[string]*pkg{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || file != "." && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		return read(byName, file)
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for _, p := range byName {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b pkg) int { return strings.Compare(a.name, b.name) })
	return all
}

func read(byName map[string]*pkg, file string) error {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(path.Dir(filepath.ToSlash(file)), ".")
	p := byName[name]
	if p == nil {
		p = &pkg{name: name}
		byName[name] = p
	}
	p.doc = p.doc || f.Doc != nil
	for _, spec := range f.Imports {
		p.imports = append(p.imports, imported(spec))
	}
	return nil
}

func imported(spec *ast.ImportSpec) string {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return name
}

// TestLambdasStaySmall walks everything that a deployed function links.
func TestLambdasStaySmall(t *testing.T) {
	for lambda, forbidden := range map[string]string{
		"functions/lambda/submit": "leadsite/build leadsite/build/* modernc.org/sqlite modernc.org/* html/template text/template",
		"functions/lambda/notify": "leadsite/build leadsite/build/* modernc.org/sqlite modernc.org/*",
		"functions/lambda/desk":   "leadsite/build leadsite/build/* modernc.org/sqlite modernc.org/*",
	} {
		t.Run(lambda, func(t *testing.T) {
			c := closure{modules: modules(t), from: map[string]string{}}
			if err := c.add("leadsite/"+lambda, ""); err != nil {
				t.Fatal(err)
			}
			if _, ok := c.from["leadsite/functions/lead"]; !ok || len(c.from) < 100 {
				t.Fatalf("the walk is broken: it found %d packages", len(c.from))
			}
			for name := range c.from {
				if allowed(name, forbidden) {
					t.Errorf("%s links %s, imported by %s", lambda, name, c.from[name])
				}
			}
		})
	}
}

// closure is a set of packages with all that they import, each with one that imports it.
type closure struct {
	modules map[string]string // module path -> folder
	from    map[string]string
}

func (c closure) add(name, by string) error {
	if _, ok := c.from[name]; ok || name == "C" || name == "unsafe" {
		return nil
	}
	c.from[name] = by
	dir, err := c.dir(name)
	if err != nil {
		return fmt.Errorf("%s, imported by %s: %w", name, by, err)
	}
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled, ctx.BuildTags = "linux", "arm64", false, []string{"lambda.norpc"}
	p, err := ctx.ImportDir(dir, 0)
	if err != nil {
		return fmt.Errorf("%s, imported by %s: %w", name, by, err)
	}
	for _, imp := range p.Imports {
		if err := c.add(imp, name); err != nil {
			return err
		}
	}
	return nil
}

// dir finds a package's folder: in this module, in a required module, or in the standard library.
func (c closure) dir(name string) (string, error) {
	for module := name; module != "."; module = path.Dir(module) {
		if dir, ok := c.modules[module]; ok {
			return filepath.Join(dir, strings.TrimPrefix(name, module)), nil
		}
	}
	for _, root := range []string{"src", "src/vendor"} {
		dir := filepath.Join(build.Default.GOROOT, root, name)
		if _, err := os.Stat(dir); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no module holds it")
}

// modules reads go.mod: where the module cache has each required module.
func modules(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		cache = filepath.Join(build.Default.GOPATH, "pkg", "mod")
	}
	all := map[string]string{"leadsite": "."}
	required := regexp.MustCompile(`(?m)^\s*(?:require )?([^\s/]+\.[^\s]+) (v[^\s]+)`)
	for _, m := range required.FindAllSubmatch(data, -1) {
		all[string(m[1])] = filepath.Join(cache, escape(m[1])+"@"+escape(m[2]))
	}
	return all
}

// escape writes capitals as the module cache does: "!b" for "B".
func escape(s []byte) string {
	var out bytes.Buffer
	for _, c := range s {
		if 'A' <= c && c <= 'Z' {
			out.WriteByte('!')
			c += 'a' - 'A'
		}
		out.WriteByte(c)
	}
	return out.String()
}
