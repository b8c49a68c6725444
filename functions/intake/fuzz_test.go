package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
)

// mostAllocated is how many bytes reading, sorting and checking one post may allocate in all.
const mostAllocated = 1 << 20

// allocated is how many bytes the whole process allocates while do runs, the least of three times: other goroutines
// allocate, too.
func allocated(do func()) uint64 {
	least := ^uint64(0)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// everything is a form with a field of every type.
func everything() *form.Form {
	f := &form.Form{Name: "all", Consent: &form.Consent{Text: "Yes.", Required: true}}
	for _, t := range form.Types() {
		f.Fields = append(f.Fields, form.Field{Name: string(t), Label: string(t), Type: t,
			Options: []form.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}})
	}
	return f
}

// read is what becomes of a body before anything is stored.
func read(f *form.Form, contentType, body string) (posted url.Values, status int) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	posted, status = readBody(httptest.NewRecorder(), r)
	if status == 0 {
		f.Validate(f.Parse(posted))
	}
	return posted, status
}

// worst are bodies of 64 KB that make much of little.
func worst() map[string][2]string {
	const urlencoded, multi, js = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"
	fill := func(before, repeated, after string) string {
		return before + strings.Repeat(repeated, (form.MaxBody-len(before)-len(after))/len(repeated)) + after
	}
	const part = "--x\r\nContent-Disposition: form-data; name=\"textarea\"\r\n\r\n"
	return map[string][2]string{
		"one value":                {urlencoded, fill("textarea=", "a", "")},
		"one escaped value":        {urlencoded, fill("textarea=", "%0d%0a", "")},
		"one decomposed value":     {multi, fill(part, "e\u0301", "\r\n--x--\r\n")},
		"one that grows composed":  {multi, fill(part, "\U0001D160", "\r\n--x--\r\n")},
		"one of marks":             {multi, fill(part, "\u0300", "\r\n--x--\r\n")},
		"one of invalid bytes":     {multi, fill(part, "\xff", "\r\n--x--\r\n")},
		"many names":               {urlencoded, fill("", strings.Repeat("a", 300)+"=&", "")},
		"many values of a list":    {urlencoded, fill("", "checkboxes="+strings.Repeat("c", 310)+"&", "")},
		"many parts":               {multi, fill("", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n"+strings.Repeat("b", 270)+"\r\n", "--x--\r\n")},
		"many headers of a part":   {multi, fill("--x\r\n", "A: b\r\n", "\r\nc\r\n--x--\r\n")},
		"a boundary that is there": {multi, fill("", "--x\r\n", "--x--\r\n")},
		"JSON":                     {js, fill(`{"textarea":"`, "a", `"}`)},
		"JSON escapes":             {js, fill(`{"textarea":"`, `\u0001`, `"}`)},
		"JSON lists":               {js, fill(`{"checkboxes":["a"`, `,"`+strings.Repeat("b", 320)+`"`, `]}`)},
		"JSON nested":              {js, fill("", `{"a":`, "")},
		"JSON brackets":            {js, fill(`{"a":`, "[", "")},
		"JSON white space":         {js, fill("", " ", `{"a":"b"}`)},
		"a number of digits":       {urlencoded, fill("number=", "9", "")},
		"a date, an address":       {urlencoded, "date=" + strings.Repeat("1", 30000) + "&email=" + strings.Repeat("a@", 15000)},
	}
}

// What comes out of 64 KB is 1 MB of work at the most, whoever wrote it.
func TestReadingAllocatesLittle(t *testing.T) {
	f := everything()
	for name, c := range worst() {
		if len(c[1]) > form.MaxBody {
			t.Errorf("%s has %d bytes", name, len(c[1]))
		}
		if n := allocated(func() { read(f, c[0], c[1]) }); n > mostAllocated {
			t.Errorf("%s: %d bytes are allocated", name, n)
		}
	}
}

// FuzzBody: whatever the body and its type, nothing panics, not much is allocated, and what is read is within limits.
func FuzzBody(f *testing.F) {
	for _, c := range worst() {
		f.Add(c[0], c[1])
	}
	f.Add("application/json; charset=utf-16", `{"text":"a"}`)
	f.Add("multipart/form-data; boundary=\"a b\"", "--a b\r\n\r\n--a b--")
	all := everything()
	f.Fuzz(func(t *testing.T, contentType, body string) {
		if len(body) > 2*form.MaxBody || len(contentType) > 1000 {
			return // the server's own limits come before
		}
		var posted url.Values
		var status int
		if n := allocated(func() { posted, status = read(all, contentType, body) }); n > mostAllocated {
			t.Errorf("%d bytes are allocated for %d", n, len(body))
		}
		switch status {
		case 0:
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
			return
		default:
			t.Errorf("status %d", status)
		}
		values := 0
		for _, list := range posted {
			values += len(list)
		}
		if values > form.MaxFields || len(body) > form.MaxBody {
			t.Errorf("%d values of %d bytes are read", values, len(body))
		}
	})
}

// FuzzBodyIsReadAsWritten: what a browser or a program writes is what is read, in each of the three types.
func FuzzBodyIsReadAsWritten(f *testing.F) {
	f.Add("name", "Sam", "message", "Hello\r\nthere", "")
	f.Add("a", "&=%+;", "a", "\"\\\u2028", "--x--")
	f.Add("_id", "\x00\x01", "ü", "\xff\xfe", "\U0001F600")
	f.Fuzz(func(t *testing.T, name, value, other, second, third string) {
		values := url.Values{}
		values.Add(name, value)
		values.Add(other, second)
		values.Add(other, third)
		var size int
		for _, s := range []string{name, value, other, other, second, third} {
			size += len(s)
		}
		if size > 5000 {
			return
		}
		check(t, "application/x-www-form-urlencoded", values.Encode(), values)
		if isPlainName(name) && isPlainName(other) {
			contentType, body := multi(t, values)
			check(t, contentType, body, values)
		}
		if !slices.ContainsFunc([]string{name, value, other, second, third}, func(s string) bool { return !utf8.ValidString(s) }) {
			data, err := json.Marshal(values)
			if err != nil {
				t.Fatal(err)
			}
			check(t, "application/json", string(data), values)
		}
	})
}

func check(t *testing.T, contentType, body string, want url.Values) {
	t.Helper()
	got, status := read(everything(), contentType, body)
	if diff := cmp.Diff(want, got); diff != "" || status != 0 {
		t.Errorf("%s: status %d\n%s", contentType, status, diff)
	}
}

// isPlainName is true of names that every writer of multipart writes in the same way.
func isPlainName(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`"\%`, r) })
}

func multi(t *testing.T, values url.Values) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, list := range values {
		for _, value := range list {
			part, err := w.CreatePart(map[string][]string{"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"`, name)}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(part, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}
