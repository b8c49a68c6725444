package markdown

import (
	"bytes"

	"github.com/gomarkdown/markdown/ast"
)

// startsTable says whether the first line is the head of a table: the second one has a dash for each of its cells.
func startsTable(data []byte) bool {
	columns, _ := tableColumns(data)
	return columns != nil
}

// tableColumns reads the head of a table: how its columns are aligned, and where its rows begin.
func tableColumns(data []byte) (columns []ast.CellAlignFlags, rows int) {
	second := nextLine(data, 0)
	if second >= len(data) {
		return nil, 0
	}
	line := firstLine(data[second:])
	if margin, i := indent(line); margin >= 4 || i >= len(line) || bytes.IndexByte([]byte("|:-"), line[i]) < 0 {
		return nil, 0
	}
	head := firstLine(data)
	if bytes.IndexByte(head, '|') < 0 && bytes.IndexByte(line, '|') < 0 {
		return nil, 0
	}
	for _, cell := range tableCells(line) {
		align, ok := alignment(cell)
		if !ok {
			return nil, 0
		}
		columns = append(columns, align)
	}
	if len(columns) != len(tableCells(head)) {
		return nil, 0
	}
	return columns, nextLine(data, second)
}

func alignment(cell []byte) (ast.CellAlignFlags, bool) {
	var align ast.CellAlignFlags
	dashes, left := bytes.CutPrefix(cell, []byte(":"))
	if left {
		align |= ast.TableAlignmentLeft
	}
	dashes, right := bytes.CutSuffix(dashes, []byte(":"))
	if right {
		align |= ast.TableAlignmentRight
	}
	return align, len(dashes) > 0 && len(bytes.Trim(dashes, "-")) == 0
}

// tableCells parts a row at its pipes. A pipe behind a backslash is a pipe of the cell's text.
func tableCells(line []byte) [][]byte {
	line = bytes.TrimSpace(line)
	line = bytes.TrimPrefix(line, []byte("|"))
	var cells [][]byte
	start := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '|':
			cells = append(cells, tableCell(line[start:i]))
			start = i + 1
		}
	}
	if start < len(line) || len(cells) == 0 {
		cells = append(cells, tableCell(line[start:]))
	}
	return cells
}

func tableCell(text []byte) []byte {
	return bytes.ReplaceAll(bytes.TrimSpace(text), []byte(`\|`), []byte("|"))
}

// table reads a table up to a blank line or the beginning of another block.
func (r *reader) table(data []byte) int {
	columns, i := tableColumns(data)
	if columns == nil {
		return 0
	}
	table, head, body := &ast.Table{}, &ast.TableHeader{}, &ast.TableBody{}
	ast.AppendChild(table, head)
	ast.AppendChild(head, r.tableRow(firstLine(data), columns, true))
	for i < len(data) && !r.interrupts(data[i:]) {
		ast.AppendChild(body, r.tableRow(firstLine(data[i:]), columns, false))
		i = nextLine(data, i)
	}
	if len(body.Children) > 0 {
		ast.AppendChild(table, body)
	}
	r.add(table)
	return i
}

// tableRow makes a row of the table's columns: cells too many are dropped, missing ones are empty. Making up cells counts
// as effort, because ten thousand columns and as many empty rows are a small text.
func (r *reader) tableRow(line []byte, columns []ast.CellAlignFlags, head bool) *ast.TableRow {
	const madeUp = 256
	row := &ast.TableRow{}
	cells := tableCells(line)
	for i, align := range columns {
		cell := &ast.TableCell{IsHeader: head, Align: align}
		if i < len(cells) {
			cell.Content = cells[i]
		} else if !r.effort.spend(madeUp) {
			break
		}
		ast.AppendChild(row, cell)
	}
	return row
}
