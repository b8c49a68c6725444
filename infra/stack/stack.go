// Package stack brings a CloudFormation stack to what a template says, from whatever state an earlier run left it in.
//
//	none, REVIEW_IN_PROGRESS             made
//	ROLLBACK_COMPLETE, …_FAILED          the first attempt is removed, then made
//	UPDATE_ROLLBACK_FAILED               rolled back to its end, then changed
//	…_IN_PROGRESS                        waited for
//	…_COMPLETE                           changed, or left when nothing would change
//
// A change goes through a change set: all of it, or CloudFormation takes it back. The package knows no template and no
// site; what holds data is the template's business.
package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// What a caller may want to tell apart.
var (
	ErrAbsent  = errors.New("there is no such stack")
	ErrForeign = errors.New("the stack is not of leadsite")
	ErrFailed  = errors.New("CloudFormation took the change back")
	ErrWaiting = errors.New("the stack is still being changed")
)

// Tag is on every stack of ours; its value names the site.
const Tag = "leadsite"

// Stack is one stack. Its methods are not for concurrent use.
type Stack struct {
	Client   *cloudformation.Client
	Name     string
	Site     string // value of Tag: a stack without it is somebody else's
	Template string
	Say      func(line string) // hears of progress
	Pause    time.Duration     // between two looks
	Patience time.Duration     // how long one change may take
}

// Change is one of a plan.
type Change struct {
	Action   string // Add, Modify, Remove
	Resource string // its name in the template
	Type     string
	Replaces bool // it is made anew, and the old one goes
}

// Plan is what Apply would do.
type Plan struct {
	New     bool     // there is no stack yet
	First   string   // what has to be mended first; the changes are not known before
	Changes []Change // empty, without First: nothing would change
}

// Empty says whether nothing would change.
func (p Plan) Empty() bool { return p.First == "" && len(p.Changes) == 0 }

// describe looks the stack up. ErrAbsent, ErrForeign.
func (s *Stack) describe(ctx context.Context) (types.Stack, error) {
	out, err := s.Client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.Name})
	if absent(err) {
		return types.Stack{}, fmt.Errorf("stack %s: %w", s.Name, ErrAbsent)
	}
	if err != nil {
		return types.Stack{}, fmt.Errorf("looking up stack %s: %w", s.Name, err)
	}
	if len(out.Stacks) == 0 {
		return types.Stack{}, fmt.Errorf("stack %s: %w", s.Name, ErrAbsent)
	}
	found := out.Stacks[0]
	ours := slices.ContainsFunc(found.Tags, func(t types.Tag) bool {
		return aws.ToString(t.Key) == Tag && aws.ToString(t.Value) == s.Site
	})
	// A stack under review does not have its tags yet, nor when it goes.
	tagged := found.StackStatus != types.StackStatusReviewInProgress && found.StackStatus != types.StackStatusDeleteInProgress
	if !ours && tagged {
		return found, fmt.Errorf("stack %s: %w", s.Name, ErrForeign)
	}
	return found, nil
}

// absent reads CloudFormation's "Stack with id NAME does not exist".
func absent(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "ValidationError" && strings.Contains(api.ErrorMessage(), "does not exist")
}

// Outputs are the outputs of the stack as it is. ErrAbsent also while there is only a plan of it, or what is left of a
// first attempt that failed.
func (s *Stack) Outputs(ctx context.Context) (map[string]string, error) {
	found, err := s.describe(ctx)
	if err != nil {
		return nil, err
	}
	if neverLived(found.StackStatus) {
		return nil, fmt.Errorf("stack %s: %w", s.Name, ErrAbsent)
	}
	outputs := map[string]string{}
	for _, o := range found.Outputs {
		outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	return outputs, nil
}

// Live is the text of the template that the stack has now. ErrAbsent, ErrForeign.
func (s *Stack) Live(ctx context.Context) (string, error) {
	if _, err := s.describe(ctx); err != nil {
		return "", err
	}
	out, err := s.Client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &s.Name})
	if err != nil {
		return "", fmt.Errorf("reading the template of stack %s: %w", s.Name, err)
	}
	return aws.ToString(out.TemplateBody), nil
}

