package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/uuid"
)

// changeSet is a prepared change. Without changes it is gone already, unless it was to make a stack.
type changeSet struct {
	name, id string
	new      bool // the stack is only under review
	found    bool // it was under review before, by an earlier run
	changes  []Change
}

// prepare has CloudFormation compare the stack with template and parameters.
func (s *Stack) prepare(ctx context.Context, status types.StackStatus, parameters map[string]string) (changeSet, error) {
	set := changeSet{name: "leadsite-" + uuid.NewString(), new: status == "" || status == types.StackStatusReviewInProgress,
		found: status == types.StackStatusReviewInProgress}
	kind := types.ChangeSetTypeUpdate
	if set.new {
		kind = types.ChangeSetTypeCreate
	}
	out, err := s.Client.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{
		StackName: &s.Name, ChangeSetName: &set.name, ChangeSetType: kind, TemplateBody: &s.Template,
		Parameters:   given(parameters),
		Capabilities: []types.Capability{types.CapabilityCapabilityIam},
		Tags:         []types.Tag{{Key: aws.String(Tag), Value: &s.Site}},
	})
	if err != nil {
		return set, fmt.Errorf("preparing a change of stack %s: %w", s.Name, err)
	}
	set.id = aws.ToString(out.Id)
	set.changes, err = s.compared(ctx, set)
	return set, err
}

func given(parameters map[string]string) []types.Parameter {
	var list []types.Parameter
	for name, value := range parameters {
		list = append(list, types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(value)})
	}
	slices.SortFunc(list, func(a, b types.Parameter) int { return strings.Compare(*a.ParameterKey, *b.ParameterKey) })
	return list
}

// compared waits for a change set and reads it. One that would change nothing counts as failed there, and as empty here.
func (s *Stack) compared(ctx context.Context, set changeSet) ([]Change, error) {
	until := time.Now().Add(s.Patience)
	for {
		out, err := s.Client.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{StackName: &s.Name, ChangeSetName: &set.id})
		if err != nil {
			return nil, fmt.Errorf("preparing a change of stack %s: %w", s.Name, err)
		}
		switch reason := aws.ToString(out.StatusReason); out.Status {
		case types.ChangeSetStatusCreateComplete:
			return s.changes(ctx, out)
		case types.ChangeSetStatusFailed:
			if strings.Contains(reason, "didn't contain changes") || strings.Contains(reason, "No updates are to be performed") {
				return nil, nil
			}
			return nil, fmt.Errorf("preparing a change of stack %s: %s: %w", s.Name, reason, ErrFailed)
		}
		if err := s.pause(ctx, until); err != nil {
			return nil, err
		}
	}
}

// changes reads all pages of a change set.
func (s *Stack) changes(ctx context.Context, out *cloudformation.DescribeChangeSetOutput) ([]Change, error) {
	var all []Change
	for {
		for _, c := range out.Changes {
			if r := c.ResourceChange; r != nil {
				all = append(all, Change{string(r.Action), aws.ToString(r.LogicalResourceId), aws.ToString(r.ResourceType),
					r.Replacement == types.ReplacementTrue})
			}
		}
		if out.NextToken == nil {
			return all, nil
		}
		next, err := s.Client.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{
			StackName: &s.Name, ChangeSetName: out.ChangeSetId, NextToken: out.NextToken})
		if err != nil {
			return nil, fmt.Errorf("preparing a change of stack %s: %w", s.Name, err)
		}
		out = next
	}
}

// discard takes a change set away, and the empty stack that stands for one that was to be made.
func (s *Stack) discard(ctx context.Context, set changeSet) error {
	var err error
	if set.new && !set.found {
		_, err = s.Client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &s.Name})
	} else {
		_, err = s.Client.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{StackName: &s.Name, ChangeSetName: &set.id})
	}
	if err != nil {
		return fmt.Errorf("taking the prepared change of stack %s away: %w", s.Name, err)
	}
	return nil
}
