package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/trace"
	"text/tabwriter"
	"time"

	"leadsite/build"
)

// tracing does something while the program is traced into a file; "": without a trace.
func tracing(file string, do func() error) error {
	if file == "" {
		return do()
	}
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("tracing: %w", err)
	}
	if err := trace.Start(f); err != nil {
		f.Close()
		return fmt.Errorf("tracing: %w", err)
	}
	err = do()
	trace.Stop()
	return errors.Join(err, f.Close())
}

// printStages says where the time of a build went.
func printStages(w io.Writer, stages []build.Stage) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "time\tfiles\tMB\t\tstage")
	for _, s := range stages {
		files, size, name := "", "", s.Name
		if s.Files > 0 {
			files = fmt.Sprint(s.Files)
		}
		if s.Bytes > 0 {
			size = fmt.Sprintf("%.1f", float64(s.Bytes)/1e6)
		}
		if s.Shared {
			name = "  " + name + " (over all cores)"
		}
		fmt.Fprintf(table, "%v\t%s\t%s\t\t%s\n", s.Took.Round(time.Millisecond), files, size, name)
	}
	table.Flush() // a terminal that cannot be written to is no reason to stop
}
