package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leadsite/functions/disk"
	"leadsite/functions/lead"
	"leadsite/functions/spool/file"
)

// erasuresFile is the file of a state folder that says who was erased: one lead.Erasure in JSON on each line. It is
// written before anything is erased, and outlives the database: after a restore, --replay repeats what it says.
const erasuresFile = "erasures.jsonl"

// erasedCount is what an erasure removed, as --json prints it.
type erasedCount struct {
	Leads   []string `json:"leads"`   // ids, of the store
	Waiting int      `json:"waiting"` // leads in the spool
	Mails   int      `json:"mails"`   // in the outbox
}

func erase(at *place) *cobra.Command {
	var address, noted string
	var replay, asJSON bool
	cmd := &cobra.Command{
		Use: "erase EMAIL", Short: "Remove a person: leads, spam, what waits in the spool, mails in the outbox",
		Long: "Removes all leads of an address with everything that belongs to them, what waits in the spool, and the mails of the\n" +
			"outbox that name the address. First it writes a keyed hash of the address and the time to erasures.jsonl in the state\n" +
			"folder, and of a deployed table also into a bucket in its account; --replay repeats all of them, after a backup was\n" +
			"restored. A table that was restored does not know its bucket any more: --erasures names it. Mails that were sent are\n" +
			"not here to be erased.",
		Example: "  leadsite leads erase sam@example.com\n  leadsite leads erase --replay\n" +
			"  leadsite leads erase --replay --store dynamodb:RESTORED --erasures s3:BUCKET --secret ssm:/leadsite/SITE/secret",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case replay && len(args) > 0:
				return errors.New("--replay erases everybody of the file, so it takes no address")
			case !replay && len(args) != 1:
				return errors.New("name one address")
			case replay:
				return nil
			}
			var err error
			address, err = personAddress(args[0])
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return at.with(cmd, func(s lead.Store) error {
				e, err := newEraser(cmd, at, s, noted)
				if err != nil {
					return err
				}
				if replay {
					err = e.replay()
				} else {
					err = e.person(address)
				}
				return errors.Join(err, e.tell(cmd, asJSON))
			})
		},
	}
	cmd.Flags().BoolVar(&replay, "replay", false, "repeat every erasure of the state folder, after a restore")
	cmd.Flags().StringVar(&noted, "erasures", "", "s3:BUCKET where erasures of a table are noted (default what the table's tag says)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// eraser erases persons from everything that a state folder and a store hold.
type eraser struct {
	cmd    *cobra.Command
	state  string
	store  lead.Store
	keys   lead.Keys
	bucket *bucket // where erasures of a table are noted, too; nil: there is none
	result erasedCount
}

func newEraser(cmd *cobra.Command, at *place, s lead.Store, noted string) (*eraser, error) {
	state, err := at.folder(cmd)
	if err != nil {
		return nil, err
	}
	keys, err := at.keys(cmd)
	if err != nil {
		return nil, err
	}
	b, err := at.erasures(cmd, noted)
	return &eraser{cmd, state, s, keys, b, erasedCount{Leads: []string{}}}, err
}

// erasures is the bucket in which erasures of the store are noted, as --erasures or the store itself says.
func (p place) erasures(cmd *cobra.Command, noted string) (*bucket, error) {
	kind, name, _ := strings.Cut(noted, ":")
	if noted != "" && (kind != "s3" || name == "") {
		return nil, hinted{fmt.Errorf("--erasures %q names no bucket", noted), "write it like s3:BUCKET; leadsite deploy made it with the table"}
	}
	table, isTable := strings.CutPrefix(p.store, "dynamodb:")
	if !isTable {
		if noted != "" {
			return nil, hinted{errors.New("--erasures is for a table"), "name the table: --store dynamodb:TABLE"}
		}
		return nil, nil
	}
	b, err := bucketOf(cmd.Context(), table, name)
	if err == nil && b == nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: the table names no bucket for erasures, so they are noted in %s alone: keep that file\n", erasuresFile)
	}
	return b, err
}

