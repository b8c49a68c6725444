package theme

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"leadsite/build/content"
)

// readWords reads i18n/*.yaml in the site's languages. What the theme's file lacks is taken from the embedded one, then
// from the theme's English, and then from the embedded English.
func readWords(embedded, fsys fs.FS, dir string, cfg *content.Config, problems *content.Problems) map[string]map[string]string {
	english := readLanguage(embedded, "i18n/en.yaml", "themes/default", problems)
	if len(english) == 0 {
		problems.Add(content.Pos{File: "themes/default/i18n/en.yaml"}.Errorf("", "the embedded theme has no English words"))
	}
	maps.Copy(english, readLanguage(fsys, "i18n/en.yaml", dir, problems))
	words := make(map[string]map[string]string)
	for _, lang := range cfg.Langs {
		words[lang] = readLanguage(embedded, "i18n/"+lang+".yaml", "themes/default", problems)
		maps.Copy(words[lang], readLanguage(fsys, "i18n/"+lang+".yaml", dir, problems))
		warnOfLacking(words[lang], english, lang, dir, cfg, problems)
		for _, key := range lacks(words[lang], english) {
			words[lang][key] = english[key]
		}
	}
	return words
}

// warnOfLacking names the words that a language of the site does not have, of those that English has.
func warnOfLacking(words, english map[string]string, lang, dir string, cfg *content.Config, problems *content.Problems) {
	file := dir + "/i18n/" + lang + ".yaml"
	at := cfg.At("lang")
	if lang != cfg.Lang {
		at = cfg.At("langs", lang)
	}
	lacking := lacks(words, english)
	switch {
	case len(words) == 0:
		problems.Warn(at.Errorf("translate i18n/en.yaml of the theme into "+file, "the theme has no words in %q, and takes English ones", lang))
	case len(lacking) > 0 && lang != "en":
		problems.Warn(content.Pos{File: file}.Errorf("translate them", "English is taken for %s", some(lacking)))
	}
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
