package build

import (
	"errors"
	"io"
	"os"

	"leadsite/build/trace"
)

// records are those of pages (see kept), on their way to the next build. This one has no use for them, so they wait in a
// file when they are many.
type records struct {
	path   string // of that file
	file   *os.File
	recent trace.Writer
	count  int
	err    error
}

// maxRecent is how many bytes of records wait in memory.
const maxRecent = 1 << 20

// add takes the record of an output's page. It is called by one at a time, once for each output.
func (r *records) add(output, record string) {
	r.recent.Text(output)
	r.recent.Text(record)
	r.count++
	if len(r.recent.Bytes()) < maxRecent || r.err != nil {
		return
	}
	if r.file == nil {
		if r.file, r.err = os.Create(r.path); r.err != nil {
			return
		}
	}
	_, r.err = r.file.Write(r.recent.Bytes())
	r.recent.Reset()
}

// encode writes the number of records, and then each output and its record. After an error there are none: the next build
// makes its pages anew.
func (r *records) encode(w *trace.Writer) {
	if r.err != nil {
		w.Uint(0)
		return
	}
	w.Uint(uint64(r.count))
	if r.file != nil {
		if _, err := r.file.Seek(0, io.SeekStart); err != nil {
			return // too few follow, which is noticed
		}
		if _, err := io.Copy(appender{w}, r.file); err != nil {
			return
		}
	}
	w.Append(r.recent.Bytes())
}

// close removes the file. A build that is killed leaves it to the next one, which writes over it.
func (r *records) close() error {
	if r.file == nil {
		return nil
	}
	return errors.Join(r.file.Close(), os.Remove(r.path))
}

// appender is a trace.Writer as an io.Writer.
type appender struct{ to *trace.Writer }

func (a appender) Write(data []byte) (int, error) {
	a.to.Append(data)
	return len(data), nil
}
