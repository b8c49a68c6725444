package site

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// How much it says when two pages share a feature, before it is weighed by how rare the feature is.
const (
	seriesWeight   = 12
	tagWeight      = 8
	keywordWeight  = 6
	categoryWeight = 4
	titleWeight    = 2
)

// maxShared is how many pages of one feature are looked at, the newest ones: a tag that thousands of posts have says
// little, and would cost the most.
const maxShared = 200

// relatedIndex knows which posts share which features. Everything in it comes from front matter.
type relatedIndex struct {
	posts    []*Page
	features map[string][]int32 // positions in posts, by feature
	number   map[*Page]int32
	scratch  sync.Pool // of *scores
}

// scores are the points of posts against one page, by position.
type scores struct {
	points  []int32
	touched []int32
}

func indexRelated(s *Site) *relatedIndex {
	var posts []*Page
	for _, e := range s.Editions {
		posts = append(posts, e.Home.Items...)
	}
	x := &relatedIndex{posts: posts, features: make(map[string][]int32), number: make(map[*Page]int32)}
	for i, page := range x.posts {
		x.number[page] = int32(i)
		eachFeature(page, func(name string, _ int) { x.features[name] = append(x.features[name], int32(i)) })
	}
	x.scratch.New = func() any { return &scores{points: make([]int32, len(x.posts))} }
	return x
}

// eachFeature names what a page is about, each feature once, with its weight. A prefix keeps tags and words apart, and
// languages.
func eachFeature(page *Page, take func(name string, weight int)) {
	f := &page.Entry.Front
	seen := make(map[string]bool)
	add := func(prefix string, names []string, weight int) {
		for _, name := range names {
			if name = page.Lang + " " + prefix + strings.ToLower(name); !seen[name] {
				seen[name] = true
				take(name, weight)
			}
		}
	}
	add("s:", f.Series, seriesWeight)
	add("k:", f.Keywords, keywordWeight)
	for _, filing := range f.Terms {
		taxonomy := filing.Taxonomy
		if taxonomy == "authors" || taxonomy == "series" {
			continue // who wrote it says nothing of what it is about, and series count above
		}
		weight := categoryWeight
		if taxonomy == "tags" {
			weight = tagWeight
		}
		add(taxonomy+":", filing.Terms, weight)
	}
	add("w:", titleWords(page.Title), titleWeight)
}

// titleWords are the words of a title that may say something.
func titleWords(title string) []string {
	words := strings.FieldsFunc(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(words, func(word string) bool { return utf8.RuneCountInString(word) < 4 })
}

// Related are the n posts that share most with a page: series, tags, keywords, categories and words of the title,
// rare ones above common ones; of equals the newest. There may be fewer.
func (s *Site) Related(page *Page, n int) []*Page {
	if page.Entry == nil || n <= 0 {
		return nil
	}
	return s.related().best(page, n)
}

func (x *relatedIndex) best(page *Page, n int) []*Page {
	self, isPost := x.number[page]
	if !isPost {
		self = -1
	}
	sc := x.scratch.Get().(*scores)
	defer x.scratch.Put(sc)
	eachFeature(page, func(name string, weight int) {
		shared := x.features[name]
		weight *= 1 + bits.Len(uint(len(x.posts)/(len(shared)+1)))
		for _, i := range shared[:min(len(shared), maxShared)] {
			if sc.points[i] == 0 {
				sc.touched = append(sc.touched, i)
			}
			sc.points[i] += int32(weight)
		}
	})
	if self >= 0 {
		sc.points[self] = 0
	}
	return x.take(sc, n)
}

// take picks the best, and wipes the scores for the next one.
func (x *relatedIndex) take(sc *scores, n int) []*Page {
	var top []int32
	better := func(a, b int32) int {
		if sc.points[a] != sc.points[b] {
			return int(sc.points[b] - sc.points[a])
		}
		return int(a - b)
	}
	for _, i := range sc.touched {
		if sc.points[i] == 0 || len(top) == n && better(i, top[n-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, i, better)
		top = slices.Insert(top, at, i)
		top = top[:min(len(top), n)]
	}
	pages := make([]*Page, len(top))
	for k, i := range top {
		pages[k] = x.posts[i]
	}
	for _, i := range sc.touched {
		sc.points[i] = 0
	}
	sc.touched = sc.touched[:0]
	return pages
}
