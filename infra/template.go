package infra

import _ "embed"

// App and Edge are the two CloudFormation templates: App in the region of the owner's choice, Edge in EdgeRegion.
var (
	//go:embed app.yaml
	App string
	//go:embed edge.yaml
	Edge string
)

// EdgeRegion is the one region that has certificates, logs and alarms of a distribution.
const EdgeRegion = "us-east-1"
