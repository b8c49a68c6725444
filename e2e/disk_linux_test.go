package e2e_test

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/e2e/program"
)

// A kill does not prove the disk: what a killed process wrote is still in the system's memory. So these tests trace the
// system calls of serve, and look at their order: what was promised is synced before it is said.

// call is one system call of the trace: what strace says of it, and between which lines it was under way.
type call struct {
	name, args string
	start, end int
}

// traced is a serve whose system calls are written to a file.
type traced struct {
	*program.Server
	t   *testing.T
	log string
}

func serveTraced(t *testing.T) *traced {
	t.Helper()
	s := &traced{t: t, log: filepath.Join(t.TempDir(), "trace")}
	// -D makes serve the child, and strace its grandchild: signals reach serve. -y names the files behind descriptors.
	s.Server = program.ServeUnder(t, []string{"strace", "-D", "-f", "-y", "-s", "200", "-o", s.log,
		"-e", "trace=read,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2"}, e2e.Root(t), filepath.Join(t.TempDir(), "state"))
	return s
}

// calls ends serve, and returns what it did, in the order in which the calls ended.
func (s *traced) calls() []call {
	s.t.Helper()
	s.Stop()
	file, err := os.Open(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	var all []call
	begun := map[string]call{} // by thread
	whole := regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	resumed := regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		if m := whole.FindStringSubmatch(lines.Text()); m != nil {
			c := call{m[2], m[3], n, n}
			if args, ok := strings.CutSuffix(m[3], "<unfinished ...>"); ok {
				begun[m[1]] = call{m[2], args, n, n}
				continue
			}
			all = append(all, c)
		}
		if m := resumed.FindStringSubmatch(lines.Text()); m != nil {
			c := begun[m[1]]
			c.args, c.end = c.args+m[3], n
			all = append(all, c)
		}
	}
	if err := lines.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// after finds the first call that began after another had ended, of one of the names, with a text in it.
func after(t *testing.T, calls []call, before call, names, text string) call {
	t.Helper()
	for _, c := range calls {
		if c.start > before.end && strings.Contains(" "+names+" ", " "+c.name+" ") && strings.Contains(c.args, text) {
			return c
		}
	}
	t.Fatalf("after %s(%.100s there is no %s of %s", before.name, before.args, names, text)
	return call{}
}

// inOrder checks that each call had ended when the next one began, and that syncs succeeded.
func inOrder(t *testing.T, calls ...call) {
	t.Helper()
	for i, c := range calls {
		if strings.Contains(c.name, "sync") && !strings.HasSuffix(c.args, "= 0") {
			t.Errorf("%s(%s failed", c.name, c.args)
		}
		if i > 0 && calls[i-1].end >= c.start {
			t.Errorf("%s(%.100s\nbegan before this had ended: %s(%.100s", c.name, c.args, calls[i-1].name, calls[i-1].args)
		}
	}
}

const (
	posted = `"POST /api/forms/contact`
	thanks = `"HTTP/1.1 303`
	wal    = "/leads.db-wal>"
	syncs  = "fsync fdatasync"
)

// TestALeadIsOnTheDiskBeforeTheAnswer: the database's log is synced between the lead's writing and the visitor's thanks;
// the mail's file and its folder before the database hears of it.
func TestALeadIsOnTheDiskBeforeTheAnswer(t *testing.T) {
	s := serveTraced(t)
	if status := sendContact(t, s.Server, "Sam Visitor"); status != http.StatusSeeOther {
		t.Errorf("answered %d", status)
	}
	program.Eventually(t, "the mail is delivered", func() bool {
		leads := program.Leads(t, s.State)
		events := program.Show(t, s.State, leads[0].ID).Events
		return events[len(events)-1].State == "delivered"
	})
	all := s.calls()
	post := after(t, all, call{}, "read", posted)
	answer := after(t, all, post, "write", thanks)
	written := after(t, all, post, "pwrite64 write", wal)
	inOrder(t, post, written, after(t, all, written, syncs, wal), answer)

	mail := after(t, all, call{}, "write pwrite64", "/outbox/unfinished/")
	synced := after(t, all, mail, syncs, "/outbox/unfinished/")
	named := after(t, all, synced, "rename renameat renameat2", ".eml")
	folder := after(t, all, named, syncs, "/outbox>")
	inOrder(t, mail, synced, named, folder, after(t, all, mail, "pwrite64 write", wal))
}

// TestASpooledLeadIsOnTheDiskBeforeTheAnswer: while the database takes nothing, the file, its name and then the answer.
func TestASpooledLeadIsOnTheDiskBeforeTheAnswer(t *testing.T) {
	s := serveTraced(t)
	release := holdDatabase(t, s.State)
	if status := sendContact(t, s.Server, "Sam Visitor"); status != http.StatusSeeOther {
		t.Errorf("answered %d", status)
	}
	release()
	all := s.calls()
	post := after(t, all, call{}, "read", posted)
	written := after(t, all, post, "write pwrite64", "/spool/unfinished/")
	synced := after(t, all, written, syncs, "/spool/unfinished/")
	named := after(t, all, synced, "rename renameat renameat2", ".json")
	inOrder(t, post, written, synced, named, after(t, all, named, syncs, "/spool>"), after(t, all, post, "write", thanks))
}
