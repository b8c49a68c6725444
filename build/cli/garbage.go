package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How many bytes of garbage may gather before they are collected. By Go's own rule, as much as is in use, a build of few
// pages collects every few megabytes, and one of very many takes twice the memory that it needs.
const (
	leastRoom = 32 << 20
	mostRoom  = 150 << 20
)

// gatherGarbage leaves that room. It is for a process that builds once and ends; who sets GOGC has the last word.
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
	debug.SetGCPercent(int(100 * min(max(inUse, leastRoom), mostRoom) / inUse))
	runtime.AddCleanup(new(*byte), leaveRoom, struct{}{})
}
