package infra_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"leadsite/infra"
)

// README's tables say what the plan of a deploy is calculated with: each price, where AWS says it, how we know it, and
// what three months come to.
func TestCostTable(t *testing.T) {
	text := readme(t)
	has := func(row string) {
		if !strings.Contains(text, "\n"+row+"\n") {
			t.Errorf("README does not say\n%s", row)
		}
	}
	few, some, many := infra.Bill(300), infra.Bill(10_000), infra.Bill(1_000_000)
	for i, l := range few {
		has(fmt.Sprintf("| %s | %s | %s | %s | %s | %s | [%s](%s), %s |", l.Thing, price(l.Price), free(l.Price),
			cents(l), cents(some[i]), cents(many[i]), l.Service, l.Page, l.Known))
	}
	has(fmt.Sprintf("| **together** | | | **%s** | **%s** | **%s** | |", infra.Say(infra.Monthly(300)), infra.Say(infra.Monthly(10_000)), infra.Say(infra.Monthly(1_000_000))))
}

func price(p infra.Price) string {
	amount := strconv.FormatFloat(p.Dollars, 'f', -1, 64)
	if whole, part, _ := strings.Cut(amount, "."); len(part) < 2 {
		amount = whole + "." + (part + "00")[:2]
	}
	return "$" + amount + map[float64]string{1: " each", 1e3: " a thousand", 1e6: " a million"}[p.Per]
}

func free(p infra.Price) string {
	switch {
	case p.Free == 0:
		return "–"
	case p.Free >= 1e6:
		return fmt.Sprintf("%g million", p.Free/1e6)
	case p.Free >= 1000:
		return fmt.Sprintf("%d,%03d", int(p.Free)/1000, int(p.Free)%1000)
	}
	return fmt.Sprint(p.Free)
}

func cents(l infra.Line) string {
	if l.Dollars() == 0 {
		return "–"
	}
	return infra.Say(l.Dollars())
}

// A bill is what is used beyond what is free, at its price; who has no visitors pays for the schedule and the alarms, and that is cents.
func TestBill(t *testing.T) {
	for _, l := range infra.Bill(1_000_000) {
		want := 0.0
		if l.Count > l.Free {
			want = (l.Count - l.Free) * l.Price.Dollars / l.Per
		}
		if math.Abs(l.Dollars()-want) > 1e-9 || l.Page == "" || l.Known == "" {
			t.Errorf("%+v comes to %v, want %v", l, l.Dollars(), want)
		}
	}
	if got := infra.Monthly(0); got <= 0 || got > 1 {
		t.Errorf("a month in which nobody writes costs %v", got)
	}
	if infra.Monthly(300) >= infra.Monthly(10_000) || infra.Monthly(10_000) >= infra.Monthly(1_000_000) {
		t.Error("more costs less")
	}
}

// The plan counts as many alarms and figures as the templates have.
func TestAlarmsAreCounted(t *testing.T) {
	for kind, said := range map[string]int{"AWS::CloudWatch::Alarm": infra.Alarms, "AWS::Logs::MetricFilter": infra.Metrics} {
		n := 0
		for _, tp := range both(t) {
			n += len(tp.of(kind))
		}
		if n != said {
			t.Errorf("%d of %s, and the cost of %d is said", n, kind, said)
		}
	}
}
