package infra

import (
	"errors"
	"net"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"leadsite/infra/stack"
)

var notAuthorized = regexp.MustCompile(`not authorized to perform:? ([a-zA-Z0-9-]+:[A-Za-z]+)`)

// Hint says what to do about an error of a deploy; "" when nobody knows better than the error itself.
func Hint(err error) string {
	if err == nil {
		return ""
	}
	if action := forbidden(err); action != "" && !errors.Is(err, ErrForeignBucket) {
		return "allow " + action + " to whoever deploys, in IAM"
	}
	for _, h := range []struct {
		is   error
		hint string
	}{
		{ErrNoCheckout, "run it in a checkout of leadsite, or take a released program; --source names the site"},
		{ErrNoMail, "write `mail: {from: leads@your-domain}` into content/site.yaml"},
		{ErrLocked, "wait until it is done; one that was killed, or lost the network, lets go by itself within five minutes"},
		{ErrIndexes, "deploy with the release before this one first, and then with this one"},
		{ErrMoved, "set AWS_REGION to that region; a site stays where its leads are"},
		{ErrForeignBucket, "somebody took the bucket's name, or the credentials may not look at it: ask for s3:ListBucket on it"},
		{ErrLeads, "export them first (leadsite leads export --store dynamodb:TABLE), then run it with --exported"},
		{stack.ErrForeign, "another stack has the name: give the site another title, or deploy with --stage NAME"},
		{stack.ErrWaiting, "run it again: it goes on where this run stopped. A certificate waits for its record in DNS"},
		{stack.ErrFailed, "the site is as it was before; mend what is said, and run it again"},
	} {
		if errors.Is(err, h.is) {
			return h.hint
		}
	}
	return hintOfAWS(err)
}

// hintOfAWS reads errors of the SDK, which tells most things in words alone.
func hintOfAWS(err error) string {
	text := err.Error()
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("RequestTimeTooSkewed", "Signature expired", "Signature not yet current"):
		return "set this machine's clock: AWS refuses requests from a clock that is minutes off"
	case has("ExpiredToken", "ExpiredTokenException"):
		return "sign in to AWS again: the credentials have expired"
	case has("no EC2 IMDS role found", "failed to refresh cached credentials", "get identity: get credentials", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"):
		return "give credentials of your AWS account: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	case has("Missing Region", "Invalid Configuration: Missing Region", "no such host"):
		return "set AWS_REGION to a region of AWS, such as eu-central-1, and check the network"
	}
	_, unsent := errors.AsType[*smithyhttp.RequestSendError](err)
	_, lost := errors.AsType[*net.OpError](err)
	if _, nameless := errors.AsType[*net.DNSError](err); unsent || lost || nameless {
		return "check the network and run it again: it goes on where it stopped"
	}
	return ""
}

// forbidden is the action that was not allowed; "" when that is not what is wrong. Most services name it, also when it was
// CloudFormation that they refused for us. S3 does not always, and not at all in answer to HEAD: then the call says it.
func forbidden(err error) string {
	if m := notAuthorized.FindStringSubmatch(err.Error()); m != nil {
		return m[1]
	}
	call, isCall := errors.AsType[*smithy.OperationError](err)
	switch code(err) {
	case "AccessDenied", "AccessDeniedException", "Forbidden", "403":
		if isCall {
			return action(call.ServiceID, call.OperationName)
		}
	}
	return ""
}

// action is how IAM calls a call of the SDK.
func action(service, call string) string {
	switch call {
	case "HeadObject":
		call = "GetObject"
	case "HeadBucket", "ListObjectsV2":
		call = "ListBucket"
	case "DeleteObjects":
		call = "DeleteObject"
	case "PutPublicAccessBlock":
		call = "PutBucketPublicAccessBlock"
	}
	prefix := strings.ToLower(strings.ReplaceAll(service, " ", "-"))
	return strings.TrimSuffix(prefix, "v2") + ":" + call
}
