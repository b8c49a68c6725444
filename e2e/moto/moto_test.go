package moto

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// call sends one DynamoDB operation the way every SDK does, and returns status and body.
func call(t *testing.T, endpoint, operation, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestServesDynamoDB(t *testing.T) {
	endpoint := Start(t)
	status, body := call(t, endpoint, "DescribeTable", `{"TableName":"nowhere"}`)
	if status != http.StatusBadRequest || !strings.Contains(body, "ResourceNotFoundException") {
		t.Errorf("DescribeTable of a missing table = %d %s, want 400 ResourceNotFoundException", status, body)
	}
	status, body = call(t, endpoint, "CreateTable", `{"TableName":"here","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}`)
	if status != http.StatusOK {
		t.Errorf("CreateTable = %d %s, want 200", status, body)
	}
}

func TestOneServerForAll(t *testing.T) {
	if first, second := Start(t), Start(t); first != second {
		t.Errorf("Start returned %s, then %s", first, second)
	}
}

func TestDynamoDBEndpointFromTheEnvironment(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	if got := DynamoDB(t); got != "http://127.0.0.1:1" {
		t.Errorf("DynamoDB() = %s, want the environment's", got)
	}
	t.Setenv("DYNAMODB_ENDPOINT", "")
	if got, want := DynamoDB(t), Start(t); got != want {
		t.Errorf("DynamoDB() = %s, want moto's %s", got, want)
	}
}

// A test binary that is killed has no chance to clean up; its moto must go all the same. This test
// runs itself as the binary to kill.
func TestServerEndsWithAKilledTestBinary(t *testing.T) {
	if os.Getenv("MOTO_TEST_VICTIM") != "" {
		fmt.Println("endpoint", Start(t))
		select {}
	}
	victim := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=1m")
	// The profile is not there: moto must not look for it, or the call below fails.
	victim.Env = append(os.Environ(), "MOTO_TEST_VICTIM=1", "AWS_PROFILE=nowhere")
	stdout, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	endpoint := readEndpoint(t, stdout)
	if status, body := call(t, endpoint, "ListTables", `{}`); status != http.StatusOK {
		t.Errorf("ListTables = %d %s, want 200", status, body)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(endpoint, "http://"))
	if err != nil {
		t.Fatalf("moto does not listen while its test binary lives: %v", err)
	}
	defer conn.Close()
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// The open connection ends when the process does; a moto that lived on would keep it open.
	if _, err := io.ReadAll(conn); err != nil {
		t.Logf("the connection ended with: %v", err)
	}
	victim.Wait() // a killed process: its error is what we wanted
}

func readEndpoint(t *testing.T, stdout io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, endpoint, found := strings.Cut(lines.Text(), "endpoint "); found {
			return endpoint
		}
	}
	t.Fatalf("the other test binary said no endpoint (%v)", lines.Err())
	return ""
}

func TestTailKeepsTheLastLines(t *testing.T) {
	log := &tail{keep: 2}
	for _, part := range []string{"one\ntwo\nth", "ree\nfo", "ur"} {
		fmt.Fprint(log, part)
	}
	if got, want := log.String(), "two\nthree\nfour"; got != want {
		t.Errorf("tail = %q, want %q", got, want)
	}
}
