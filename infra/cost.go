package infra

import "fmt"

// Price is what AWS takes for one kind of thing, in US dollars in us-east-1; regions in Europe cost up to a fifth more.
// What AWS gives a new account for a year is not counted; what is free every month for good is.
type Price struct {
	Thing   string  // what is counted
	Per     float64 // so many of it
	Dollars float64 // cost this
	Free    float64 // so many a month cost nothing
	Service string
	Page    string // where AWS says so
	Known   string // how we know: when it was looked up in a stored copy, or that it is from memory
}

// The addresses of AWS's price lists.
const (
	pageEdge   = "https://aws.amazon.com/cloudfront/pricing/"
	pageLambda = "https://aws.amazon.com/lambda/pricing/"
	pageAPI    = "https://aws.amazon.com/api-gateway/pricing/"
	pageTable  = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
	pageMail   = "https://aws.amazon.com/ses/pricing/"
	pageQueue  = "https://aws.amazon.com/sqs/pricing/"
	pageWatch  = "https://aws.amazon.com/cloudwatch/pricing/"
)

const (
	lookedUp   = "November 2026"
	fromMemory = "from memory"
)

// What one submission comes to, estimated from what the code does: a lead, its copies in three indexes, counters, the
// spent challenge, notifications and their states; and that two visitors in a hundred write.
const (
	views    = 50               // of pages
	requests = views * 8        // of files
	weight   = views * 60 / 1e6 // GB: 60 KB a view, with what browsers keep between them
	writes   = 30               // kilobytes; a transaction counts twice
	reads    = 30
	apiCalls = 3 // challenge, form, verdict
	calls    = 4 // of functions: those, and the stream
	mails    = 1.2
	logged   = 5e-6 // GB
)

// What a month comes to when nobody writes: the schedule looks each minute at what is due.
const (
	sweeps      = 60 * 24 * 30
	sweepReads  = 5              // four shards of what waits, and the synthetic leads
	sweepLogged = 6e-7           // GB
	queueLooks  = 5 * 3 * sweeps // Lambda looks into the fallback queue with five calls at once, of 20 seconds each
)

// GB-seconds of a call.
const callWork = 0.25 * 0.2

// Alarms is how many alarms the two stacks have, and Metrics how many figures of their own they make out of logs.
const (
	Alarms  = 16
	Metrics = 3
)

// Line is one line of a month's bill.
type Line struct {
	Price
	Count float64
}

// Dollars is what the line comes to.
func (l Line) Dollars() float64 { return max(0, l.Count-l.Free) / l.Per * l.Price.Dollars }

// Bill is a month with so many submissions.
func Bill(submissions float64) []Line {
	functions := submissions*calls + sweeps
	return []Line{
		{Price{"requests by HTTPS", 1e6, 1.00, 10e6, "CloudFront", pageEdge, lookedUp}, submissions * requests},
		{Price{"runs of the edge's function", 1e6, 0.10, 2e6, "CloudFront", pageEdge, lookedUp}, submissions * requests},
		{Price{"look-ups of redirects", 1e6, 0.03, 2e6, "CloudFront", pageEdge, fromMemory}, submissions * requests * 2},
		{Price{"GB to visitors", 1, 0.085, 1000, "CloudFront", pageEdge, lookedUp}, submissions * weight},
		{Price{"requests to functions", 1e6, 1.00, 0, "API Gateway", pageAPI, lookedUp}, submissions * apiCalls},
		{Price{"calls of functions", 1e6, 0.20, 1e6, "Lambda", pageLambda, lookedUp}, functions},
		{Price{"GB-seconds of functions, arm64", 1e6, 13.3334, 400e3, "Lambda", pageLambda, lookedUp}, functions * callWork},
		{Price{"KB written", 1e6, 0.625, 0, "DynamoDB", pageTable, lookedUp}, submissions * writes},
		{Price{"reads of up to 4 KB", 1e6, 0.125, 0, "DynamoDB", pageTable, lookedUp}, submissions*reads + sweeps*sweepReads},
		{Price{"mails", 1000, 0.10, 0, "SES", pageMail, lookedUp}, submissions * mails},
		{Price{"looks into the fallback queue", 1e6, 0.40, 1e6, "SQS", pageQueue, fromMemory}, queueLooks},
		{Price{"GB of logs", 1, 0.50, 5, "CloudWatch", pageWatch, lookedUp}, submissions*logged + sweeps*sweepLogged},
		{Price{"figures made of logs", 1, 0.30, 10, "CloudWatch", pageWatch, lookedUp}, Metrics},
		{Price{"alarms", 1, 0.10, 10, "CloudWatch", pageWatch, fromMemory}, Alarms},
	}
}

// Monthly is what a month with so many submissions costs, in US dollars.
func Monthly(submissions float64) float64 {
	sum := 0.0
	for _, line := range Bill(submissions) {
		sum += line.Dollars()
	}
	return sum
}

// Say is an amount as the plan and README have it: cents below ten dollars, and then dollars. Less than a cent is one.
func Say(dollars float64) string {
	if dollars < 10 {
		return fmt.Sprintf("$%.2f", max(0.01, dollars))
	}
	return fmt.Sprintf("$%.0f", dollars)
}

// monthly says what a site of a small business will cost.
func monthly() string {
	return fmt.Sprintf("about %s a month with 300 submissions, %s with 10,000", Say(Monthly(300)), Say(Monthly(10_000)))
}
