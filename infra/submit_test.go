package infra_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"leadsite/infra"
)

// mostBytes is how large submit may be: what every visitor may have to wait for when no function is awake.
const mostBytes = 10_000_000

// The function that answers forms stays small, and has no template engine. The names of functions are in a stripped
// program, too; that one of ours is found shows that they can be.
func TestSubmitStaysSmall(t *testing.T) {
	program := filepath.Join(t.TempDir(), "bootstrap")
	if err := infra.Compile(t.Context(), "..", "submit", "arm64", program); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) >= mostBytes {
		t.Errorf("submit has %d bytes, at most %d are allowed; go tool nm -size shows what they are", len(data), mostBytes)
	}
	if !bytes.Contains(data, []byte("leadsite/functions/intake.")) {
		t.Error("the program holds no name of intake's functions: the search is broken")
	}
	for _, engine := range []string{"text/template.", "html/template."} {
		if bytes.Contains(data, []byte(engine)) {
			t.Errorf("submit holds %s", engine)
		}
	}
}
