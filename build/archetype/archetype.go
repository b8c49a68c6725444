// Package archetype begins things: a site, a post, a page, a form. It copies what the theme has under archetypes/ and
// fills in the title and the day.
//
// It knows where files belong. It does not know what is in them, nor anything of finished sites.
//
// # Archetypes
//
//	archetypes/post.md     a page of that kind: post, page, landing, or the name of a folder of pages
//	archetypes/form.yaml   a form
//	archetypes/site/       a whole site
//
// In each, {title} is the title as YAML, {date} the day as 2006-01-02, and {name} the file's name without extension.
package archetype

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrTaken marks a place where there is something already.
var ErrTaken = errors.New("there is one already")

// folder is where a theme keeps its archetypes.
const folder = "archetypes"

// words are what an archetype's marks stand for.
type words struct {
	title, name string
	day         time.Time
}

func (w words) fill(text []byte) []byte {
	r := strings.NewReplacer("{title}", yamlText(w.title), "{date}", w.day.Format(time.DateOnly), "{name}", w.name)
	return []byte(r.Replace(string(text)))
}

// plainYAML is a text that YAML takes for nothing else.
var plainYAML = regexp.MustCompile(`^\pL[\pL\pN ,.!?'’()–-]*$`)

// yamlText is a text as YAML has it, in quotes where it might be read as something else.
func yamlText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
		return strconv.Quote(s)
	}
	if plainYAML.MatchString(s) && !strings.HasSuffix(s, " ") {
		return s
	}
	return strconv.Quote(s)
}

// Site begins a site in a folder, which is made if need be: its content, and nothing else. A folder that has content/
// is ErrTaken. The content is there as a whole or not at all.
func Site(dir string, theme fs.FS, day time.Time) error {
	target := filepath.Join(dir, "content")
	if _, err := os.Lstat(target); err == nil {
		return fmt.Errorf("beginning a site in %s: %w", dir, ErrTaken)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("beginning a site: %w", err)
	}
	stage, err := os.MkdirTemp(dir, ".content-")
	if err != nil {
		return fmt.Errorf("beginning a site: %w", err)
	}
	defer os.RemoveAll(stage)
	site, err := fs.Sub(theme, folder+"/site/content")
	if err == nil {
		err = copyAll(stage, site, words{day: day})
	}
	if err == nil {
		err = os.Chmod(stage, 0o755)
	}
	if err == nil {
		err = os.Rename(stage, target)
	}
	if err != nil {
		return fmt.Errorf("beginning a site: %w", err)
	}
	return nil
}

func copyAll(dir string, from fs.FS, w words) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		to := filepath.Join(dir, filepath.FromSlash(name))
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(to, 0o755)
		}
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, w.fill(text), 0o644)
	})
}
