package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"leadsite/build"
)

// many pictures take long enough to be spoken of where nobody sees a bar.
const many = 20

// progress shows how a build gets on with its pictures: a bar on a terminal, one plain line at the end elsewhere
// when they were many. Where all of them are in the cache, nothing is shown.
func progress(w io.Writer) build.Progress {
	file, ok := w.(*os.File)
	if ok && term.IsTerminal(int(file.Fd())) {
		return bar(w)
	}
	return func(done, total int) {
		if done == total && total >= many {
			fmt.Fprintf(w, "leadsite: made %s\n", pictures(total))
		}
	}
}

func bar(w io.Writer) build.Progress {
	var b *progressbar.ProgressBar
	return func(done, total int) {
		if b == nil {
			b = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("leadsite: pictures"),
				progressbar.OptionSetWidth(24), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
				progressbar.OptionSetItsString("pictures"), progressbar.OptionClearOnFinish())
		}
		b.Set(done) // a terminal that cannot be written to is no reason to stop
		if done == total {
			fmt.Fprintf(w, "leadsite: made %s\n", pictures(total))
		}
	}
}

// pictures counts pictures and cards in words.
func pictures(n int) string {
	if n == 1 {
		return "1 picture or card"
	}
	return fmt.Sprintf("%d pictures and cards", n)
}
