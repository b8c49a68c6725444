package infra_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/infra"
)

// README's table says what the plan of a deploy is calculated with.
func TestCostTable(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(e2e.Root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for row, submissions := range map[string]float64{"300": 300, "10,000": 10_000, "1,000,000": 1_000_000} {
		want := fmt.Sprintf("| %s | $%.2f |", row, infra.Monthly(submissions))
		if submissions > 1000 {
			want = fmt.Sprintf("| %s | $%.0f |", row, infra.Monthly(submissions))
		}
		if !strings.Contains(string(readme), want) {
			t.Errorf("README does not say %s", want)
		}
	}
}

// The plan counts as many alarms as the templates have.
func TestAlarmsAreCounted(t *testing.T) {
	n := 0
	for _, tp := range both(t) {
		n += len(tp.of("AWS::CloudWatch::Alarm"))
	}
	if n != infra.Alarms {
		t.Errorf("%d alarms, and the cost of %d is said", n, infra.Alarms)
	}
}
