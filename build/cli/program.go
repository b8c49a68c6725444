package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// program stands for this very program: builds of another one are nothing to build upon. It is the size, the time and the
// head of the program's file, where the Go linker puts an id of all that it was made from. "": the file cannot be read.
func program() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%d %d\n", info.Size(), info.ModTime().UnixNano())
	if _, err := io.Copy(h, io.LimitReader(f, 64<<10)); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
