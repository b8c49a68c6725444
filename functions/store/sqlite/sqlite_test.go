package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/store/storetest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	root := t.TempDir()
	storetest.Run(t, func(t *testing.T, now func() time.Time) lead.Store {
		name := strings.NewReplacer("/", "-", ",", "").Replace(t.Name())
		return openAt(t, filepath.Join(root, name+".db"), now)
	})
}

// openAt opens a store and leaves closing it to the caller.
func openAt(t testing.TB, path string, now func() time.Time) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openNew opens a store in a new file, and closes it with the test.
func openNew(t testing.TB) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "leads.db")
	s := openAt(t, path, time.Now)
	t.Cleanup(func() { s.Close() })
	return s, path
}

// sample is a lead as intake makes it.
func sample(id string) lead.Lead {
	l := lead.Lead{ID: id, Form: "contact", Email: "sam@example.com", Person: "sam", Page: "/pricing/"}
	return l.Received(time.Now())
}

func put(t testing.TB, s *Store, l lead.Lead) {
	t.Helper()
	if _, _, err := s.Put(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

// A connection that forgot one of these would lose leads with the power, or leave erased ones on the disk.
func TestSettingsHoldOnEveryConnection(t *testing.T) {
	s, _ := openNew(t)
	put(t, s, sample("lead"))
	conns := map[string]*sql.Conn{"writer": s.writer.conn}
	for i := range readers {
		conn, err := s.read.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns[fmt.Sprint("reader ", i)] = conn
	}
	want := map[string]string{"synchronous": "2", "journal_mode": "wal", "secure_delete": "1", "foreign_keys": "1"}
	for name, conn := range conns {
		for pragma, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != value {
				t.Errorf("%s: PRAGMA %s = %s, want %s", name, pragma, got, value)
			}
		}
		if _, err := conn.ExecContext(t.Context(), "DELETE FROM counters"); (err == nil) != (name == "writer") {
			t.Errorf("%s: writing gives %v", name, err)
		}
	}
}

// The first connection sets WAL in the file; a setting that SQLite does not take must not go unnoticed.
func TestASettingThatDoesNotHoldIsAnError(t *testing.T) {
	c, err := newConnector(":memory:", false)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := c.Connect(t.Context())
	if err == nil {
		conn.Close()
		t.Fatal("a database in memory, which has no WAL, was opened")
	}
	if !strings.Contains(err.Error(), "setting journal_mode to WAL: SQLite says memory") {
		t.Error(err)
	}
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	s, path := openNew(t)
	put(t, s, sample("lead"))
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(name), mode)
		}
	}
}

func TestAnyFileName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%20&e=ö.db")
	s := openAt(t, path, time.Now)
	put(t, s, sample("lead"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the file: %v, %v", info, err)
	}
}

func TestReopen(t *testing.T) {
	s, path := openNew(t)
	put(t, s, sample("lead"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, path, time.Now)
	defer again.Close()
	if _, err := again.Get(t.Context(), "lead"); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	exec := func(name, statement string) string {
		path := filepath.Join(dir, name)
		db, err := sql.Open("sqlite", path) // as another program has it: without our settings
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		return path
	}
	newer := filepath.Join(dir, "newer.db")
	openAt(t, newer, time.Now).Close()
	exec("newer.db", "PRAGMA user_version = 99")
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, says string
		is         error
	}{
		{newer, fmt.Sprintf("its schema has version 99, this leadsite knows %d: the file was written by a newer leadsite", len(migrations)), ErrNewer},
		{exec("foreign.db", "CREATE TABLE songs (name TEXT)"), "not a lead store", ErrForeign},
		{text, "file is not a database", nil},
		{filepath.Join(dir, "missing", "leads.db"), "no such file or directory", os.ErrNotExist},
		{dir, "opening the lead store " + dir, nil},
	} {
		before, _ := os.ReadFile(tt.path) // nothing, of what is no file
		s, err := Open(t.Context(), tt.path, time.Now)
		if err == nil {
			s.Close()
			t.Errorf("Open(%s) succeeds", filepath.Base(tt.path))
			continue
		}
		if after, _ := os.ReadFile(tt.path); !bytes.Equal(before, after) {
			t.Errorf("Open(%s) changes the file", filepath.Base(tt.path))
		}
		if !strings.Contains(err.Error(), tt.says) || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("Open(%s) says %v", filepath.Base(tt.path), err)
		}
	}
}

func TestManyOpenANewFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leads.db")
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			s, err := Open(t.Context(), path, time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if _, _, err := s.Put(t.Context(), sample(fmt.Sprint("lead", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// A job that fails must leave no trace, and take nothing of the jobs beside it in the same transaction.
func TestAJobThatFailsLeavesNoTrace(t *testing.T) {
	s, _ := openNew(t)
	wrong := errors.New("wrong")
	batch := make([]job, 3)
	for i := range batch {
		do := func(t *tx) error {
			l := sample(fmt.Sprint("lead", i)).Kept()
			if _, err := insertLead(t, l, "{}", time.Now()); err != nil || i != 1 {
				return err
			}
			return wrong
		}
		batch[i] = job{context.Background(), do, make(chan error, 1)}
	}
	s.writer.stop() // so that its goroutine does not use the connection
	<-s.writer.ended
	s.writer.commit(batch)
	for i, want := range []error{nil, wrong, nil} {
		if err := <-batch[i].done; !errors.Is(err, want) {
			t.Errorf("job %d answers %v, want %v", i, err, want)
		}
	}
	var stored string
	err := s.read.QueryRowContext(t.Context(), "SELECT group_concat(id) FROM leads").Scan(&stored)
	if err != nil || stored != "lead0,lead2" {
		t.Errorf("stored: %s, %v", stored, err)
	}
	if err := errors.Join(s.writer.close(), s.read.Close()); err != nil {
		t.Error(err)
	}
}

// When the transaction cannot be committed nobody may believe that anything was stored.
func TestATransactionThatFailsFailsEveryJob(t *testing.T) {
	s, _ := openNew(t)
	s.writer.stop()
	<-s.writer.ended
	batch := []job{
		{context.Background(), func(t *tx) error { _, err := insertLead(t, sample("lead").Kept(), "{}", time.Now()); return err }, make(chan error, 1)},
		{context.Background(), func(t *tx) error { return t.exec("ROLLBACK") }, make(chan error, 1)},
	}
	s.writer.commit(batch)
	for i, j := range batch {
		if err := <-j.done; err == nil || !strings.Contains(err.Error(), "writing to the lead store") {
			t.Errorf("job %d answers %v", i, err)
		}
	}
	var n int
	if err := s.read.QueryRowContext(t.Context(), "SELECT count(*) FROM leads").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d leads stored, %v", n, err)
	}
	if err := errors.Join(s.writer.close(), s.read.Close()); err != nil {
		t.Error(err)
	}
}

func TestExpiredRowsAreDeleted(t *testing.T) {
	now := time.Now()
	path := filepath.Join(t.TempDir(), "leads.db")
	s := openAt(t, path, func() time.Time { return now })
	defer s.Close()
	put(t, s, sample("old"))
	if err := s.HandOff(t.Context(), "old", lead.HandOff{Notifications: []lead.Notification{{State: lead.Pending}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), "old", lead.Event{At: now, Kind: "note"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Count(t.Context(), "key", now, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := s.Spend(t.Context(), "challenge", "old", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(3, 0, 0)
	l := sample("new")
	l.Expires = time.Time{}
	put(t, s, l)
	for table, want := range map[string]int{"leads": 1, "events": 0, "notifications": 0, "counters": 0, "challenges": 0} {
		var n int
		if err := s.read.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d rows, %v, want %d", table, n, err, want)
		}
	}
}

// What lists and the sweeper ask must not read the whole table.
func TestQueriesUseAnIndex(t *testing.T) {
	s, _ := openNew(t)
	plan := func(query string, args ...any) string {
		rows, err := s.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := collect(rows, func(row scanner) (line string, err error) {
			var skip int
			return line, row.Scan(&skip, &skip, &skip, &line)
		})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, "; ")
	}
	for _, tt := range []struct {
		query lead.Query
		index string
	}{
		{lead.Query{}, "leads_created"},
		{lead.Query{Cursor: "1-x", Since: time.Now()}, "leads_created"},
		{lead.Query{Statuses: []lead.Status{lead.New}}, "leads_status"},
		{lead.Query{Statuses: []lead.Status{lead.New}, Cursor: "1-x", Form: "contact"}, "leads_status"},
	} {
		w, err := s.conditions(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		got := plan(listQuery(w), append(w.args, 10)...)
		if !strings.Contains(got, tt.index) || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%+v: %s", tt.query, got)
		}
	}
	got := plan(dueQuery, 1, 1, 1, 1, 10)
	if !strings.Contains(got, "leads_wake") || !strings.Contains(got, "notifications_due") || strings.Contains(got, "SCAN l") {
		t.Errorf("due: %s", got)
	}
}

// BenchmarkPut measures acknowledged leads a second, alone and with 64 clients that share syncs.
func BenchmarkPut(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) { benchmarkPut(b, writers) })
	}
}

func benchmarkPut(b *testing.B, writers int) {
	s, _ := openNew(b)
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for n := range jobs {
				if _, _, err := s.Put(b.Context(), sample(fmt.Sprint("lead", n))); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ResetTimer()
	for n := range b.N {
		jobs <- n
	}
	close(jobs)
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leads/s")
}

// TestADeletedFileTakesNoLead deletes the file under an open store: SQLite alone would write on, into nothing.
func TestADeletedFileTakesNoLead(t *testing.T) {
	s, path := openNew(t)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	l := lead.Lead{ID: strings.Repeat("0", 26), Form: "contact", Status: lead.New, CreatedAt: time.Now()}
	if _, _, err := s.Put(t.Context(), l); err == nil {
		t.Error("a lead was taken, and is lost when the process ends")
	}
}
