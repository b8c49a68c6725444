package ses_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/google/go-cmp/cmp"

	"leadsite/e2e/moto"
	"leadsite/functions/mail"
	"leadsite/functions/mail/mailtest"
	"leadsite/functions/mail/ses"
)

func client(endpoint string) *sesv2.Client {
	return sesv2.New(sesv2.Options{
		BaseEndpoint: aws.String(endpoint), Region: "eu-central-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

func message() mail.Message {
	return mail.Message{From: "leads@example.com", To: "sales@example.com", Subject: "New lead", Text: "Hello\n",
		ID: "a.1@example.com", Date: time.Date(2026, 11, 22, 9, 15, 5, 0, time.UTC),
		Tags: map[string]string{"notification": "lead-0a1b", "lead": "h5k2"}}
}

func TestSES(t *testing.T) {
	endpoint := moto.Start(t)
	c := client(endpoint)
	verify(t, c, "example.com")
	mailtest.Run(t, func(t *testing.T) (mail.Sender, func() [][]byte) {
		before := len(sent(t, endpoint))
		return &ses.Sender{Client: c}, func() [][]byte { return sent(t, endpoint)[before:] }
	})
}

func verify(t *testing.T, c *sesv2.Client, identity string) {
	t.Helper()
	_, err := c.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(identity)})
	if err != nil {
		t.Fatal(err)
	}
}

// sent reads from moto every mail that it took since it was started, oldest first.
func sent(t *testing.T, endpoint string) [][]byte {
	t.Helper()
	response, err := http.Get(endpoint + "/moto-api/data.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var data struct {
		SES struct {
			RawMessage []struct {
				Raw string `json:"raw_data"`
			}
		} `json:"ses"`
	}
	if err := json.NewDecoder(response.Body).Decode(&data); err != nil {
		t.Fatal(err)
	}
	var mails [][]byte
	for _, m := range data.SES.RawMessage {
		mails = append(mails, []byte(m.Raw))
	}
	return mails
}

// TestASenderThatIsNotVerifiedMayBeSoon: the next recipient would be refused just the same, so nobody is given up.
func TestASenderThatIsNotVerifiedMayBeSoon(t *testing.T) {
	m := message()
	m.From = "leads@unverified.example"
	_, err := (&ses.Sender{Client: client(moto.Start(t))}).Send(t.Context(), m)
	if err == nil || errors.Is(err, mail.ErrRefused) {
		t.Errorf("error %v, want one that may go away", err)
	}
}

func TestWhatARejectionSays(t *testing.T) {
	const failed = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "
	for reason, final := range map[string]bool{
		failed + "Leads@example.com":                    false,
		failed + "sales@example.com, leads@example.com": false,
		failed + "sales@example.com":                    true,
		"Email address is not verified.":                false,
		"Message contains a virus":                      true,
		"":                                              true,
	} {
		var calls atomic.Int32
		_, err := (&ses.Sender{Client: service(t, 400, "MessageRejected", reason, &calls)}).Send(t.Context(), message())
		if err == nil || errors.Is(err, mail.ErrRefused) != final {
			t.Errorf("%q: error %v, want one that is final: %v", reason, err, final)
		}
	}
}

// service answers every call with one status, error type and message of SES, and counts.
func service(t *testing.T, status int, kind, message string, calls *atomic.Int32) *sesv2.Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Amzn-Errortype", kind)
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"message":%q}`, message)
	}))
	t.Cleanup(srv.Close)
	return client(srv.URL)
}

func TestOneAttemptWhateverTheServiceAnswers(t *testing.T) {
	for _, tt := range []struct {
		status int
		kind   string
		final  bool
	}{
		{400, "MessageRejected", true},
		{400, "BadRequestException", true},
		{400, "MailFromDomainNotVerifiedException", false},
		{400, "SendingPausedException", false},
		{400, "AccountSuspendedException", false},
		{400, "LimitExceededException", false},
		{404, "NotFoundException", false},
		{403, "AccessDeniedException", false},
		{429, "TooManyRequestsException", false},
		{500, "InternalFailure", false},
		{503, "ServiceUnavailable", false},
	} {
		var calls atomic.Int32
		_, err := (&ses.Sender{Client: service(t, tt.status, tt.kind, "no", &calls)}).Send(t.Context(), message())
		if err == nil || errors.Is(err, mail.ErrRefused) != tt.final {
			t.Errorf("%s: error %v, want one that is final: %v", tt.kind, err, tt.final)
		}
		if n := calls.Load(); n != 1 {
			t.Errorf("%s: %d calls, want 1", tt.kind, n)
		}
	}
}

func TestADeadlineWhileTheServiceIsSilent(t *testing.T) {
	reached, release := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(reached)
		<-release
	}))
	defer srv.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	_, err := (&ses.Sender{Client: client(srv.URL)}).Send(ctx, message())
	if !errors.Is(err, context.Canceled) || errors.Is(err, mail.ErrRefused) {
		t.Errorf("error %v, want the context's", err)
	}
}

// TestTheCallNamesTagsAndConfigurationSet looks at the request, because moto keeps neither.
func TestTheCallNamesTagsAndConfigurationSet(t *testing.T) {
	type call struct {
		ConfigurationSetName, FromEmailAddress string
		Destination                            struct{ ToAddresses []string }
		EmailTags                              []struct{ Name, Value string }
	}
	var got call
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, `{"MessageId":"0107-abc"}`)
	}))
	defer srv.Close()
	receipt, err := (&ses.Sender{Client: client(srv.URL), ConfigurationSet: "leads"}).Send(t.Context(), message())
	if err != nil || receipt != (mail.Receipt{MessageID: "0107-abc"}) {
		t.Fatalf("receipt %+v, %v", receipt, err)
	}
	want := call{ConfigurationSetName: "leads", FromEmailAddress: "leads@example.com",
		EmailTags: []struct{ Name, Value string }{{"lead", "h5k2"}, {"notification", "lead-0a1b"}}}
	want.Destination.ToAddresses = []string{"sales@example.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
