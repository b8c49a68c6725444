// Package cli is the commands of the build tree: init, new, build, check and serve. It turns flags into options and results
// into words; what is built it does not know.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"leadsite/build"
	"leadsite/build/publish"
)

// hinted is an error with what to do about it; main prints both.
type hinted struct {
	error
	hint string
}

// Hint is what to do.
func (h hinted) Hint() string { return h.hint }

func (h hinted) Unwrap() error { return h.error }

// failed turns an author's mistakes into one error, which main prints one by one.
func failed(all []mistake) error {
	errs := make([]error, len(all))
	for i, m := range all {
		errs[i] = m
	}
	return errors.Join(errs...)
}

// explain adds the hint that a failed build deserves.
func explain(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return hinted{errors.New("stopped before the end: the output is as it was"), ""}
	case errors.Is(err, build.ErrNoContent):
		return hinted{err, "run it in the folder that holds content/, or name that folder with --source"}
	case errors.Is(err, publish.ErrOutput):
		return hinted{err, "name another folder with --output: everything in it that is not of the site is deleted"}
	case errors.Is(err, publish.ErrForeign):
		return hinted{err, "name an empty folder with --output, or one with a site in it: everything there that is not of the site is deleted"}
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return hinted{err, "see that the folder can be written to, or name another with --output or --state"}
	}
	return err
}

// folders are the places that --source, --output and --state name.
type folders struct {
	source, output, state string
}

// read takes the folders from the flags; output and state default to folders in the source.
func (f *folders) read(cmd *cobra.Command) {
	f.source, _ = cmd.Flags().GetString("source")
	if f.state == "" {
		f.state = filepath.Join(f.source, ".leadsite")
	}
	if f.output == "" {
		f.output = filepath.Join(f.source, "public")
	}
}

// baseURL checks --base-url.
func baseURL(s string) (string, error) {
	if s == "" || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s, nil
	}
	return "", hinted{fmt.Errorf("--base-url %q is no address of a site", s), "write it like https://www.example.com/"}
}
