package infra_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"leadsite/e2e"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(e2e.Root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// workflow is the job of README that publishes.
type workflow struct {
	On          map[string]any    `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Concurrency string            `yaml:"concurrency"`
	Jobs        map[string]struct {
		RunsOn string            `yaml:"runs-on"`
		Env    map[string]string `yaml:"env"`
		Steps  []step            `yaml:"steps"`
	} `yaml:"jobs"`
}

type step struct {
	Name, Uses, Run string
	With            map[string]string
}

func readmeWorkflow(t *testing.T) workflow {
	t.Helper()
	_, rest, _ := strings.Cut(readme(t), "```yaml\nname: publish\n")
	block, _, found := strings.Cut(rest, "```")
	var w workflow
	if err := yaml.Unmarshal([]byte(block), &w); err != nil || !found {
		t.Fatalf("README has no workflow that can be read: %v", err)
	}
	return w
}

// The workflow is one that GitHub can read: triggers, a role instead of keys, one run at a time.
func TestReadmeWorkflow(t *testing.T) {
	w := readmeWorkflow(t)
	job := w.Jobs["publish"]
	cron := regexp.MustCompile(`^([0-9*/,-]+ ){4}[0-9*/,-]+$`)
	schedule, _ := w.On["schedule"].([]any)
	if len(schedule) != 1 || !cron.MatchString(fmt.Sprint(at(schedule[0], "cron"))) {
		t.Errorf("the schedule is %v", w.On["schedule"])
	}
	if w.Permissions["id-token"] != "write" || w.Permissions["contents"] != "read" || w.Concurrency == "" || job.RunsOn != "ubuntu-latest" {
		t.Errorf("the workflow is %+v", w)
	}
	uses := map[string]map[string]string{}
	for _, s := range job.Steps {
		if (s.Uses == "") == (s.Run == "") {
			t.Errorf("step %+v neither uses nor runs, or both", s)
		}
		name, version, _ := strings.Cut(s.Uses, "@")
		if s.Uses != "" && !regexp.MustCompile(`^v[0-9]+$`).MatchString(version) {
			t.Errorf("%s has no version", s.Uses)
		}
		uses[name] = s.With
	}
	role := uses["aws-actions/configure-aws-credentials"]
	if uses["actions/checkout"] == nil && len(job.Steps) < 4 || !strings.HasPrefix(role["role-to-assume"], "arn:aws:iam::") || role["aws-region"] == "" {
		t.Errorf("the steps are %+v", job.Steps)
	}
}

// Its scripts run the program that was fetched when its checksum is right, and nothing when it is not.
func TestReadmeWorkflowRuns(t *testing.T) {
	const program = "#!/bin/sh\necho \"leadsite $*\"\n"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/leadsite" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, program)
	}))
	defer server.Close()
	right := fmt.Sprintf("%x", sha256.Sum256([]byte(program)))
	for name, tc := range map[string]struct{ path, sum, want string }{
		"right":          {"/leadsite", right, "leadsite deploy --yes"},
		"another one":    {"/leadsite", strings.Repeat("0", 64), ""},
		"not there":      {"/nothing", right, ""},
		"without a name": {"/leadsite", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := runSteps(t, readmeWorkflow(t), "PROGRAM="+server.URL+tc.path, "SHA256="+tc.sum)
			if (err == nil) != (tc.want != "") || strings.Contains(out, "leadsite deploy") != (tc.want != "") || !strings.Contains(out, tc.want) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// runSteps runs the scripts of the workflow's steps as GitHub does, until one fails.
func runSteps(t *testing.T, w workflow, env ...string) (out string, err error) {
	t.Helper()
	temp, bin := t.TempDir(), machine(t)
	for _, s := range w.Jobs["publish"].Steps {
		if s.Run == "" {
			continue
		}
		cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", s.Run)
		cmd.Env = append(os.Environ(), append(env, "RUNNER_TEMP="+temp, "PATH="+os.Getenv("PATH")+string(os.PathListSeparator)+bin)...)
		said, err := cmd.CombinedOutput()
		out += string(said)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// machine is a folder of programs that GitHub's machines have and this one may lack, for the end of the PATH.
func machine(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, script := range map[string]string{
		"sha256sum": "exec shasum -a 256 \"$@\"",
		"curl":      "exec python3 -c 'import sys, urllib.request as u; a = sys.argv; open(a[a.index(\"--output\") + 1], \"wb\").write(u.urlopen(a[-1]).read())' \"$@\"",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Deploying is ten lines, and a line of cron.
func TestReadmeDeploysInTenLines(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "\n## Deploying\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	if n := len(regexp.MustCompile(`(?m)^[0-9]+\. `).FindAllString(section, -1)); n != 10 {
		t.Errorf("there are %d lines", n)
	}
	if !regexp.MustCompile(`(?m)^5 6 \* \* \*   cd .* leadsite deploy --yes$`).MatchString(section) {
		t.Error("there is no line of cron")
	}
}
