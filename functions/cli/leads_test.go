package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/spf13/cobra"

	"leadsite/e2e/moto"
	"leadsite/functions/cli"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/mail/outbox"
	"leadsite/functions/spool/file"
	"leadsite/functions/store/dynamo"
	"leadsite/functions/store/sqlite"
	"leadsite/functions/store/storetest"
)

// leads runs `leadsite leads ARGS` with an input, and returns what it printed on stdout and stderr.
func leads(t *testing.T, input string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	root := &cobra.Command{Use: "leadsite", SilenceErrors: true, SilenceUsage: true}
	root.PersistentFlags().String("source", t.TempDir(), "")
	root.AddCommand(cli.Leads())
	var out, talk bytes.Buffer
	root.SetArgs(append([]string{"leads"}, args...))
	root.SetIn(strings.NewReader(input))
	root.SetOut(&out)
	root.SetErr(&talk)
	err = root.ExecuteContext(t.Context())
	return out.String(), talk.String(), err
}

// must runs a command that succeeds, and returns what it printed on stdout.
func must(t *testing.T, input string, args ...string) string {
	t.Helper()
	stdout, stderr, err := leads(t, input, args...)
	if err != nil {
		t.Fatalf("leads %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	return stdout
}

// fails runs a command that must not succeed, and returns its error and hint.
func fails(t *testing.T, input string, args ...string) string {
	t.Helper()
	stdout, _, err := leads(t, input, args...)
	if err == nil {
		t.Fatalf("leads %s succeeds:\n%s", strings.Join(args, " "), stdout)
	}
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return err.Error() + "\n" + hinted.Hint()
	}
	return err.Error()
}

// state makes a state folder with a secret, and returns it with the secret's keys.
func state(t *testing.T) (string, lead.Keys) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	secret := strings.Repeat("5e", lead.KeySize)
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "secret"), []byte(secret+"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	keys, err := lead.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	return dir, keys
}

