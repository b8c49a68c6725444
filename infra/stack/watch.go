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
	"github.com/google/uuid"
)

// watch follows a change to its end, telling of each resource once per state.
func (s *Stack) watch(ctx context.Context, token string) error {
	until := time.Now().Add(s.Patience)
	said := map[string]bool{}
	for {
		events, err := s.events(ctx, token)
		if err != nil {
			return err
		}
		for _, e := range events {
			s.tell(e, said)
		}
		found, err := s.describe(ctx)
		if err != nil {
			return err
		}
		switch {
		case len(events) == 0: // not begun yet: the state is that of before
		case found.StackStatus == types.StackStatusCreateComplete, found.StackStatus == types.StackStatusUpdateComplete,
			found.StackStatus == types.StackStatusUpdateCompleteCleanupInProgress:
			return nil
		case !busy(found.StackStatus):
			// The last events come with the last state.
			if events, err = s.events(ctx, token); err != nil {
				return err
			}
			return fmt.Errorf("changing stack %s: %s: %w", s.Name, firstFailure(events, found), ErrFailed)
		}
		if err := s.pause(ctx, until); err != nil {
			return err
		}
	}
}

// tell says what happened to a resource, and what it waits for: a certificate says there which record it needs.
func (s *Stack) tell(e types.StackEvent, said map[string]bool) {
	id := aws.ToString(e.EventId)
	if said[id] || aws.ToString(e.LogicalResourceId) == s.Name {
		return
	}
	said[id] = true
	line := fmt.Sprintf("%s: %s", aws.ToString(e.LogicalResourceId), strings.ToLower(strings.ReplaceAll(string(e.ResourceStatus), "_", " ")))
	if tells(e) {
		line += ": " + aws.ToString(e.ResourceStatusReason)
	}
	s.Say(line)
}

// tellWhatFor says what resources of somebody else's change wait for. The run that began it may be gone, and with it what
// it printed: a certificate waits until somebody reads which record it needs. Without an answer there is nothing to tell.
func (s *Stack) tellWhatFor(ctx context.Context, status types.StackStatus, said map[string]bool) {
	if status != types.StackStatusCreateInProgress && status != types.StackStatusUpdateInProgress {
		return
	}
	page, err := s.Client.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &s.Name})
	if err != nil {
		return
	}
	newest := map[string]types.ResourceStatus{}
	for _, e := range page.StackEvents { // youngest first
		resource := aws.ToString(e.LogicalResourceId)
		if _, known := newest[resource]; !known {
			newest[resource] = e.ResourceStatus
		}
		if tells(e) && newest[resource] == e.ResourceStatus && strings.HasSuffix(string(e.ResourceStatus), "_IN_PROGRESS") {
			s.tell(e, said)
		}
	}
}

// tells says whether an event has a reason worth reading.
func tells(e types.StackEvent) bool {
	reason := aws.ToString(e.ResourceStatusReason)
	return reason != "" && reason != "Resource creation Initiated"
}

// events are those of one change, oldest first.
func (s *Stack) events(ctx context.Context, token string) ([]types.StackEvent, error) {
	var all []types.StackEvent
	pages := cloudformation.NewDescribeStackEventsPaginator(s.Client, &cloudformation.DescribeStackEventsInput{StackName: &s.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("following stack %s: %w", s.Name, err)
		}
		for _, e := range page.StackEvents {
			if aws.ToString(e.ClientRequestToken) == token {
				all = append(all, e)
			}
		}
		if n := len(page.StackEvents); n > 0 && aws.ToString(page.StackEvents[n-1].ClientRequestToken) != token {
			break // older than the change
		}
	}
	slices.Reverse(all)
	return all, nil
}

// firstFailure is the one reason among many: what failed first, and not because others had.
func firstFailure(events []types.StackEvent, found types.Stack) string {
	for _, e := range events {
		reason := aws.ToString(e.ResourceStatusReason)
		if strings.HasSuffix(string(e.ResourceStatus), "_FAILED") && !strings.Contains(reason, "cancelled") {
			return aws.ToString(e.LogicalResourceId) + ": " + strings.Join(strings.Fields(reason), " ")
		}
	}
	return strings.Join(strings.Fields(string(found.StackStatus)+" "+aws.ToString(found.StackStatusReason)), " ")
}

// mend brings a stack out of a state in which it cannot be changed, and gives the new one.
func (s *Stack) mend(ctx context.Context, status types.StackStatus) (types.StackStatus, error) {
	first := repair(status)
	if first == "" {
		return status, nil
	}
	s.Say(fmt.Sprintf("stack %s (%s): %s", s.Name, status, first))
	if status != types.StackStatusUpdateRollbackFailed {
		return "", s.Delete(ctx)
	}
	token := "leadsite-" + uuid.NewString()
	_, err := s.Client.ContinueUpdateRollback(ctx, &cloudformation.ContinueUpdateRollbackInput{StackName: &s.Name, ClientRequestToken: &token})
	if err != nil {
		return "", fmt.Errorf("mending stack %s: %w", s.Name, err)
	}
	status, err = s.settled(ctx)
	if err == nil && repair(status) != "" {
		events, eventsErr := s.events(ctx, token)
		err = errors.Join(fmt.Errorf("mending stack %s: %s: %w", s.Name, firstFailure(events, types.Stack{StackStatus: status}), ErrFailed), eventsErr)
	}
	return status, err
}

// Delete removes the stack, but for what its template keeps, and waits until it is gone. One that is not there is fine.
func (s *Stack) Delete(ctx context.Context) error {
	found, err := s.describe(ctx)
	if errors.Is(err, ErrAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	token := "leadsite-" + uuid.NewString()
	_, err = s.Client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: found.StackId, ClientRequestToken: &token})
	if err != nil {
		return fmt.Errorf("removing stack %s: %w", s.Name, err)
	}
	status, err := s.settled(ctx)
	if err == nil && status != "" && status != types.StackStatusDeleteComplete {
		events, eventsErr := s.events(ctx, token)
		err = errors.Join(fmt.Errorf("removing stack %s: %s: %w", s.Name, firstFailure(events, types.Stack{StackStatus: status}), ErrFailed), eventsErr)
	}
	return err
}
