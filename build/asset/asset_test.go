package asset_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"leadsite/build/asset"
	"leadsite/build/content"
	"leadsite/build/minify"
)

func theme(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, data := range files {
		m[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return m
}

func TestAssetsAreMinifiedAndFingerprinted(t *testing.T) {
	files := theme(map[string]string{
		"assets/site.css.tmpl":  "body { color: oklch(50% 0.1 {{ .Settings.hue }}); }\n",
		"assets/site.js":        "const answer = 42; console.log(answer)\n",
		"assets/icons/mail.svg": "<svg></svg>",
	})
	var problems content.Problems
	set := asset.Make(files, "default", map[string]any{"hue": 250}, minify.New().File, &problems)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs[0])
	}
	if n := len(set.All()); n != 2 {
		t.Fatalf("got %d assets, want 2: icons are no files of the site", n)
	}
	css, ok := set.Get("site.css")
	if !ok || !strings.Contains(string(css.Data), "250") || strings.Contains(string(css.Data), "\n") {
		t.Errorf("got %q", css.Data)
	}
	if !strings.HasPrefix(css.URL, "/assets/site.") || !strings.HasSuffix(css.URL, ".css") || !strings.HasPrefix(css.Integrity, "sha384-") {
		t.Errorf("got %+v", css)
	}

	other := asset.Make(files, "default", map[string]any{"hue": 20}, minify.New().File, &problems)
	if again, _ := other.Get("site.css"); again.URL == css.URL {
		t.Error("other bytes have the same name")
	}
}

func TestFaultsAreLocated(t *testing.T) {
	for name, tc := range map[string]struct{ file, source, want string }{
		"script":   {"assets/site.js", "let a = 1\nlet b = ;\n", "themes/corporate/assets/site.js:2:9: "},
		"template": {"assets/site.css.tmpl", "{{ .Nothing }}", "themes/corporate/assets/site.css.tmpl: "},
	} {
		t.Run(name, func(t *testing.T) {
			var problems content.Problems
			asset.Make(theme(map[string]string{tc.file: tc.source}), "corporate", nil, minify.New().File, &problems)
			errs := problems.Errors()
			if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), tc.want) {
				t.Errorf("got %v, want one that begins with %q", errs, tc.want)
			}
		})
	}
}
