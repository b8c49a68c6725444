package dynamo

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/functions/lead"
)

// item is one item of the table. An attribute that has nothing to say is absent: so an item is in an index exactly
// when it has the index's key.
type item map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func (it item) text(name string) string {
	v, _ := it[name].(*types.AttributeValueMemberS)
	if v == nil {
		return ""
	}
	return v.Value
}

// number reads a whole number, 0 when there is none.
func (it item) number(name string) int64 {
	v, _ := it[name].(*types.AttributeValueMemberN)
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return 0 // only this package writes numbers, and it writes whole ones
	}
	return n
}

// time reads milliseconds, the zero time when there are none.
func (it item) time(name string) time.Time {
	if it[name] == nil {
		return time.Time{}
	}
	return time.UnixMilli(it.number(name)).UTC()
}

func (it item) setText(name, value string) {
	delete(it, name)
	if value != "" {
		it[name] = str(value)
	}
}

func (it item) setNumber(name string, n int) { it[name] = num(int64(n)) }

func (it item) setTime(name string, t time.Time) {
	delete(it, name)
	if !t.IsZero() {
		it[name] = num(t.UnixMilli())
	}
}

// setExpires sets when the item stops existing, for us and for DynamoDB.
func (it item) setExpires(t time.Time) {
	it.setTime("expires", t)
	delete(it, ttl)
	if !t.IsZero() {
		it[ttl] = num(seconds(t))
	}
}

// seconds is a time as DynamoDB's expiry wants it, not too early.
func seconds(t time.Time) int64 { return t.Add(time.Second - 1).Unix() }

// setWake puts the item into the index due, or takes it out.
func (it item) setWake(shard int, wake time.Time) {
	it.setTime("wake", wake)
	delete(it, "due")
	if !wake.IsZero() {
		it["due"] = str(dueKey(shard))
	}
}

// next is the item for the next version of what it holds.
func (it item) next() item {
	after := maps.Clone(it)
	after["rev"] = num(it.number("rev") + 1)
	return after
}

func (it item) gone(now time.Time) bool { return it.erased() || lead.Gone(it.time("expires"), now) }

// erased says whether the item is the tombstone of a lead.
func (it item) erased() bool { return it["erased"] != nil }

// tombstone is what stays of a lead's item: its key, so that no late copy of the lead takes it; and, until all that lies
// under it is gone, its place in the index of persons.
func (it item) tombstone(now time.Time) item {
	after := key(it.text("PK"), it.text("SK"))
	after["person"], after["at"] = it["person"], it["at"]
	after["rev"] = num(it.number("rev") + 1)
	after.setTime("erased", now)
	after.setExpires(lead.Buried(now))
	return after
}

func dueKey(shard int) string { return "D#" + strconv.Itoa(shard) }

func inboxKey(status lead.Status, shard int) string {
	return fmt.Sprintf("S#main#%s#%d", status, shard)
}

// place is where a lead stands in the lists.
func place(created time.Time, id string) string { return placeAt(created) + "#" + id }

// placeAt is before all leads that were created at a time or later.
func placeAt(t time.Time) string { return fmt.Sprintf("%015d", max(0, t.UnixMilli())) }

const leadPrefix = "L#"

// key is the key of an item.
func key(pk, sk string) item { return item{"PK": str(pk), "SK": str(sk)} }

// There is nothing under a lead but these: sort keys from underFirst to underLast. '$' follows '#'.
const (
	leadSort   = "#"
	underFirst = "$"
	underLast  = "Z"
)

func leadKey(id string) item { return key(leadPrefix+id, leadSort) }

// leadID is the id of the lead that an item belongs to.
func (it item) leadID() string { return strings.TrimPrefix(it.text("PK"), leadPrefix) }

const notificationPrefix = "N#"

func notificationKey(k lead.NotificationKey) item {
	return key(leadPrefix+k.Lead, notificationPrefix+k.Kind+"#"+recipientHash(k.Recipient))
}

// newLead is the item of a lead that is put.
func (s *Store) newLead(l lead.Lead) (item, error) {
	it := leadKey(l.ID)
	it["rev"] = num(0)
	return s.leadItem(it, l, l.Listed())
}

// leadItem is the next version of a lead's item, holding l. listed puts it into the inbox; one that is there stays.
func (s *Store) leadItem(before item, l lead.Lead, listed bool) (item, error) {
	doc, err := l.Document()
	if err != nil {
		return nil, err
	}
	shard := s.shard(l.ID)
	it := before.next()
	it["at"] = str(place(l.CreatedAt, l.ID))
	it["doc"] = str(doc)
	it.setText("status", string(l.Status))
	it.setNumber("version", l.Version)
	it.setText("form", l.Form)
	it.setText("email", lead.FoldEmail(l.Email))
	it.setText("owner", l.Owner)
	it.setTime("answer", l.DueAt)
	it.setWake(shard, l.Wake)
	it.setExpires(l.Expires)
	if l.Person != "" {
		it["person"] = str(personKey(l.Person))
	}
	if listed || it["inbox"] != nil {
		it["inbox"] = str(inboxKey(l.Status, shard))
	}
	return it, nil
}

const personPrefix = "E#"

func personKey(person string) string { return personPrefix + person }

// lead reads a lead's item, without events.
func (it item) lead() (lead.Lead, error) {
	l := lead.Lead{
		Status: lead.Status(it.text("status")), Version: int(it.number("version")), Owner: it.text("owner"),
		DueAt: it.time("answer"), Wake: it.time("wake"), Expires: it.time("expires"),
		Person: strings.TrimPrefix(it.text("person"), personPrefix),
	}
	return l, l.ReadDocument(it.text("doc"))
}

const eventPrefix = "E#"

// eventItem is the item of an event of a lead, which goes when the lead does.
func eventItem(id string, e lead.Event, expires time.Time) (item, error) {
	doc, err := e.Document()
	if err != nil {
		return nil, err
	}
	it := key(leadPrefix+id, eventPrefix+e.ID)
	it["doc"] = str(doc)
	it.setExpires(expires)
	return it, nil
}

// newNotification is the item of a notification that is added, which goes when the lead does.
func (s *Store) newNotification(n lead.Notification, expires time.Time) item {
	it := notificationKey(n.NotificationKey)
	it["rev"] = num(0)
	it.setText("kind", n.Kind)
	it.setText("to", n.Recipient)
	it.setExpires(expires)
	return s.notificationItem(it, n)
}

// notificationItem is the next version of a notification's item, holding n.
func (s *Store) notificationItem(before item, n lead.Notification) item {
	it := before.next()
	it.setText("state", string(n.State))
	it.setNumber("attempts", n.Attempts)
	it.setText("message", n.MessageID)
	it.setText("error", n.Error)
	it.setTime("updated", n.UpdatedAt)
	it.setWake(s.shard(n.Lead), n.Due)
	return it
}

// notification reads a notification's item.
func (it item) notification() lead.Notification {
	return lead.Notification{
		NotificationKey: lead.NotificationKey{Lead: it.leadID(), Kind: it.text("kind"), Recipient: it.text("to")},
		State:           lead.NotificationState(it.text("state")), Attempts: int(it.number("attempts")),
		Due: it.time("wake"), MessageID: it.text("message"), Error: it.text("error"), UpdatedAt: it.time("updated"),
	}
}
