package infra_test

import (
	"go/types"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// sdk is where the clients of AWS's services are.
const sdk = "github.com/aws/aws-sdk-go-v2/service/"

// callsOf says which calls of AWS's services a program of this module can make, such as "dynamodb:PutItem". It follows
// our own functions from main: through calls, function values, and the methods of what is handed over as an interface.
func callsOf(t *testing.T, program string) []string {
	t.Helper()
	cfg := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedModule |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedTypesInfo | packages.NeedSyntax | packages.NeedExportFile,
		Dir: "..", BuildFlags: []string{"-tags", "lambda.norpc"},
		Env: append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64"),
	}
	loaded, err := packages.Load(cfg, ownPackages(t, cfg, program)...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(loaded) > 0 {
		t.Fatalf("%s does not compile", program)
	}
	prog, all := ssautil.Packages(loaded, ssa.InstantiateGenerics)
	prog.Build()
	r := &reach{prog: prog, seen: map[*ssa.Function]bool{}, calls: map[string]bool{}}
	for _, p := range all {
		if p.Pkg.Name() == "main" {
			r.visit(p.Func("main"))
		}
		r.visit(p.Func("init"))
	}
	r.run()
	return slices.Sorted(maps.Keys(r.calls))
}

// ownPackages are the packages of this module that a program links: those alone are followed.
func ownPackages(t *testing.T, cfg *packages.Config, program string) []string {
	t.Helper()
	list := *cfg
	list.Mode = packages.NeedName | packages.NeedImports | packages.NeedDeps
	loaded, err := packages.Load(&list, program)
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	packages.Visit(loaded, func(p *packages.Package) bool {
		if strings.HasPrefix(p.PkgPath, "leadsite/") {
			own = append(own, p.PkgPath)
		}
		return true
	}, nil)
	return own
}

// reach is what can be run, as far as it is found.
type reach struct {
	prog    *ssa.Program
	seen    map[*ssa.Function]bool
	todo    []*ssa.Function
	values  []types.Type  // what was made into an interface
	invoked []*types.Func // what was called through one
	calls   map[string]bool
}

func (r *reach) run() {
	for len(r.todo) > 0 {
		f := r.todo[len(r.todo)-1]
		r.todo = r.todo[:len(r.todo)-1]
		r.follow(f)
		if len(r.todo) == 0 {
			r.dispatch()
		}
	}
}

// visit notes a call of a service, or a function of ours to be followed.
func (r *reach) visit(f *ssa.Function) {
	if f == nil || r.seen[f] {
		return
	}
	r.seen[f] = true
	if f.Blocks != nil {
		r.todo = append(r.todo, f)
	}
	if recv := f.Signature.Recv(); recv != nil {
		name, isSDK := strings.CutPrefix(types.TypeString(recv.Type(), nil), "*"+sdk)
		if service, isClient := strings.CutSuffix(name, ".Client"); isSDK && isClient {
			r.calls[service+":"+f.Name()] = true
		}
	}
}

// follow looks at every operand, so that a function that is only handed on counts as called.
func (r *reach) follow(f *ssa.Function) {
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			switch i := i.(type) {
			case *ssa.MakeInterface:
				r.values = append(r.values, i.X.Type())
			case ssa.CallInstruction:
				if c := i.Common(); c.IsInvoke() {
					r.invoked = append(r.invoked, c.Method)
				}
			}
			for _, o := range i.Operands(nil) {
				if g, ok := (*o).(*ssa.Function); ok {
					r.visit(g)
				}
			}
		}
	}
	for _, inner := range f.AnonFuncs {
		r.visit(inner)
	}
}

// dispatch visits the methods that calls through interfaces may mean. What libraries call through interfaces of their
// own is not seen; of those only handlers matter here.
func (r *reach) dispatch() {
	for _, v := range r.values {
		set := r.prog.MethodSets.MethodSet(v)
		for i := range set.Len() {
			if m := set.At(i); r.mayBeCalled(m.Obj().(*types.Func), v) {
				r.visit(r.prog.MethodValue(m))
			}
		}
	}
}

func (r *reach) mayBeCalled(m *types.Func, of types.Type) bool {
	if m.Name() == "ServeHTTP" || m.Name() == "Handle" {
		return true
	}
	return slices.ContainsFunc(r.invoked, func(f *types.Func) bool {
		i, ok := f.Signature().Recv().Type().Underlying().(*types.Interface)
		return ok && f.Name() == m.Name() && types.Implements(of, i)
	})
}
