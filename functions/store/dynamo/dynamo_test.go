package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/e2e/moto"
	"leadsite/functions/lead"
	"leadsite/functions/store/storetest"
)

// newClient speaks to moto, or to the server in DYNAMODB_ENDPOINT.
func newClient(t testing.TB) *dynamodb.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-central-1",
		BaseEndpoint: aws.String(moto.DynamoDB(t)),
		HTTPClient:   &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
}

// newTable makes a table that goes with the test.
func newTable(t *testing.T, client *dynamodb.Client) string {
	t.Helper()
	sum := sha256.Sum256(fmt.Append(nil, t.Name(), os.Getpid(), time.Now()))
	table := "leadsite-test-" + hex.EncodeToString(sum[:8])
	if err := CreateTable(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
			t.Error(err)
		}
	})
	return table
}

func TestStoreKeepsTheContract(t *testing.T) {
	open := opener(t)
	storetest.Run(t, func(t *testing.T, now func() time.Time) lead.Store { return open(t, now) })
}

func TestStoreKeepsTheContractOfProbes(t *testing.T) {
	open := opener(t)
	storetest.RunProbes(t, func(t *testing.T, now func() time.Time) storetest.Watched { return open(t, now) })
}

// opener gives handles on a table that each test has for itself.
func opener(t *testing.T) func(*testing.T, func() time.Time) *Store {
	client := newClient(t)
	var mu sync.Mutex
	tables := map[string]string{} // by test
	return func(t *testing.T, now func() time.Time) *Store {
		mu.Lock()
		defer mu.Unlock()
		if tables[t.Name()] == "" {
			tables[t.Name()] = newTable(t, client)
		}
		return New(client, tables[t.Name()], now)
	}
}
