package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// server is one running `leadsite serve`.
type server struct {
	url   string
	cmd   *exec.Cmd
	ended chan struct{}
}

// serve starts the program and returns when it is ready.
func serve(ctx context.Context, o options, addr string, args ...string) (*server, error) {
	args = append([]string{"serve", "--source", o.source, "--state", o.state, "--addr", addr}, args...)
	s := &server{cmd: exec.CommandContext(ctx, o.program, args...), ended: make(chan struct{})}
	talk, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the program: %w", err)
	}
	ready, said := make(chan string, 1), &strings.Builder{}
	go s.listen(talk, ready, said)
	if s.url = <-ready; s.url == "" {
		<-s.ended
		return nil, fmt.Errorf("serve ended before it was ready:\n%s", said)
	}
	return s, nil
}

// listen reads what the program says. The line that names the address goes to ready, or nothing.
func (s *server) listen(talk io.Reader, ready chan<- string, said *strings.Builder) {
	lines := bufio.NewScanner(talk)
	for serving := false; lines.Scan(); {
		if at, is := strings.CutPrefix(lines.Text(), "leadsite: serving "); is {
			serving = true
			ready <- strings.TrimSuffix(at, "/")
		}
		if !serving {
			said.WriteString(lines.Text() + "\n")
		}
	}
	s.cmd.Wait() // how it ended is seen by what it answered
	close(ready)
	close(s.ended)
}

// addr is where it serves, for the next one to serve there, too.
func (s *server) addr() string { return strings.TrimPrefix(s.url, "http://") }

// kill ends it as a power cut would.
func (s *server) kill() {
	s.cmd.Process.Kill() // fails, rightly, when it has ended
	<-s.ended
}
