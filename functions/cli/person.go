package cli

import (
	"fmt"
	"math"
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

// exportPerson prints what is stored about the person with an address.
func exportPerson(cmd *cobra.Command, at *place, s lead.Store, address string) error {
	keys, err := at.keys(cmd)
	if err != nil {
		return err
	}
	leads, err := s.ByPerson(cmd.Context(), keys.Person(address), math.MaxInt32)
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
