package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"leadsite/functions/form"
)

// readBody reads the values of a post, within form.MaxBody and form.MaxFields. A status other than 0 says why not.
func readBody(w http.ResponseWriter, r *http.Request) (posted url.Values, status int) {
	read, params := bodyReader(r)
	if read == nil {
		return nil, http.StatusUnsupportedMediaType
	}
	if r.ContentLength > form.MaxBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	var body bytes.Buffer
	body.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead)
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, form.MaxBody)); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, http.StatusRequestEntityTooLarge
		}
		return nil, http.StatusBadRequest // the connection broke
	}
	return read(body.Bytes(), params)
}

type reader func(body []byte, params map[string]string) (url.Values, int)

// bodyReader finds the reader for the body's type. Nil: it is none that a form sends.
func bodyReader(r *http.Request) (reader, map[string]string) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Header.Get("Content-Encoding") != "" {
		return nil, nil
	}
	switch mediaType {
	case "application/x-www-form-urlencoded":
		return readURLEncoded, params
	case "multipart/form-data":
		return readMultipart, params
	case "application/json":
		return readJSON, params
	}
	return nil, nil
}

func readURLEncoded(body []byte, _ map[string]string) (url.Values, int) {
	if bytes.Count(body, []byte("&")) >= form.MaxFields { // before anything is made of it
		return nil, http.StatusRequestEntityTooLarge
	}
	posted, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, http.StatusBadRequest
	}
	return posted, 0
}

// readMultipart reads text parts. A part with a file name is a file, and forms have none.
func readMultipart(body []byte, params map[string]string) (url.Values, int) {
	posted := url.Values{}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF && bytes.Contains(body, []byte("--"+params["boundary"]+"--")) { // cut in a part's header, it is EOF, too
			return posted, 0
		}
		if err != nil || part.FormName() == "" {
			return nil, http.StatusBadRequest
		}
		if part.FileName() != "" {
			return nil, http.StatusUnsupportedMediaType
		}
		if n == form.MaxFields {
			return nil, http.StatusRequestEntityTooLarge
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, http.StatusBadRequest
		}
		posted.Add(part.FormName(), string(value))
	}
}

// errTooMany and errShape are why readJSON stops.
var (
	errTooMany = errors.New("more values than a post may hold")
	errShape   = errors.New("not an object of strings and lists of strings")
)

// readJSON reads an object of strings and lists of strings. A name that comes twice has two values, as in the other
// two types, which a decoder into a map would hide.
func readJSON(body []byte, _ map[string]string) (url.Values, int) {
	posted := jsonValues{dec: json.NewDecoder(bytes.NewReader(body)), values: url.Values{}}
	switch err := posted.readObject(); {
	case errors.Is(err, errTooMany):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return posted.values, 0
}

type jsonValues struct {
	dec    *json.Decoder
	values url.Values
	n      int
}

func (v *jsonValues) readObject() error {
	if t, err := v.dec.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(err, errShape)
	}
	for v.dec.More() {
		name, err := v.dec.Token() // inside an object the decoder lets only strings be names
		if err != nil {
			return err
		}
		if err := v.readMember(name.(string)); err != nil {
			return err
		}
	}
	if _, err := v.dec.Token(); err != nil { // the closing brace
		return err
	}
	if _, err := v.dec.Token(); err != io.EOF {
		return errShape
	}
	return nil
}

func (v *jsonValues) readMember(name string) error {
	t, err := v.dec.Token()
	if err != nil {
		return err
	}
	if s, ok := t.(string); ok {
		return v.add(name, s)
	}
	if t != json.Delim('[') {
		return errShape
	}
	for v.dec.More() {
		t, err := v.dec.Token()
		s, ok := t.(string)
		if err != nil || !ok {
			return errors.Join(err, errShape)
		}
		if err := v.add(name, s); err != nil {
			return err
		}
	}
	_, err = v.dec.Token() // the closing bracket
	return err
}

func (v *jsonValues) add(name, value string) error {
	if v.n++; v.n > form.MaxFields {
		return errTooMany
	}
	v.values[name] = append(v.values[name], strings.ToValidUTF8(value, "\uFFFD"))
	return nil
}
