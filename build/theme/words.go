package theme

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"leadsite/build/content"
)

// readWords reads i18n/*.yaml. Every language is filled up from the theme's English and then from the embedded one.
func readWords(embedded, fsys fs.FS, dir string, cfg *content.Config, problems *content.Problems) map[string]map[string]string {
	english := readLanguage(embedded, "i18n/en.yaml", "themes/default", problems)
	if len(english) == 0 {
		problems.Add(content.Pos{File: "themes/default/i18n/en.yaml"}.Errorf("", "the embedded theme has no English words"))
	}
	files, _ := fs.Glob(fsys, "i18n/*.yaml")
	words := make(map[string]map[string]string)
	for _, file := range files {
		words[strings.TrimSuffix(path.Base(file), ".yaml")] = readLanguage(fsys, file, dir, problems)
	}
	if words[cfg.Lang] == nil {
		problems.Warn(cfg.At("lang").Errorf("translate i18n/en.yaml of the theme into "+dir+"/i18n/"+cfg.Lang+".yaml",
			"the theme has no words in %q, and takes English ones", cfg.Lang))
		words[cfg.Lang] = make(map[string]string)
	} else if lacking := lacks(words[cfg.Lang], english); len(lacking) > 0 && cfg.Lang != "en" {
		pos := content.Pos{File: dir + "/i18n/" + cfg.Lang + ".yaml"}
		problems.Warn(pos.Errorf("translate them", "English is taken for %s", some(lacking)))
	}
	maps.Copy(english, words["en"])
	for _, language := range words {
		for _, key := range lacks(language, english) {
			language[key] = english[key]
		}
	}
	return words
}

func readLanguage(fsys fs.FS, file, dir string, problems *content.Problems) map[string]string {
	words := make(map[string]string)
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return words
	}
	for _, p := range content.ParseYAML(dir+"/"+file, data, problems).Pairs() {
		words[p.Key] = p.Value.Text()
	}
	return words
}

// lacks are the keys that a language does not have.
func lacks(words, english map[string]string) []string {
	return slices.DeleteFunc(sorted(english), func(key string) bool { _, has := words[key]; return has })
}

// some names the first few of many keys.
func some(keys []string) string {
	if len(keys) <= 5 {
		return strings.Join(keys, ", ")
	}
	return fmt.Sprintf("%s and %d more words", strings.Join(keys[:5], ", "), len(keys)-5)
}
