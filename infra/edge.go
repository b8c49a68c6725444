package infra

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore/types"
)

// storeBatch is how many entries of each kind go into one call: AWS takes 50 in all.
const storeBatch = 25

// fillRedirects brings the key-value store to what it should hold, and changes nothing else in it.
func (a *Account) fillRedirects(ctx context.Context, arn string, want map[string]string) (changed int, err error) {
	described, err := a.redirects.DescribeKeyValueStore(ctx, &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: &arn})
	if err != nil {
		return 0, fmt.Errorf("looking at the redirects of the edge: %w", err)
	}
	have, err := a.heldRedirects(ctx, arn)
	if err != nil {
		return 0, err
	}
	var puts []types.PutKeyRequestListItem
	var deletes []types.DeleteKeyRequestListItem
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if old, ok := have[key]; !ok || old != want[key] {
			puts = append(puts, types.PutKeyRequestListItem{Key: aws.String(key), Value: aws.String(want[key])})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[key]; !ok {
			deletes = append(deletes, types.DeleteKeyRequestListItem{Key: aws.String(key)})
		}
	}
	etag := described.ETag
	for n := 0; n < max(len(puts), len(deletes)); n += storeBatch {
		out, err := a.redirects.UpdateKeys(ctx, &cloudfrontkeyvaluestore.UpdateKeysInput{
			KvsARN: &arn, IfMatch: etag, Puts: batch(puts, n), Deletes: batch(deletes, n)})
		if err != nil {
			return changed, fmt.Errorf("changing the redirects of the edge: %w", err)
		}
		etag = out.ETag
	}
	return len(puts) + len(deletes), nil
}

// batch is the next part of a list, which may be shorter, or nothing.
func batch[T any](all []T, from int) []T {
	return all[min(from, len(all)):min(from+storeBatch, len(all))]
}

func (a *Account) heldRedirects(ctx context.Context, arn string) (map[string]string, error) {
	have := map[string]string{}
	pages := cloudfrontkeyvaluestore.NewListKeysPaginator(a.redirects, &cloudfrontkeyvaluestore.ListKeysInput{KvsARN: &arn, MaxResults: aws.Int32(50)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the redirects of the edge: %w", err)
		}
		for _, item := range page.Items {
			have[aws.ToString(item.Key)] = aws.ToString(item.Value)
		}
	}
	return have, nil
}

// invalidate has the edge forget paths.
func (a *Account) invalidate(ctx context.Context, distribution, reference string, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	_, err := a.cloudFront.CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{
		DistributionId: &distribution,
		InvalidationBatch: &cftypes.InvalidationBatch{CallerReference: &reference,
			Paths: &cftypes.Paths{Items: paths, Quantity: aws.Int32(int32(len(paths)))}},
	})
	if err != nil {
		return fmt.Errorf("having the edge forget what changed: %w", err)
	}
	return nil
}
