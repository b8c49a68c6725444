package environment_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"leadsite/functions/bundle"
	"leadsite/functions/environment"
)

// services is AWS as far as opening goes: parameters by their names, each with its value.
func services(t *testing.T, parameters map[string]string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for name, value := range parameters {
			if strings.Contains(string(body), fmt.Sprintf(`"Name":%q`, name)) {
				fmt.Fprintf(w, `{"Parameter":{"Name":%q,"Value":%q}}`, name, value)
				return
			}
		}
		w.WriteHeader(http.StatusBadRequest)
		if strings.Contains(string(body), "forbidden") {
			fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"User is not authorized to perform: ssm:GetParameter"}`)
			return
		}
		fmt.Fprint(w, `{"__type":"ParameterNotFound"}`)
	}))
	t.Cleanup(s.Close)
	return s
}

// around is a complete environment, with some of it replaced.
func around(t *testing.T, endpoint string, changes map[string]string) func(string) string {
	t.Helper()
	root := t.TempDir()
	f, err := os.Create(filepath.Join(root, "bundle.json"))
	if err == nil {
		err = (&bundle.Bundle{Version: bundle.Version, Site: "Example", BaseURL: "https://www.example.com/"}).Write(f)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"TABLE": "leads", "SECRET_PARAM": "/leadsite/example/secret", "LAMBDA_TASK_ROOT": root, "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_ENDPOINT_URL": endpoint}
	for name, value := range changes {
		all[name] = value
	}
	return func(name string) string { return all[name] }
}

var secret = strings.Repeat("01", 32)

func TestOpen(t *testing.T) {
	aws := services(t, map[string]string{"/leadsite/example/secret": secret, "/leadsite/example/secret/webhooks": "CRM=whsec_x\n"})
	e, err := environment.Open(t.Context(), around(t, aws.URL, map[string]string{"QUEUE_URL": "https://queue"}), environment.Patience{}, "QUEUE_URL")
	if err != nil {
		t.Fatal(err)
	}
	if b := e.Bundle(); b.Site != "Example" || e.Getenv("QUEUE_URL") != "https://queue" {
		t.Errorf("got %+v, %s", b, e.Getenv("QUEUE_URL"))
	}
	if text, err := e.Secret(t.Context(), "webhooks"); err != nil || text != "CRM=whsec_x\n" {
		t.Errorf("got %q, %v", text, err)
	}
	if text, err := e.Secret(t.Context(), "absent"); err != nil || text != "" {
		t.Errorf("one that is not there: %q, %v", text, err)
	}
	if _, err := e.Secret(t.Context(), "forbidden"); err == nil || !strings.Contains(err.Error(), "/leadsite/example/secret/forbidden") {
		t.Errorf("one that may not be read: %v", err)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	aws := services(t, map[string]string{"/leadsite/example/secret": secret, "/short": "01"})
	for want, changes := range map[string]map[string]string{
		"reading the environment: SECRET_PARAM, QUEUE_URL must be set": {"SECRET_PARAM": ""},
		"bundle.json":                {"QUEUE_URL": "q", "LAMBDA_TASK_ROOT": t.TempDir()},
		"reading parameter /another": {"QUEUE_URL": "q", "SECRET_PARAM": "/another"},
		"secret":                     {"QUEUE_URL": "q", "SECRET_PARAM": "/short"},
	} {
		_, err := environment.Open(t.Context(), around(t, aws.URL, changes), environment.Patience{}, "QUEUE_URL")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A service may be elsewhere than the others, under the name that AWS's documents give the variable.
func TestEndpoints(t *testing.T) {
	aws, mail := services(t, map[string]string{"/leadsite/example/secret": secret}), services(t, nil)
	e, err := environment.Open(t.Context(), around(t, aws.URL, map[string]string{"AWS_ENDPOINT_URL_SESV2": mail.URL}), environment.Patience{})
	if err != nil {
		t.Fatal(err)
	}
	if got := sesv2.NewFromConfig(e.AWS).Options().BaseEndpoint; got == nil || *got != mail.URL {
		t.Errorf("mail is at %v, want %s", got, mail.URL)
	}
}

// An attempt that hangs ends, and another one is made.
func TestPatience(t *testing.T) {
	good := services(t, map[string]string{"/leadsite/example/secret": secret})
	first := make(chan struct{}, 1)
	first <- struct{}{}
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-first: // the first never answers
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		default:
			good.Config.Handler.ServeHTTP(w, r)
		}
	}))
	defer aws.Close()
	if _, err := environment.Open(t.Context(), around(t, aws.URL, nil), environment.Patience{Attempt: 2 * time.Second, Backoff: time.Millisecond}); err != nil {
		t.Error(err)
	}
}