// open opens the database of a state folder, or makes it.
func open(t *testing.T, state string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(state, "leads.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// table makes a table, in moto or in the server that DYNAMODB_ENDPOINT names, and points the SDK's own configuration at it.
func table(t *testing.T, name string) string {
	t.Helper()
	name = fmt.Sprintf("leadsite-test-%s-%d-%d", name, os.Getpid(), time.Now().UnixNano())
	for key, value := range map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": moto.DynamoDB(t), "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test",
		"AWS_SECRET_ACCESS_KEY": "test", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(key, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := dynamodb.NewFromConfig(cfg)
	if err := dynamo.CreateTable(t.Context(), client, name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
	return "dynamodb:" + name
}

// Everything moves from a file to a table, to another file and to another table, and is the same everywhere; and again
// changes nothing.
func TestLeadsMoveBetweenTheStores(t *testing.T) {
	first, _ := state(t)
	s := open(t, first)
	storetest.Fill(t, s)
	want := must(t, "", "export", "--state", first)
	if n := strings.Count(want, `"kind":"lead","lead"`); n != 10 {
		t.Fatalf("%d leads are exported", n)
	}
	second, _ := state(t)
	for _, to := range []string{table(t, "moved"), "sqlite:" + filepath.Join(second, "sub", "leads.db"), table(t, "moved-again")} {
		if got := must(t, want, "import", "--store", to); got != "imported 10 leads; 0 there already; 0 of people who were erased\n" {
			t.Errorf("into %s: %s", to, got)
		}
		if got := must(t, "", "export", "--store", to); got != want {
			t.Errorf("the export of %s differs:\n%s\nwant\n%s", to, got, want)
		}
		if got := must(t, want, "import", "--store", to); got != "imported 0 leads; 10 there already; 0 of people who were erased\n" {
			t.Errorf("again into %s: %s", to, got)
		}
		if got := must(t, "", "export", "--store", to); got != want {
			t.Errorf("importing again changed %s:\n%s", to, got)
		}
	}
}

// A person is found and erased in a table, by the secret that AWS keeps.
func TestEraseFromATable(t *testing.T) {
	dir, keys := state(t)
	store := table(t, "erase")
	t.Setenv("AWS_ENDPOINT_URL_SSM", moto.Start(t))
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	parameter := fmt.Sprintf("/leadsite/test-%d/secret", time.Now().UnixNano())
	_, err = ssm.NewFromConfig(cfg).PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: &parameter, Type: types.ParameterTypeSecureString, Value: aws.String(strings.Repeat("5e", lead.KeySize) + "\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	must(t, small(t, "a", canary, keys)+small(t, "b", "other@example.com", keys), "import", "--state", dir, "--store", store)
	at := []string{"--state", dir, "--store", store, "--secret", "ssm:" + parameter}
	if got := must(t, "", append([]string{"export", "--person", canary}, at...)...); !strings.Contains(got, strings.Repeat("a", 26)) {
		t.Error(got)
	}
	if got := must(t, "", append([]string{"erase", canary}, at...)...); !strings.HasPrefix(got, "erased 1 lead,") {
		t.Error(got)
	}
	left := must(t, "", "export", "--store", store)
	if strings.Contains(left, canary) || !strings.Contains(left, "other@example.com") || !strings.Contains(left, `"kind":"erasure"`) {
		t.Errorf("left: %s", left)
	}
	if note, err := os.ReadFile(filepath.Join(dir, "erasures.jsonl")); err != nil || !strings.Contains(string(note), keys.Person(canary)) {
		t.Errorf("noted: %s, %v", note, err)
	}
	if says := fails(t, "", append([]string{"erase", canary}, append(at[:5], "ssm:/nowhere")...)...); !strings.Contains(says, "reading the secret") {
		t.Error(says)
	}
}

// small is an export of one lead, by the store itself.
func small(t *testing.T, id, email string, keys lead.Keys) string {
	t.Helper()
	dir, _ := state(t)
	put(t, open(t, dir), id, email, keys)
	return must(t, "", "export", "--state", dir)
}

func put(t *testing.T, s lead.Store, id, email string, keys lead.Keys) lead.Lead {
	t.Helper()
	l := lead.Lead{
		ID: strings.Repeat(id, 26), Form: "contact", Email: email, Person: keys.Person(email),
		Fields: form.Values{"email": {Text: email}, "message": {Text: "=1+1 from " + email}},
	}
	stored, _, err := s.Put(t.Context(), l.Received(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// Lines that cannot be read are named; the others are imported.
func TestImportNamesBadLines(t *testing.T) {
	dir, keys := state(t)
	lines := strings.SplitAfter(small(t, "a", "ann@example.com", keys)+small(t, "b", "bob@example.com", keys), "\n")
	lines[0] = "words\n" // the lead; its event follows
	input := strings.Join(lines, "")
	stdout, stderr, err := leads(t, input, "import", "--state", dir)
	if err == nil || err.Error() != "2 lines could not be read" || !strings.HasPrefix(stdout, "imported 1 lead;") ||
		!strings.Contains(stderr, "leadsite: line 1: it is not JSON: ") || !strings.Contains(stderr, "leadsite: line 2: it belongs to a lead") {
		t.Errorf("%v\n%s\n%s", err, stdout, stderr)
	}
	var result struct {
		Added, There int
		Errors       []string
	}
	stdout, _, err = leads(t, input, "import", "--state", dir, "--json")
	if json.Unmarshal([]byte(stdout), &result) != nil || err == nil || result.Added != 0 || result.There != 1 || len(result.Errors) != 2 {
		t.Errorf("%s, %v", stdout, err)
	}
	for name, cut := range map[string]string{"nothing": "", "half of it": input[:len(input)-40]} {
		if says := fails(t, cut, "import", "--state", dir); !strings.Contains(says, "could not be read") {
			t.Errorf("%s is taken for an export: %s", name, says)
		}
	}
}

func TestImportTellsOfAnotherSecret(t *testing.T) {
	dir, keys := state(t)
	export := small(t, "a", "ann@example.com", keys)
	if _, stderr, err := leads(t, export, "import", "--state", dir); err != nil || stderr != "" {
		t.Errorf("%s, %v", stderr, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte(strings.Repeat("7f", lead.KeySize)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := leads(t, export, "import", "--state", dir); err != nil || !strings.Contains(stderr, "stored under another secret") {
		t.Errorf("%s, %v", stderr, err)
	}
}

const canary = "canary.bird@example.com"

// fullState is a state folder in which a person has left traces in every place, and another person too.
func fullState(t *testing.T) (dir string, keys lead.Keys) {
	dir, keys = state(t)
	s := open(t, dir)
	put(t, s, "a", canary, keys)
	put(t, s, "b", strings.ToUpper(canary), keys)
	put(t, s, "c", "other@example.com", keys)
	if err := s.Park(t.Context(), lead.Parked{Recipient: canary, At: time.Now(), Why: canary}); err != nil {
		t.Fatal(err)
	}
	spool, err := file.Open(filepath.Join(dir, "spool"))
	if err != nil {
		t.Fatal(err)
	}
	box, err := outbox.Open(filepath.Join(dir, "outbox"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for id, email := range map[string]string{"d": canary, "e": "other@example.com"} {
		l := lead.Lead{ID: strings.Repeat(id, 26), Form: "contact", Email: email, Person: keys.Person(email)}
		if err := spool.Hold(t.Context(), l.Received(time.Now())); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range []mail.Message{
		{ReplyTo: canary, Text: "a lead"},
		{ReplyTo: "other@example.com", Text: "another's lead"},
		{Text: "a digest of other@example.com.", HTML: `<a href="https://example.com/?mail=` + canary + `&amp;x=1">page</a>`},
		{To: canary, Text: "thank you"},
		{Text: "You wrote as " + strings.ToUpper(canary) + "."},
	} {
		m.ID, m.From, m.Subject, m.Date = fmt.Sprintf("mail-%d@example.com", i), "leads@example.com", "New lead", time.Now()
		if m.To == "" {
			m.To = "sales@example.com"
		}
		if _, err := box.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	return dir, keys
}

// naming lists the files below a folder that hold a text, in any case.
func naming(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if bytes.Contains(bytes.ToLower(data), []byte(text)) {
			found = append(found, filepath.Base(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEraseReachesEveryPlace(t *testing.T) {
	dir, keys := fullState(t)
	if found := naming(t, dir, canary); len(found) < 6 { // database or its log, spool, mails
		t.Fatalf("only %v name the address before", found)
	}
	if got := must(t, "", "erase", canary, "--state", dir); got != "erased 2 leads, 1 that waited in the spool, and 4 mails in the outbox\n" {
		t.Error(got)
	}
	if found := naming(t, dir, canary); len(found) > 0 {
		t.Errorf("the address is still in %v", found)
	}
	if found := naming(t, dir, "other@example.com"); len(found) < 3 {
		t.Errorf("of the other person there is only %v", found)
	}
	note, err := os.ReadFile(filepath.Join(dir, "erasures.jsonl"))
	if err != nil || !strings.HasPrefix(string(note), `{"person":"`+keys.Person(canary)+`","at":"`) || strings.Count(string(note), "\n") != 1 {
		t.Errorf("%s, %v", note, err)
	}
	if got := must(t, "", "erase", strings.ToUpper(canary), "--state", dir, "--json"); !strings.Contains(got, `"leads": []`) {
		t.Errorf("again: %s", got)
	}
}

// After a restore everybody who was erased is erased again, and nobody else; a lead that came later stays.
func TestReplayAfterARestore(t *testing.T) {
	dir, keys := fullState(t)
	before := filepath.Join(t.TempDir(), "before")
	if got := must(t, "", "backup", filepath.Join(t.TempDir(), "leads.db"), "--state", dir); !strings.HasPrefix(got, "backed up to ") {
		t.Error(got)
	}
	if err := os.CopyFS(before, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	must(t, "", "erase", canary, "--state", dir)
	note, err := os.ReadFile(filepath.Join(dir, "erasures.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	torn := append(note, `{"person":"half`...)
	if err := os.WriteFile(filepath.Join(before, "erasures.jsonl"), torn, 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Millisecond) // the erasure's time is whole milliseconds
	put(t, open(t, before), "f", canary, keys)
	says := fails(t, "", "erase", "--replay", "--state", before)
	if !strings.Contains(says, "erasures.jsonl:2: this line is no erasure") {
		t.Error(says)
	}
	if err := os.WriteFile(filepath.Join(before, "erasures.jsonl"), note, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := must(t, "", "erase", "--replay", "--state", before); got != "erased 0 leads, 0 that waited in the spool, and 0 mails in the outbox\n" {
		t.Errorf("the replay that failed at a line had not done the rest: %s", got)
	}
	left := must(t, "", "export", "--state", before, "--person", canary)
	if strings.Count(left, `"id": "ffff`) != 1 || strings.Count(left, `"kept_until"`) != 1 {
		t.Errorf("of the person there is left: %s", left)
	}
	if found := naming(t, filepath.Join(before, "outbox"), canary); len(found) > 0 {
		t.Errorf("the address is in %v", found)
	}
}

// The note of an erasure comes first: what cannot be noted is not erased.
func TestWhatCannotBeNotedIsNotErased(t *testing.T) {
	dir, keys := fullState(t)
	if err := os.Mkdir(filepath.Join(dir, "erasures.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	if says := fails(t, "", "erase", canary, "--state", dir); !strings.Contains(says, "nothing was erased") {
		t.Error(says)
	}
	if left, err := open(t, dir).ByPerson(t.Context(), keys.Person(canary), 10); err != nil || len(left) != 2 {
		t.Errorf("%d leads are left, %v", len(left), err)
	}
}

// A line that was torn when the power went does not spoil the next.
func TestAnErasureAfterATornLine(t *testing.T) {
	dir, _ := fullState(t)
	if err := os.WriteFile(filepath.Join(dir, "erasures.jsonl"), []byte(`{"person":"x`), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "", "erase", canary, "--state", dir)
	note, err := os.ReadFile(filepath.Join(dir, "erasures.jsonl"))
	if lines := strings.Split(string(note), "\n"); err != nil || len(lines) != 3 || !json.Valid([]byte(lines[1])) {
		t.Errorf("%q, %v", note, err)
	}
}

func TestExportForAPerson(t *testing.T) {
	dir, _ := fullState(t)
	text := must(t, "", "export", "--person", canary, "--state", dir)
	var got struct {
		Person string
		Leads  []struct {
			ID     string
			Email  string
			Events []struct{ Kind string }
			Kept   string `json:"kept_until"`
		}
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Person != canary || len(got.Leads) != 2 || len(got.Leads[0].Events) != 1 || got.Leads[0].Kept == "" || strings.Contains(text, "other@") {
		t.Errorf("%s", text)
	}
	if empty := must(t, "", "export", "--person", "nobody@example.com", "--state", dir); !strings.Contains(empty, `"leads": []`) {
		t.Error(empty)
	}
}

// A person is found by every spelling of the address that a keyboard or a clipboard makes of it.
func TestAnAddressInAnotherSpellingIsErased(t *testing.T) {
	dir, keys := state(t)
	must(t, small(t, "a", "jos\u00e9@b\u00fccher.example", keys), "import", "--state", dir)
	typed := " JOSE\u0301@bu\u0308cher.Example "
	if got := must(t, "", "export", "--person", typed, "--state", dir); !strings.Contains(got, strings.Repeat("a", 26)) {
		t.Errorf("%q is known of: %s", typed, got)
	}
	if got := must(t, "", "erase", typed, "--state", dir); !strings.HasPrefix(got, "erased 1 lead,") {
		t.Errorf("%q: %s", typed, got)
	}
}

// Leads that were stored under another secret, on another machine or before the file was lost, are of the same person.
func TestAPersonOfAnotherSecretIsErased(t *testing.T) {
	dir, keys := state(t)
	old, err := lead.ParseKeys(strings.Repeat("01", lead.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	put(t, s, "a", canary, keys)
	before := put(t, s, "b", canary, old)
	put(t, s, "c", "other@example.com", old)
	copied := filepath.Join(t.TempDir(), "copied.db")
	must(t, "", "backup", copied, "--state", dir)
	got := must(t, "", "export", "--person", canary, "--state", dir)
	if !strings.Contains(got, strings.Repeat("a", 26)) || !strings.Contains(got, before.ID) || strings.Contains(got, "other@") {
		t.Errorf("known is %s", got)
	}
	if got := must(t, "", "erase", canary, "--state", dir); !strings.HasPrefix(got, "erased 2 leads,") {
		t.Error(got)
	}
	if got := must(t, "", "export", "--state", dir); strings.Contains(got, canary) || !strings.Contains(got, "other@") {
		t.Errorf("left is %s", got)
	}
	if got := must(t, "", "erase", "--replay", "--state", dir, "--store", "sqlite:"+copied); !strings.HasPrefix(got, "erased 2 leads,") {
		t.Errorf("after a restore: %s", got)
	}
}

// What stands in a store, by whatever way it came there, neither steers a terminal nor turns its text around.
func TestTheTerminalIsNotSteered(t *testing.T) {
	dir, _ := state(t)
	const hostile = "a\x1b[31m\u202eb\tc\u0085d\x00e\u2066\r\nf"
	l := lead.Lead{
		ID: strings.Repeat("a", 26), Form: hostile, Email: hostile, Page: hostile, Owner: hostile,
		Fields: form.Values{hostile: {Text: hostile}}, Extra: map[string]string{hostile: hostile},
		Source: lead.Source{Campaign: hostile, Referrer: hostile}, Score: lead.Score{Reasons: []string{hostile}},
		Spam: lead.SpamScore{Reasons: []string{hostile}},
	}
	s := open(t, dir)
	if _, _, err := s.Put(t.Context(), l.Received(time.Now())); err != nil {
		t.Fatal(err)
	}
	e := lead.NewEvent(lead.Event{At: time.Now(), Kind: hostile, By: hostile, Note: hostile})
	if err := errors.Join(s.Append(t.Context(), l.ID, e), s.Park(t.Context(), lead.Parked{Recipient: hostile, At: time.Now(), Why: hostile, Lead: hostile})); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list"}, {"show", l.ID}, {"parked"}} {
		got := must(t, "", append(args, "--state", dir)...)
		if strings.ContainsAny(got, "\x00\t\r\x1b\u0085\u202e\u2066") || !strings.Contains(got, "[31mb") {
			t.Errorf("%v prints %q", args, got)
		}
	}
}

func TestSpreadsheets(t *testing.T) {
	dir, _ := fullState(t)
	for _, args := range [][]string{{"export", "--csv"}, {"list", "--csv", "--status", "any"}} {
		got := must(t, "", append(args, "--state", dir)...)
		if !strings.HasPrefix(got, `id,received,status,`) || !strings.Contains(got, `,'=1+1 from other@example.com`) && args[0] == "export" {
			t.Errorf("%v: %s", args, got)
		}
	}
}

func TestLeadsRefusals(t *testing.T) {
	dir, keys := fullState(t)
	full := filepath.Join(t.TempDir(), "leads.db")
	must(t, "", "backup", full, "--state", dir)
	bare := t.TempDir()
	export := small(t, "a", "ann@example.com", keys)
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"backup", full, "--state", dir}, "name a new file"},
		{[]string{"erase", "--state", dir}, "name one address"},
		{[]string{"erase", "sam", "--state", dir}, `"sam" is no e-mail address`},
		{[]string{"erase", "ann@example.com,sam@example.com", "--state", dir}, "is no e-mail address"},
		{[]string{"erase", "Sam <sam@example.com>", "--state", dir}, "is no e-mail address"},
		{[]string{"erase", "--replay", canary, "--state", dir}, "takes no address"},
		{[]string{"erase", "--replay", "--state", dir}, "there is no " + filepath.Join(dir, "erasures.jsonl")},
		{[]string{"erase", canary, "--state", bare, "--store", "sqlite:" + full}, "there is no secret at " + filepath.Join(bare, "secret")},
		{[]string{"export", "--state", bare}, "there is no lead database"},
		{[]string{"export", "--csv", "--person", canary, "--state", dir}, "person"},
		{[]string{"export", "--person", "", "--state", dir}, `"" is no e-mail address`},
		{[]string{"export", "--person", "sam", "--state", dir}, `"sam" is no e-mail address`},
		{[]string{"list", "--limit", "-1", "--state", dir}, "--limit -1 is less than nothing"},
		{[]string{"import", "--store", "sqlite"}, "names no store"},
		{[]string{"backup", "x", "--store", table(t, "no-backup")}, "only a database file can be backed up"},
	} {
		if says := fails(t, export, tt.args...); !strings.Contains(says, tt.says) {
			t.Errorf("leads %v says %s", tt.args, says)
		}
	}
}

// A database of a newer leadsite is left alone, and the user told what to do.
func TestANewerDatabaseIsRefused(t *testing.T) {
	dir, _ := fullState(t)
	copied := filepath.Join(t.TempDir(), "leads.db")
	must(t, "", "backup", copied, "--state", dir)
	data, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	data[60+3] = 99 // PRAGMA user_version
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		t.Fatal(err)
	}
	says := fails(t, "", "list", "--store", "sqlite:"+copied)
	if !strings.Contains(says, "written by a newer leadsite") || !strings.Contains(says, "use the newer leadsite, or restore a backup") {
		t.Error(says)
	}
}
