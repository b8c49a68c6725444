package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/e2e/program"
)

// The example site, as serve has it on a laptop, is in order.
func TestServePasses(t *testing.T) {
	served := program.Serve(t, e2e.Root(t), filepath.Join(t.TempDir(), "state"))
	var out strings.Builder
	if err := run(served.URL+"/", &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"form contact: a challenge", "page /about leads to its slash", "an address that is not there, in de", "checks, all well"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
}

// A server that answers everything with the same page fails, and so does one that is not there.
func TestSomethingElseFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<p>hello")) }))
	var out strings.Builder
	if err := run(server.URL, &out); err == nil || !strings.Contains(out.String(), "FAILED an address that is not there: 200, want 404") {
		t.Errorf("%v\n%s", err, out.String())
	}
	server.Close()
	if err := run(server.URL, &out); err == nil {
		t.Error("a server that is not there passes")
	}
	if err := run("www.example.com", &out); err == nil {
		t.Error("an address without http passes")
	}
}
