package check

import (
	"maps"
	"net/url"
	"slices"

	"leadsite/build/trace"
)

// Ledger holds what is kept of all pages of a site. Each reference is kept once, however many pages have it: the pages of
// a site share most of them, and what follows from a reference need be found out only once.
type Ledger struct {
	links []Link
	ids   map[string]places // by address; nil until a page is added
	pages []*kept
	byURL map[string]*kept
}

// places are those in Ledger.links, plus one, of the references with one address: there may be one of each kind.
type places [4]uint32

// kind numbers the kinds of references.
func (l Link) kind() int {
	kind := 0
	if l.Image {
		kind |= 1
	}
	if l.Head {
		kind |= 2
	}
	return kind
}

// place is where the ledger has a reference; it takes one that it has not.
func (l *Ledger) place(link Link) uint32 {
	known := l.ids[link.To]
	place := &known[link.kind()]
	if *place == 0 {
		l.links = append(l.links, link)
		*place = uint32(len(l.links))
		l.ids[link.To] = known
	}
	return *place - 1
}

// Rest lets go of what only Add needs, until it is called again.
func (l *Ledger) Rest() { l.ids = nil }

// anchorSums are sums of anchors, sorted. A page is asked for an anchor, never for all of them, and the names would be a
// tenth of what a large site's build has in memory. They are kept from build to build, so a seed that changes is none.
func anchorSums(anchors []string) []uint64 {
	sums := make([]uint64, len(anchors))
	for i, a := range anchors {
		sums[i] = anchorSum(a)
	}
	slices.Sort(sums)
	return sums
}

// anchorSum is FNV-1a.
func anchorSum(anchor string) uint64 {
	sum := uint64(14695981039346656037)
	for i := range len(anchor) {
		sum = (sum ^ uint64(anchor[i])) * 1099511628211
	}
	return sum
}

// kept is a page in a ledger.
type kept struct {
	Page             // without Links and Anchors
	links   []uint32 // places in Ledger.links
	anchors []uint64 // sums of the anchors, sorted
}

// NewLedger makes an empty ledger.
func NewLedger() *Ledger { return &Ledger{byURL: map[string]*kept{}} }

func ledgerOf(pages []Page) *Ledger {
	l := NewLedger()
	for _, p := range pages {
		l.Add(p)
	}
	return l
}

// Add takes a page. Of two on one URL the later one counts.
func (l *Ledger) Add(p Page) {
	if l.ids == nil {
		l.ids = make(map[string]places, len(l.links))
		for i, link := range l.links {
			known := l.ids[link.To]
			known[link.kind()] = uint32(i) + 1
			l.ids[link.To] = known
		}
	}
	k := &kept{Page: p, links: make([]uint32, len(p.Links)), anchors: anchorSums(p.Anchors)}
	for i, link := range p.Links {
		k.links[i] = l.place(link)
	}
	k.Links, k.Anchors = nil, nil
	l.put(k)
}

func (l *Ledger) put(k *kept) {
	if old := l.byURL[k.URL]; old != nil {
		*old = *k
		return
	}
	l.byURL[k.URL] = k
	l.pages = append(l.pages, k)
}

// Replace takes a page in place of the one on its URL, if nothing is the worse for it: every address within the new one
// leads somewhere, and others still find every anchor that they may lead to. False: it is not taken.
func (l *Ledger) Replace(p Page, base *url.URL, has func(file string) bool) bool {
	old := l.byURL[p.URL]
	if old == nil {
		return false
	}
	anchors := anchorSums(p.Anchors)
	for _, anchor := range old.anchors {
		if _, there := slices.BinarySearch(anchors, anchor); !there {
			return false
		}
	}
	before := *old
	l.Add(p)
	c := checker{base: base, has: has, ledger: l}
	for _, id := range old.links { // those of the new one: Add keeps the place
		if why, _ := c.resolve(p.URL, l.links[id]); why != "" {
			*old = before
			return false
		}
	}
	return true
}

// Len is how many pages there are.
func (l *Ledger) Len() int { return len(l.pages) }

func (l *Ledger) page(url string) *kept { return l.byURL[url] }

// Outside calls back with every address of another site that a page leads to, page by page in the order of their URLs, and
// the link as the page has it.
func (l *Ledger) Outside(base *url.URL, found func(page string, link Link, address string)) {
	pages := slices.SortedFunc(maps.Values(l.byURL), func(a, b *kept) int {
		if a.URL < b.URL {
			return -1
		}
		return 1
	})
	for _, p := range pages {
		for _, id := range p.links {
			if address := l.links[id].Outside(base); address != "" {
				found(p.URL, l.links[id], address)
			}
		}
	}
}

// EncodeLinks writes the references of all pages. Recall needs them.
func (l *Ledger) EncodeLinks(w *trace.Writer) {
	w.Uint(uint64(len(l.links)))
	for _, link := range l.links {
		w.Text(link.To)
		w.Bool(link.Image)
		w.Bool(link.Head)
	}
}

// DecodeLinks begins a ledger with the references of an earlier one. False: they are damaged.
func DecodeLinks(r *trace.Reader) (*Ledger, bool) {
	l := NewLedger()
	l.links = make([]Link, r.Count())
	for i := range l.links {
		l.links[i] = Link{To: r.Text(), Image: r.Bool(), Head: r.Bool()}
	}
	return l, r.Done()
}

// Encode writes what is kept of a page.
func (l *Ledger) Encode(w *trace.Writer, url string) {
	k := l.byURL[url]
	w.Text(k.URL)
	w.Uint(uint64(len(k.links)))
	for _, id := range k.links {
		w.Uint(uint64(id))
	}
	w.Uint(uint64(len(k.anchors)))
	for _, anchor := range k.anchors {
		w.Uint(anchor)
	}
	for _, s := range []string{k.Title, k.Description, k.Canonical, k.Lang, k.Site} {
		w.Text(s)
	}
	for _, b := range []bool{k.Noindex, k.Authored, k.Described} {
		w.Bool(b)
	}
	w.Uint(uint64(len(k.Faults)))
	for _, f := range k.Faults {
		for _, s := range []string{f.Msg, f.Hint, f.Key, f.Link} {
			w.Text(s)
		}
		w.Texts(f.Near)
		w.Uint(uint64(f.Nth))
		w.Bool(f.Only)
	}
}

// Recall takes a page that an earlier ledger wrote, whose references this one has. False: it is damaged, and not taken.
func (l *Ledger) Recall(r *trace.Reader) bool {
	k := &kept{Page: Page{URL: r.Text()}, links: make([]uint32, r.Count())}
	for i := range k.links {
		if k.links[i] = uint32(r.Uint()); int(k.links[i]) >= len(l.links) {
			return false
		}
	}
	k.anchors = make([]uint64, r.Count())
	for i := range k.anchors {
		k.anchors[i] = r.Uint()
	}
	for _, s := range []*string{&k.Title, &k.Description, &k.Canonical, &k.Lang, &k.Site} {
		*s = r.Text()
	}
	for _, b := range []*bool{&k.Noindex, &k.Authored, &k.Described} {
		*b = r.Bool()
	}
	for range r.Count() {
		f := Fault{Msg: r.Text(), Hint: r.Text(), Key: r.Text(), Link: r.Text()}
		f.Near, f.Nth, f.Only = r.Texts(), int(r.Uint()), r.Bool()
		k.Faults = append(k.Faults, f)
	}
	if r.Bad() {
		return false
	}
	l.put(k)
	return true
}
