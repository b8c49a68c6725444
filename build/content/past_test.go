package content_test

import (
	"context"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leadsite/build/content"
	"leadsite/build/trace"
)

const remarkable = `---
title: One
slug: one
url: /one/
description: About one.
summary: One.
linkTitle: O
date: 2026-03-02 10:00:00 +05:30
publishDate: 2026-03-03
lastmod: 2026-03-04T12:00:00Z
expiryDate: 2027-01-01
draft: true
weight: 3
layout: post
type: note
aliases: [/eins/]
keywords: [a, b]
images: [a.png]
authors: [sam]
series: [first]
tags: [crm, email]
categories: [news]
menu: {main: {name: Eins, weight: 2}}
image: boat.jpg
image_alt: A boat
blocks:
  - type: hero
    title: Hello
    items: [{a: 1, b: [true, 2.5, null]}]
form: contact
noindex: true
canonical: https://example.com/one/
translationKey: k
params: {tone: calm, deep: {n: 1}}
---
The first paragraph.

More words of it.
`

func source(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{"content/site.yaml": {Data: []byte("title: T\nbase_url: https://example.com/\nzone: Europe/Berlin\nlangs: {de: {title: D}}\n")}}
	for name, text := range files {
		all["content/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

// again loads a source with the past of an earlier tree, of which every file is said to be the same.
func again(t *testing.T, before *content.Tree, files fs.FS, changed ...string) *content.Tree {
	t.Helper()
	var w trace.Writer
	before.Remember(&w)
	var found content.Problems
	tree, err := content.Reload(context.Background(), files, content.Past{Entries: trace.NewReader(string(w.Bytes())),
		Same: func(file string) bool { return !strings.Contains(strings.Join(changed, " "), file) }}, &found)
	if err != nil || len(found.Errors()) > 0 {
		t.Fatal(err, found.Errors())
	}
	return tree
}

func fresh(t *testing.T, files fs.FS) *content.Tree {
	t.Helper()
	var found content.Problems
	tree, err := content.Load(context.Background(), files, &found)
	if err != nil || len(found.Errors()) > 0 {
		t.Fatal(err, found.Errors())
	}
	return tree
}

// compared leaves out what is no value of an entry: functions, and where it comes from.
var compared = cmp.Options{cmpopts.IgnoreUnexported(content.Entry{}, content.Front{}), cmpopts.IgnoreFields(content.Block{}, "At")}

func TestEntriesComeBackAsTheyWere(t *testing.T) {
	files := source(map[string]string{"blog/one.md": remarkable, "blog/two.de.md": "+++\ntitle = 'Zwei'\n+++\nEins.\n", "three.md": "---\ntitle: Three\n---\n"})
	before := fresh(t, files)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[content.Front]()) {
		if field.IsExported() && reflect.ValueOf(before.Entries[0].Front).FieldByIndex(field.Index).IsZero() {
			t.Errorf("the test's entry has no %s: a record that forgets it would not be noticed", field.Name)
		}
	}
	after := again(t, before, files)
	if diff := cmp.Diff(before.Entries, after.Entries, compared); diff != "" {
		t.Error(diff)
	}
	if want, got := before.Entries[0].Front.Blocks[0].At("title"), after.Entries[0].Front.Blocks[0].At("title"); want != got || got.Line == 0 {
		t.Errorf("the block's title is at %v, was at %v", got, want)
	}
	for i, want := range dates(before) {
		if got := dates(after)[i]; got.String() != want.String() {
			t.Errorf("the date is %v, was %v", got, want)
		}
	}
	if !after.OnlyBodies {
		t.Error("nothing changed, and yet more than bodies did")
	}
}

func dates(t *content.Tree) []time.Time {
	f := &t.Entries[0].Front
	return []time.Time{f.Date, f.PublishDate, f.Lastmod, f.ExpiryDate}
}

func TestWhatChangedOfAnEntry(t *testing.T) {
	const post = "---\ntitle: One\n---\nFirst.\n\nSecond.\n"
	for name, tc := range map[string]struct {
		changed    map[string]string
		onlyBodies bool
	}{
		"text":            {map[string]string{"blog/a.md": post + "Third.\n"}, true},
		"a comment":       {map[string]string{"blog/a.md": "---\n# x\ntitle: One\n---\nFirst.\n"}, true},
		"title":           {map[string]string{"blog/a.md": "---\ntitle: Two\n---\nFirst.\n"}, false},
		"first paragraph": {map[string]string{"blog/a.md": "---\ntitle: One\n---\nLast.\n"}, false},
		"reading time":    {map[string]string{"blog/a.md": post + strings.Repeat("word ", 500)}, false},
		"a new page":      {map[string]string{"blog/c.md": post}, false},
		"a cascade":       {map[string]string{"blog/index.md": "---\ntitle: I\ncascade: {noindex: true}\n---\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"blog/a.md": post, "blog/b.md": post, "blog/index.md": "---\ntitle: I\ncascade: {noindex: false}\n---\n"}
			before := fresh(t, source(files))
			var changed []string
			for file, text := range tc.changed {
				files[file] = text
				changed = append(changed, "content/"+file)
			}
			after := again(t, before, source(files), changed...)
			if after.OnlyBodies != tc.onlyBodies {
				t.Errorf("only bodies changed: %v", after.OnlyBodies)
			}
			if diff := cmp.Diff(fresh(t, source(files)).Entries, after.Entries, compared); diff != "" {
				t.Errorf("the tree is not the one that is read from nothing:\n%s", diff)
			}
		})
	}
}
