package build

import (
	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/render"
	"leadsite/build/site"
	"leadsite/build/trace"
)

// kept is what is kept of a page that was rendered, so that it need not be while it stays the same:
//
//	sum of its own file ("" for a list without one)
//	the trace: sum of what was given; number of questions, and of each its name, what of, and the answer's sum
//	the files that it wants, as a list of texts
//	its problems; see content.Problems
//	what check keeps of it, to the end
type kept struct {
	body     trace.Sum
	trace    render.Trace
	files    []string
	problems content.Problems
	rest     *trace.Reader
}

func (k *kept) encode(ledger *check.Ledger, url string) string {
	var w trace.Writer
	w.Sum(k.body)
	w.Sum(k.trace.Given)
	w.Uint(uint64(len(k.trace.Asked)))
	for _, q := range k.trace.Asked {
		w.Text(q.Name)
		w.Text(q.Of)
		w.Sum(q.Answer)
	}
	w.Texts(k.files)
	k.problems.Encode(&w)
	ledger.Encode(&w, url)
	return string(w.Bytes())
}

// decodeKept reads all but what check keeps; nil when it is damaged.
func decodeKept(text string) *kept {
	r := trace.NewReader(text)
	k := &kept{body: r.Sum(), rest: r}
	k.trace.Given = r.Sum()
	for range r.Count() {
		k.trace.Asked = append(k.trace.Asked, render.Question{Name: r.Text(), Of: r.Text(), Answer: r.Sum()})
	}
	k.files = r.Texts()
	k.problems.Decode(r)
	if r.Bad() {
		return nil
	}
	return k
}

// bodyOf is the sum of a page's own file.
func bodyOf(p *site.Page) trace.Sum {
	if p.Entry == nil {
		return trace.Sum{}
	}
	return trace.OfBytes(p.Entry.Hash[:])
}

// reuse keeps a page as the last build left it, if it would come out the same.
func (o *output) reuse(out site.Output) bool {
	text, known := o.past.pages[out.Path]
	if !known || !o.stage.Intact(out.Path) {
		return false
	}
	k := decodeKept(text)
	if k == nil || !o.fresh(out, k) || !o.intact(k.files) {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.ledger.Recall(k.rest) {
		return false
	}
	o.pages[out.URL()] = out.Page
	o.past.records.add(out.Path, text)
	o.found.Take(&k.problems)
	for _, file := range append(k.files, out.Path) {
		o.files[file] = true
		o.stage.Keep(file)
	}
	return true
}

// fresh says whether a page would come out as it did.
func (o *output) fresh(out site.Output, k *kept) bool {
	if o.onlyTexts && k.body == bodyOf(out.Page) && !k.trace.Asks() {
		return true
	}
	return o.render.Fresh(out, k.trace)
}

func (o *output) intact(files []string) bool {
	for _, file := range files {
		if !o.stage.Intact(file) {
			return false
		}
	}
	return true
}

// has keeps a file that the output has, so that it need not be made: a picture, whose name stands for its bytes, or
// one of which the caller knows that it would be the same.
func (o *output) has(file string) bool {
	if !o.stage.Intact(file) {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files[file] = true
	o.stage.Keep(file)
	return true
}

// putPicture puts a picture, unless a page that was kept has it already.
func (o *output) putPicture(file string, data []byte) error {
	o.mu.Lock()
	there := o.files[file]
	o.mu.Unlock()
	if there {
		return nil
	}
	return o.put(file, data)
}
