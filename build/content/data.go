package content

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// loadData reads content/data. A file in a folder there has the folder in its name: "team/anna".
func loadData(source fs.FS, files []string, problems *Problems) map[string]any {
	all := make(map[string]any)
	from := make(map[string]string)
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, Root+"/data/"), path.Ext(file))
		if other := from[name]; other != "" {
			problems.Add(Pos{File: file}.Errorf("rename one of them", "%s has the same name", other))
			continue
		}
		from[name] = file
		data, problem := readText(source, file)
		if problem != nil {
			problems.Add(problem)
			continue
		}
		all[name] = parseData(file, data, problems)
	}
	return all
}

func parseData(file string, data []byte, problems *Problems) any {
	doc := newDocument(file, 0, data, problems)
	switch strings.ToLower(path.Ext(file)) {
	case ".yaml", ".yml":
		v, _ := parseYAML(doc, data)
		return v.Any()
	case ".json":
		return parseJSON(doc, data).Any()
	case ".csv":
		return parseCSV(file, data, problems)
	}
	problems.Add(Pos{File: file}.Errorf("write it as .yaml, .json or .csv, or move it elsewhere", "this is not a data file"))
	return nil
}

// parseCSV gives a list of maps: the first row names the columns.
func parseCSV(file string, data []byte, problems *Problems) any {
	r := csv.NewReader(bytes.NewReader(data))
	header, err := r.Read()
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
		if first := slices.Index(header, header[i]); first < i {
			line, col := r.FieldPos(i)
			problems.Add(Pos{File: file, Line: line, Col: col}.Errorf("rename one of them", "the column %q is already there, as the %d. one", header[i], first+1))
		}
	}
	rows := []any{}
	for err == nil {
		var record []string
		if record, err = r.Read(); err == nil {
			row := make(map[string]any, len(header))
			for i, name := range header {
				row[name] = record[i]
			}
			rows = append(rows, row)
		}
	}
	if !errors.Is(err, io.EOF) {
		problems.Add(csvError(file, err))
	}
	return rows
}

func csvError(file string, err error) *Error {
	pos := Pos{File: file}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return pos.Errorf("", "cannot be read: %s", err)
	}
	pos.Line, pos.Col = parse.Line, parse.Column
	if errors.Is(parse.Err, csv.ErrFieldCount) {
		pos.Col = 0
		return pos.Errorf("give every row a cell for each column of the first row", "the row has more or fewer cells than the first one")
	}
	return pos.Errorf("put quotes around a cell that holds a comma or a quote, and double the quotes in it", "this is not CSV: %s", parse.Err)
}
