package content

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// found is every file below content/, sorted by what becomes of it; paths below the source.
type found struct {
	pages []string
	forms []string
	data  []string
	files map[string]File
}

// walker goes through content/.
type walker struct {
	ctx      context.Context
	source   fs.FS
	problems *Problems
	found    found
	lower    map[string]string // path by its lower-case form
}

func walk(ctx context.Context, source fs.FS, problems *Problems) (*found, error) {
	w := walker{ctx: ctx, source: source, problems: problems, lower: make(map[string]string)}
	w.found.files = make(map[string]File)
	if err := fs.WalkDir(source, Root, w.visit); err != nil {
		return nil, err
	}
	return &w.found, nil
}

func (w *walker) visit(name string, entry fs.DirEntry, err error) error {
	if err = errors.Join(err, w.ctx.Err()); err != nil {
		return err
	}
	if Ignored(name) {
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if !w.named(name) || entry.IsDir() {
		return nil
	}
	if entry.Type().IsRegular() && isPage(name) {
		w.found.pages = append(w.found.pages, name)
		return nil // there are many, and no more needs to be known of them yet
	}
	info, problem := w.regular(name, entry)
	if problem != nil {
		w.problems.Add(problem)
		return nil
	}
	w.sort(name, info)
	return nil
}

// Ignored says of a path below the source whether nobody means the file to be published: hidden files, except in static/, where .well-known and
// its like belong, and what editors and desktops leave behind.
func Ignored(name string) bool {
	base := path.Base(name)
	if strings.HasSuffix(base, "~") || strings.HasPrefix(base, "#") && strings.HasSuffix(base, "#") || strings.HasPrefix(base, ".#") || base == ".DS_Store" || base == "Thumbs.db" {
		return true
	}
	return strings.HasPrefix(base, ".") && (!strings.HasPrefix(name, Root+"/static/") || strings.HasSuffix(base, ".swp"))
}

// named refuses names that no URL can carry, and names that only a case-sensitive file system keeps apart.
func (w *walker) named(name string) bool {
	if !utf8.ValidString(name) || strings.ContainsRune(name, '\\') || strings.ContainsFunc(name, unicode.IsControl) {
		name = strings.ToValidUTF8(name, "?")
		w.problems.Add(Pos{File: name}.Errorf("rename it", "the file's name holds a character that does not belong into a URL"))
		return false
	}
	lower := strings.ToLower(name)
	if other, taken := w.lower[lower]; taken {
		w.problems.Add(Pos{File: name}.Errorf("rename one of them: many computers take them for one", "differs from %s only by upper and lower case", other))
	}
	w.lower[lower] = name
	return true
}

// sort decides what becomes of a file, from its folder and its extension.
func (w *walker) sort(name string, info fs.FileInfo) {
	rel := strings.TrimPrefix(name, Root+"/")
	folder, _, inFolder := strings.Cut(rel, "/")
	switch {
	case rel == "site.yaml":
	case inFolder && folder == "forms":
		w.found.forms = append(w.found.forms, name)
	case inFolder && folder == "data":
		w.found.data = append(w.found.data, name)
	case isPage(name):
		w.found.pages = append(w.found.pages, name)
	default:
		w.found.files[rel] = File{Path: rel, Size: info.Size(), ModTime: info.ModTime()}
	}
}

// isPage says whether a file is Markdown of a page.
func isPage(name string) bool {
	rel := strings.TrimPrefix(name, Root+"/")
	folder, _, inFolder := strings.Cut(rel, "/")
	ext := strings.ToLower(path.Ext(rel))
	return (ext == ".md" || ext == ".markdown") && !(inFolder && (folder == "static" || folder == "forms" || folder == "data"))
}

// regular says what the file is, behind symbolic links; everything but a regular file within the source is refused.
func (w *walker) regular(name string, entry fs.DirEntry) (fs.FileInfo, *Error) {
	pos := Pos{File: name}
	target := name
	if entry.Type()&fs.ModeSymlink != 0 {
		var err error
		if target, err = resolve(w.source, name); err != nil {
			return nil, pos.Errorf("copy what it points to into the content", "this link is not followed: %s", err)
		}
	}
	info, err := fs.Lstat(w.source, target)
	switch {
	case err != nil:
		return nil, pos.Errorf("", "cannot be read: %s", cause(err))
	case info.IsDir():
		return nil, pos.Errorf("copy the folder into the content", "links to folders are not followed")
	case !info.Mode().IsRegular():
		return nil, pos.Errorf("move it out of the content", "this is not a regular file")
	}
	return info, nil
}

// cause is the reason in an error of the file system, without the operation and the path.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// Why a link is not followed.
var (
	errOutside = errors.New("it leads out of the source folder")
	errLoop    = errors.New("it leads back to itself")
	errDangles = errors.New("it leads to nothing")
)

// resolve finds the file that a symbolic link stands for, part by part, so that no part leads out of the source.
func resolve(source fs.FS, name string) (string, error) {
	done, rest := ".", strings.Split(name, "/")
	for links := 0; len(rest) > 0; {
		next := path.Join(done, rest[0])
		rest = rest[1:]
		info, err := fs.Lstat(source, next)
		if err != nil {
			return "", errDangles
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		target, err := fs.ReadLink(source, next)
		joined := path.Join(path.Dir(next), target)
		switch links++; {
		case err != nil:
			return "", cause(err)
		case path.IsAbs(target) || !fs.ValidPath(joined):
			return "", errOutside
		case links > 40:
			return "", errLoop
		}
		done, rest = ".", append(strings.Split(joined, "/"), rest...)
	}
	return done, nil
}
