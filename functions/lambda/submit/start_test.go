package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"leadsite/e2e/runtimeapi"
)

// BenchmarkStart is the time from starting the program to its first question for an event: bundle read, secret fetched,
// table warmed up. The services answer at once, so it is the program's own time and a few trips over the loopback.
func BenchmarkStart(b *testing.B) {
	polled := make(chan struct{}, 1)
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		switch target := r.Header.Get("X-Amz-Target"); {
		case strings.HasSuffix(target, ".GetParameter"):
			fmt.Fprintf(w, `{"Parameter":{"Name":"secret","Value":%q}}`, strings.Repeat("01", 32))
		case strings.HasSuffix(target, ".GetItem"), strings.HasSuffix(target, ".Query"):
			fmt.Fprint(w, "{}")
		default: // the Runtime API's next event, which never comes
			polled <- struct{}{}
			<-r.Context().Done()
		}
	}))
	defer aws.Close()
	program := filepath.Join(b.TempDir(), "bootstrap")
	install(b, program)
	for b.Loop() {
		cmd := exec.Command(program)
		cmd.Stderr = os.Stderr
		cmd.Env = []string{"TABLE=table", "QUEUE_URL=" + aws.URL + "/1/queue", "SECRET_PARAM=secret", "ORIGIN_SECRETS=secret",
			"LAMBDA_TASK_ROOT=" + filepath.Dir(program), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=made-up",
			"AWS_SECRET_ACCESS_KEY=made-up", "AWS_ENDPOINT_URL=" + aws.URL, "AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(aws.URL, "http://")}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		<-polled
		b.StopTimer()
		cmd.Process.Kill()
		cmd.Wait()
		b.StartTimer()
	}
}

// install puts the compiled function and a bundle where a deployment would.
func install(t testing.TB, binary string) {
	t.Helper()
	data, err := os.ReadFile(runtimeapi.Build(t, "leadsite/functions/lambda/submit"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(binary, data, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(filepath.Dir(binary), "bundle.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := site().Write(file); err != nil {
		t.Fatal(err)
	}
}
