package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// room is how many bytes of garbage may gather before they are collected. Go's own rule, as much as is in use, has a
// build of few pages collect every few megabytes.
const room = 32 << 20

// gatherGarbage leaves room for garbage, and Go's own rule where more than that is in use. It is for a process that
// builds once and ends; who sets GOGC has the last word.
func gatherGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	leaveRoom(struct{}{})
}

// leaveRoom says how much garbage may gather until the next collection, and does so again after that one.
func leaveRoom(struct{}) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	inUse := max(live[0].Value.Uint64(), 4<<20)
	debug.SetGCPercent(int(max(100, 100*room/inUse)))
	runtime.AddCleanup(new(*byte), leaveRoom, struct{}{})
}