// person erases one address, as of now.
func (e *eraser) person(address string) error {
	persons, err := personsOf(e.cmd.Context(), e.store, e.keys, address)
	if err != nil {
		return err
	}
	var erasures []lead.Erasure
	for _, person := range persons {
		leads, err := e.store.ByPerson(e.cmd.Context(), person, math.MaxInt32)
		if err != nil {
			return err
		}
		now := time.Now()
		if len(leads) > 0 && leads[0].CreatedAt.After(now) { // clocks differ
			now = leads[0].CreatedAt
		}
		erasures = append(erasures, lead.Erasure{Person: person, At: now}.Kept())
	}
	for _, erasure := range erasures {
		if err := e.note(erasure); err != nil {
			return err
		}
	}
	return e.erase(erasures)
}

// note writes an erasure down wherever it is to be found later.
func (e *eraser) note(erasure lead.Erasure) error {
	if err := noteErasure(e.state, erasure); err != nil || e.bucket == nil {
		return err
	}
	return e.bucket.note(e.cmd.Context(), erasure)
}

// replay repeats what the file says, and the bucket. What cannot be read does not keep the rest from being repeated.
func (e *eraser) replay() error {
	file := filepath.Join(e.state, erasuresFile)
	if e.bucket == nil {
		erasures, err := readErasures(file)
		return errors.Join(err, e.erase(erasures))
	}
	erasures, err := e.bucket.erasures(e.cmd.Context())
	if _, absent := os.Stat(file); !errors.Is(absent, fs.ErrNotExist) { // else another machine noted them all
		local, localErr := readErasures(file)
		err = errors.Join(err, localErr)
		for _, l := range local {
			if !slices.ContainsFunc(erasures, func(o lead.Erasure) bool { return o.Person == l.Person && o.At.Equal(l.At) }) {
				erasures = append(erasures, l)
			}
		}
	}
	return errors.Join(err, e.erase(erasures))
}

// erase removes what erasures cover: first what waits, so that it does not reach the store behind our back, at last the
// mails, so that one that is being sent just now is among them. What fails does not keep the rest from being done.
func (e *eraser) erase(erasures []lead.Erasure) error {
	var errs []error
	for _, erasure := range erasures {
		waiting, err := file.Existing(filepath.Join(e.state, spoolFolder)).Erase(erasure)
		e.result.Waiting += waiting
		gone, storeErr := e.store.Erase(e.cmd.Context(), erasure.Person, erasure.At)
		e.result.Leads = append(e.result.Leads, gone.Leads...)
		errs = append(errs, err, storeErr)
	}
	mails, err := eraseMails(filepath.Join(e.state, outboxFolder), e.keys, erasures)
	e.result.Mails += mails
	return errors.Join(append(errs, err)...)
}

func (e *eraser) tell(cmd *cobra.Command, asJSON bool) error {
	if asJSON {
		return printJSON(cmd.OutOrStdout(), e.result)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "erased %s, %d that waited in the spool, and %s in the outbox\n",
		counted(len(e.result.Leads), "lead"), e.result.Waiting, counted(e.result.Mails, "mail"))
	return err
}

// noteErasure adds a line to the file of erasures, and returns when it is on the disk.
func noteErasure(state string, e lead.Erasure) error {
	if err := appendErasure(state, e); err != nil {
		return hinted{fmt.Errorf("writing down the erasure: %w", err), "nothing was erased; see that the state folder can be written to"}
	}
	return nil
}

func appendErasure(state string, e lead.Erasure) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	name := filepath.Join(state, erasuresFile)
	before, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(before) > 0 && !bytes.HasSuffix(before, []byte("\n")) { // the power went while the line before was written
		line = append([]byte("\n"), line...)
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close(), disk.SyncFolder(state))
}

// readErasures reads the file of erasures. It returns all lines that it can read beside an error for those that it
// cannot.
func readErasures(name string) ([]lead.Erasure, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hinted{fmt.Errorf("there is no %s", name), "nobody was erased with this state folder; name another with --state"}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the erasures: %w", err)
	}
	var all []lead.Erasure
	var faults []error
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		var e lead.Erasure
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Person == "" || e.At.IsZero() {
			faults = append(faults, fmt.Errorf("%s:%d: this line is no erasure", name, n))
			continue
		}
		all = append(all, e)
	}
	return all, errors.Join(append(faults, lines.Err())...)
}
