package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"leadsite/functions/lead"
)

// The writer is one goroutine with the one connection that writes. Whoever wants to write hands it a job and waits.
// While one transaction is synced to the disk the next jobs gather, and go into the next one together: so a sync is
// paid once for many leads, and a lone writer waits for nobody.
//
//	begin, job, job, job, commit (sync), answer all three
//
// Every job has a savepoint: one that fails leaves no trace, and the others do not notice.

// maxBatch bounds a transaction, and so how long the first job in it waits for its answer.
const maxBatch = 256

// How often a transaction asks for the lock while another process writes, and how many times: for ten seconds or a
// little more. SQLite's own waiting (busy_timeout) asks so seldom, up to 100 ms apart, that it would hardly ever meet
// the short pauses of a busy writer.
const (
	lockPause = time.Millisecond
	lockTries = 10_000
)

// job is one caller's write.
type job struct {
	ctx  context.Context
	do   func(*tx) error
	done chan error // gets exactly one answer; buffered, because the caller may have left
}

type writer struct {
	now  func() time.Time
	db   *sql.DB // holds nothing but conn
	conn *sql.Conn
	tx   *tx
	file identity

	jobs     chan job
	stopping chan struct{}
	once     sync.Once
	ended    chan struct{}
	purged   time.Time // when purge ran last
}

// startWriter takes the pool's one connection, brings the schema up to date, and starts the goroutine.
func startWriter(ctx context.Context, path string, db *sql.DB, now func() time.Time) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil { // begin waits instead
		return nil, errors.Join(err, conn.Close())
	}
	w := &writer{
		now: now, db: db, conn: conn, tx: &tx{conn, map[string]*sql.Stmt{}},
		jobs: make(chan job), stopping: make(chan struct{}), ended: make(chan struct{}),
	}
	if w.file, err = identify(path); err == nil {
		err = w.canWrite()
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	go w.run()
	return w, nil
}

// canWrite tells a file that can only be read before the first lead does.
func (w *writer) canWrite() error {
	if err := begin(w.tx.exec); err != nil {
		return err
	}
	return w.tx.exec("ROLLBACK")
}

// write runs do in a transaction that it may share with others, and returns what do returned once that is on the disk.
// When ctx ends first, do may still run, or may not.
func write[T any](ctx context.Context, s *Store, do func(*tx) (T, error)) (T, error) {
	var result, none T
	j := job{ctx, func(t *tx) (err error) { result, err = do(t); return err }, make(chan error, 1)}
	if err := s.writer.submit(j); err != nil {
		return none, err // not result: do may be writing it just now
	}
	return result, nil
}

func (w *writer) submit(j job) error {
	if w.stopped() {
		return lead.ErrClosed
	}
	if err := j.ctx.Err(); err != nil {
		return err
	}
	select {
	case w.jobs <- j:
	case <-w.stopping:
		return lead.ErrClosed
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

// stop lets no job in any more. It says whether this was the first call.
func (w *writer) stop() bool {
	first := false
	w.once.Do(func() { close(w.stopping); first = true })
	return first
}

func (w *writer) stopped() bool {
	select {
	case <-w.stopping:
		return true
	default:
		return false
	}
}

// close waits for the jobs under way, and closes the connection.
func (w *writer) close() error {
	w.stop()
	<-w.ended
	return errors.Join(w.conn.Close(), w.db.Close())
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case first := <-w.jobs:
			w.commit(w.gather(first))
		case <-w.stopping:
			return
		}
	}
}

// gather returns first and every job that is waiting behind it.
func (w *writer) gather(first job) []job {
	batch := []job{first}
	for len(batch) < maxBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs the jobs in one transaction and answers them. When the transaction itself fails, nothing was written, and
// all get its error.
func (w *writer) commit(batch []job) {
	answers := make([]error, len(batch))
	err := begin(w.tx.exec)
	for i := 0; i < len(batch) && err == nil; i++ {
		answers[i], err = w.attempt(batch[i])
	}
	if err == nil {
		// Its answer is of no use to anyone here: what it did not delete is invisible, and it comes again.
		_, err = w.attempt(job{ctx: context.Background(), do: w.purge})
	}
	if err == nil {
		err = w.file.present()
	}
	if err == nil {
		err = w.tx.exec("COMMIT")
	}
	if err != nil {
		// SQLite may have rolled back by itself; then this answers that there is nothing to do.
		_ = w.tx.exec("ROLLBACK")
	}
	for i, j := range batch {
		if err != nil {
			answers[i] = fmt.Errorf("writing to the lead store: %w", err)
		}
		j.done <- answers[i]
	}
}

// attempt runs one job in a savepoint. Its first result is the job's answer, the second ends the whole transaction.
func (w *writer) attempt(j job) (answer, broken error) {
	if err := j.ctx.Err(); err != nil {
		return err, nil
	}
	if err := w.tx.exec("SAVEPOINT job"); err != nil {
		return nil, err
	}
	answer = j.do(w.tx)
	if answer != nil {
		if err := w.tx.exec("ROLLBACK TO job"); err != nil {
			return nil, errors.Join(answer, err)
		}
	}
	return answer, w.tx.exec("RELEASE job")
}

// begin starts a transaction that may write, and waits for another process that does.
func begin(exec func(query string, args ...any) error) error {
	err := exec("BEGIN IMMEDIATE")
	for range lockTries {
		var failure *sqlite.Error
		if !errors.As(err, &failure) || failure.Code()&0xff != sqlite3.SQLITE_BUSY {
			return err
		}
		time.Sleep(lockPause)
		err = exec("BEGIN IMMEDIATE")
	}
	return fmt.Errorf("waiting for another process to finish writing: %w", err)
}

// tx is the writer's transaction, as a job sees it. Statements are prepared once for the life of the connection. None
// listens to a context: ending one statement would end the transaction that others share.
type tx struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// exec runs a statement.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.changed(query, args...)
	return err
}

// changed runs a statement and returns how many rows it wrote.
func (t *tx) changed(query string, args ...any) (int64, error) {
	stmt, err := t.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row asks for one row. Its Scan must be called.
func (t *tx) row(query string, args ...any) scanner {
	stmt, err := t.prepare(query)
	if err != nil {
		return failed{err}
	}
	return stmt.QueryRowContext(context.Background(), args...)
}

// rows asks for rows, which collect reads and closes.
func (t *tx) rows(query string, args ...any) (*sql.Rows, error) {
	stmt, err := t.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.Background(), args...)
}

func (t *tx) prepare(query string) (*sql.Stmt, error) {
	if stmt := t.prepared[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := t.conn.PrepareContext(context.Background(), query)
	if err == nil {
		t.prepared[query] = stmt
	}
	return stmt, err
}

// scanner is a row to read: *sql.Row, *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// failed is the row of a statement that could not be prepared.
type failed struct{ error }

func (f failed) Scan(...any) error { return f.error }
