package cli

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// personCopy is what a person may ask for: everything that is stored under the address, in words that the person knows
// from the form.
type personCopy struct {
	Person string       `json:"person"` // the address
	AsOf   time.Time    `json:"as_of"`
	Leads  []personLead `json:"leads"` // newest first, spam too
}

// personLead is one lead, who was told of it, and until when it is kept.
type personLead struct {
	lead.Lead
	Kept  string       `json:"kept_until"` // a day, or "for ever"
	Mails []personMail `json:"mails"`
}

// personMail is one mail about a lead.
type personMail struct {
	Kind  string                 `json:"kind"`
	To    string                 `json:"to"`
	State lead.NotificationState `json:"state"`
	At    time.Time              `json:"at"`
}

// personAddress is the address that somebody typed to name a person, as intake keeps addresses: any other spelling has
// another hash, and would find nobody without a word.
func personAddress(typed string) (string, error) {
	address, ok := form.Address(typed)
	if !ok {
		return "", hinted{fmt.Errorf("%q is no e-mail address", typed), "name one bare address; leadsite leads list shows them"}
	}
	return address, nil
}

// personsOf are the keyed hashes under which an address has leads: by the secret here, and by others that were here
// before, of a machine that leads were moved from or of a file that was lost. Without them a search would miss leads,
// and say so nowhere.
func personsOf(ctx context.Context, s lead.Store, keys lead.Keys, address string) ([]string, error) {
	persons := []string{keys.Person(address)}
	leads, err := all(ctx, s, lead.Query{Email: address, Statuses: lead.Statuses()})
	for _, l := range leads {
		if l.Person != "" && !slices.Contains(persons, l.Person) {
			persons = append(persons, l.Person)
		}
	}
	return persons, err
}

// leadsOf are the leads of an address, newest first, spam too.
func leadsOf(ctx context.Context, s lead.Store, keys lead.Keys, address string) ([]lead.Lead, error) {
	persons, err := personsOf(ctx, s, keys, address)
	if err != nil {
		return nil, err
	}
	var leads []lead.Lead
	for _, person := range persons {
		more, err := s.ByPerson(ctx, person, math.MaxInt32)
		if err != nil {
			return nil, err
		}
		leads = append(leads, more...)
	}
	slices.SortStableFunc(leads, func(a, b lead.Lead) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return leads, nil
}

// exportPerson prints what is stored about the person with an address.
func exportPerson(cmd *cobra.Command, at *place, s lead.Store, address string) error {
	keys, err := at.keys(cmd)
	if err != nil {
		return err
	}
	leads, err := leadsOf(cmd.Context(), s, keys, address)
	if err != nil {
		return err
	}
	copied := personCopy{Person: address, AsOf: lead.Moment(time.Now()), Leads: []personLead{}}
	for _, l := range leads {
		whole, err := wholePersonLead(cmd, s, l.ID)
		if err != nil {
			return err
		}
		copied.Leads = append(copied.Leads, whole)
	}
	return printJSON(cmd.OutOrStdout(), copied)
}

func wholePersonLead(cmd *cobra.Command, s lead.Store, id string) (personLead, error) {
	l, err := s.Get(cmd.Context(), id)
	if err != nil {
		return personLead{}, err
	}
	told, err := s.Notifications(cmd.Context(), id)
	if err != nil {
		return personLead{}, err
	}
	whole := personLead{Lead: l, Kept: "for ever", Mails: []personMail{}}
	if !l.Expires.IsZero() {
		whole.Kept = l.Expires.Format(time.DateOnly)
	}
	for _, n := range told {
		whole.Mails = append(whole.Mails, personMail{n.Kind, n.Recipient, n.State, n.UpdatedAt})
	}
	return whole, nil
}
