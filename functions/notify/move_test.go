package notify_test

import (
	"testing"
	"time"
)

// A lead that moves to another store with all that belongs to it is not told again there, by neither way to sales; one
// that waited is told there.
func TestNobodyIsToldAgainAfterAMove(t *testing.T) {
	from, to := newOffice(t), newOffice(t)
	from.put(from.sam(id("a")))
	from.put(from.sam(id("b")))
	from.handle(id("a"))
	from.same("before the move", from.sent(), []string{"sales@example.com a"})
	for r, err := range from.store.Export(t.Context()) {
		from.ok(err)
		_, err = to.store.Import(t.Context(), r)
		from.ok(err)
	}
	to.handle(id("a"))
	to.sweep()
	to.same("after the move", to.sent(), []string{"sales@example.com b"})
	to.clock.pass(10 * time.Minute)
	to.sweep()
	to.same("ten minutes later", to.sent(), []string{"sales@example.com b"})
}
