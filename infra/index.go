package infra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ErrIndexes says that the table is too far behind: DynamoDB adds or removes one index in an update, and takes none back.
var ErrIndexes = errors.New("the table has to change more than one index at once")

// upgradable says whether the live table comes to the template's in one update. A release changes one index at most, so
// whoever leaves none out always can.
func (d *Deploy) upgradable(ctx context.Context) error {
	live, err := d.appStack().Live(ctx)
	if err != nil {
		return err
	}
	if changes := IndexChanges(live, App); len(changes) > 1 {
		return fmt.Errorf("comparing the table with the program's: %w: %s", ErrIndexes, strings.Join(changes, ", "))
	}
	return nil
}

var indexBlock = regexp.MustCompile(`(?m)^ {8}- IndexName: (\w+)\n((?: {10}.*\n)*)`)

// IndexChanges are the indexes to be added and removed between two texts of app.yaml; one that differs is both.
func IndexChanges(before, after string) []string {
	had, has := indexes(before), indexes(after)
	var changes []string
	for _, name := range slices.Sorted(maps.Keys(had)) {
		if had[name] != has[name] {
			changes = append(changes, "remove "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(has)) {
		if had[name] != has[name] {
			changes = append(changes, "add "+name)
		}
	}
	return changes
}

// indexes are what a template says of each, by name.
func indexes(template string) map[string]string {
	all := map[string]string{}
	for _, m := range indexBlock.FindAllStringSubmatch(template, -1) {
		all[m[1]] = m[2]
	}
	return all
}