func neverLived(status types.StackStatus) bool {
	switch status {
	case types.StackStatusReviewInProgress, types.StackStatusCreateFailed, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed,
		types.StackStatusCreateInProgress, types.StackStatusRollbackInProgress:
		return true
	}
	return false
}

// Parameter is the value that the stack was last given; "" for none, and for a stack that is not there.
func (s *Stack) Parameter(ctx context.Context, name string) (string, error) {
	found, err := s.describe(ctx)
	if errors.Is(err, ErrAbsent) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, p := range found.Parameters {
		if aws.ToString(p.ParameterKey) == name {
			return aws.ToString(p.ParameterValue), nil
		}
	}
	return "", nil
}

// Status is CloudFormation's own word for the state of the stack; "" for none.
func (s *Stack) Status(ctx context.Context) (string, error) {
	found, err := s.describe(ctx)
	if errors.Is(err, ErrAbsent) {
		return "", nil
	}
	return string(found.StackStatus), err
}

// repair says what must be done before a stack in this state can be changed; "" for nothing.
func repair(status types.StackStatus) string {
	switch status {
	case types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusCreateFailed, types.StackStatusDeleteFailed:
		return "remove what is left of an attempt that failed"
	case types.StackStatusUpdateRollbackFailed:
		return "finish taking back a change that failed"
	}
	return ""
}

// settled waits until nobody changes the stack. The status of one that is not there is "".
func (s *Stack) settled(ctx context.Context) (types.StackStatus, error) {
	until := time.Now().Add(s.Patience)
	var said map[string]bool
	for {
		found, err := s.describe(ctx)
		if errors.Is(err, ErrAbsent) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if !busy(found.StackStatus) {
			return found.StackStatus, nil
		}
		if said == nil {
			s.Say(fmt.Sprintf("stack %s is being changed already (%s): waiting", s.Name, found.StackStatus))
			said = map[string]bool{}
		}
		s.tellWhatFor(ctx, found.StackStatus, said)
		if err := s.pause(ctx, until); err != nil {
			return "", err
		}
	}
}

func busy(status types.StackStatus) bool {
	return strings.HasSuffix(string(status), "_IN_PROGRESS") && status != types.StackStatusReviewInProgress
}

// pause waits a little, or says why it is not worth while.
func (s *Stack) pause(ctx context.Context, until time.Time) error {
	if time.Now().After(until) {
		return fmt.Errorf("waiting for stack %s: %w", s.Name, ErrWaiting)
	}
	select {
	case <-time.After(s.Pause):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for stack %s: %w", s.Name, context.Cause(ctx))
	}
}

// Plan says what Apply would do, and leaves nothing behind.
func (s *Stack) Plan(ctx context.Context, parameters map[string]string) (Plan, error) {
	status, err := s.settled(ctx)
	if err != nil {
		return Plan{}, err
	}
	if first := repair(status); first != "" {
		return Plan{First: first}, nil
	}
	set, err := s.prepare(ctx, status, parameters)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{New: set.new, Changes: set.changes}
	return plan, s.discard(ctx, set)
}

// Apply brings the stack to what the template and the parameters say, and gives its outputs. When that fails,
// CloudFormation has taken the change back, and the error says what failed first.
func (s *Stack) Apply(ctx context.Context, parameters map[string]string) (map[string]string, error) {
	status, err := s.settled(ctx)
	if err == nil {
		status, err = s.mend(ctx, status)
	}
	if err != nil {
		return nil, err
	}
	set, err := s.prepare(ctx, status, parameters)
	if err != nil {
		return nil, err
	}
	if len(set.changes) == 0 {
		if err := s.discard(ctx, set); err != nil {
			return nil, err
		}
		return s.Outputs(ctx)
	}
	token := "leadsite-" + set.name
	_, err = s.Client.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{
		StackName: &s.Name, ChangeSetName: &set.id, ClientRequestToken: &token,
	})
	if err != nil {
		return nil, fmt.Errorf("changing stack %s: %w", s.Name, err)
	}
	if err := s.watch(ctx, token); err != nil {
		return nil, err
	}
	return s.Outputs(ctx)
}
