package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// answersVersion changes with the meaning of what is kept; another version's is not read.
const answersVersion = 1

// keptFor is how long an answer holds.
const keptFor = 7 * 24 * time.Hour

// answers are the answers of the last week, as one JSON file:
//
//	{"version": 1, "answers": {"https://…": {"verdict": "moved", "to": "https://…", "at": "2026-11-22T12:00:00Z"}}}
//
// An address that was dead or not asked is not kept: once it is mended, the next check is to say so.
type answers struct {
	Version int                   `json:"version"`
	Answers map[string]keptAnswer `json:"answers"`

	mu      sync.Mutex
	changed bool
}

type keptAnswer struct {
	Answer
	At time.Time `json:"at"`
}

// openAnswers reads the file. One that is not there, torn or of another version has no answers.
func openAnswers(file string, now time.Time) (*answers, error) {
	none := &answers{Version: answersVersion, Answers: map[string]keptAnswer{}}
	if file == "" {
		return none, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what is known of outside links: %w", err)
	}
	var kept answers
	if json.Unmarshal(data, &kept) != nil || kept.Version != answersVersion || kept.Answers == nil {
		return none, nil
	}
	for address, k := range kept.Answers {
		if age := now.Sub(k.At); age < 0 || age >= keptFor {
			delete(kept.Answers, address)
			kept.changed = true
		}
	}
	return &kept, nil
}

func (a *answers) get(address string) (Answer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.Answers[address]
	return k.Answer, ok
}

func (a *answers) put(answer Answer, now time.Time) {
	if answer.Verdict == Dead || answer.Verdict == Unasked {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Answers[answer.URL] = keptAnswer{answer, now.UTC().Truncate(time.Second)}
	a.changed = true
}

// save writes the file aside and renames it, so that it is whole.
func (a *answers) save(file string) error {
	if file == "" || !a.changed {
		return nil
	}
	data, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return err
	}
	aside := file + ".new"
	err = errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(aside, data, 0o644))
	if err == nil {
		err = os.Rename(aside, file)
	}
	if err != nil {
		return fmt.Errorf("keeping what is known of outside links: %w", err)
	}
	return nil
}
