package infra

import "fmt"

// Prices of AWS in US dollars for us-east-1, as its price lists of 2025 have them; README names the pages. Regions in
// Europe cost up to a fifth more. What AWS gives a new account is not counted; what is free for good is.
const (
	perWrite      = 0.625 / 1e6  // DynamoDB, on demand: a kilobyte written
	perRead       = 0.125 / 1e6  // DynamoDB, on demand: four kilobytes read
	perAPICall    = 1.00 / 1e6   // API Gateway, HTTP API
	perInvocation = 0.20 / 1e6   // Lambda
	perGBSecond   = 0.0000133334 // Lambda on arm64
	perMail       = 0.10 / 1e3   // SES
	perEdgeCall   = 1.00 / 1e6   // CloudFront: a request by HTTPS
	freeEdgeCalls = 10e6         // a month
	perEdgeRun    = 0.16 / 1e6   // CloudFront: a run of a function, with two look-ups in the key-value store
	freeEdgeRuns  = 2e6          // a month
	perAlarm      = 0.10         // CloudWatch: an alarm, a month
	freeAlarms    = 10
)

// What one submission comes to, estimated from what the code does: a lead, its copies in three indexes, counters, the
// spent challenge, notifications and their states; and that two visitors in a hundred write, of eight files a page.
const (
	writes   = 30
	reads    = 30
	calls    = 4 // of functions: challenge, form, stream, verdict
	seconds  = 0.2
	memory   = 0.25 // GB
	mails    = 1.2
	requests = 50 * 8
	sweeps   = 60 * 24 * 30 // a month, whatever comes: the schedule looks at what is due

)

// Alarms is how many alarms the two stacks have.
const Alarms = 16

// Monthly is what a month with so many submissions costs, in US dollars.
func Monthly(submissions float64) float64 {
	functions := (submissions*calls + sweeps) * (perInvocation + seconds*memory*perGBSecond)
	table := (submissions*writes*perWrite + (submissions*reads+sweeps*4)*perRead)
	edge := max(0, submissions*requests-freeEdgeCalls)*perEdgeCall + max(0, submissions*requests-freeEdgeRuns)*perEdgeRun
	return functions + table + edge + submissions*(3*perAPICall+mails*perMail) + max(0, Alarms-freeAlarms)*perAlarm
}

// monthly says what a site of a small business will cost.
func monthly() string {
	return fmt.Sprintf("about $%.2f a month with 300 submissions, $%.0f with 10,000", Monthly(300), Monthly(10_000))
}
