package infra

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// secretSize is the length of a secret in bytes, as package lead has it.
const secretSize = 32

// secrets are the parameters of one site. CloudFormation cannot make a SecureString, so we do; once made they are never
// overwritten: ids and repeat visitors follow from the first.
type secrets struct {
	parameter string // name of the one that functions read
	origin    string // what the distribution and the functions share; two with a comma between while they rotate
}

func secretName(site string) string { return "/leadsite/" + site + "/secret" }
func originName(site string) string { return "/leadsite/" + site + "/origin" }

// newest is the origin secret that the distribution sends.
func (s secrets) newest() string {
	first, _, _ := strings.Cut(s.origin, ",")
	return first
}

// plannedSecrets reads what there is, and makes nothing: for a plan, any value stands for one that is still to be made.
func (a *Account) plannedSecrets(ctx context.Context, site string) (secrets, error) {
	origin, err := a.origins(ctx, site)
	if err == nil && origin == "" {
		origin = "planned"
	}
	return secrets{secretName(site), origin}, err
}

// makeSecrets makes those that are missing.
func (a *Account) makeSecrets(ctx context.Context, site string, random io.Reader) (secrets, error) {
	for _, name := range []string{secretName(site), originName(site)} {
		if err := a.makeSecret(ctx, name, random); err != nil {
			return secrets{}, err
		}
	}
	origin, err := a.origins(ctx, site)
	if err == nil && origin == "" {
		err = fmt.Errorf("reading parameter %s: it is empty", originName(site))
	}
	return secrets{secretName(site), origin}, err
}

// origins are the origin secrets, with nothing but a comma between, however their owner wrote them into the parameter.
func (a *Account) origins(ctx context.Context, site string) (string, error) {
	text, err := a.parameter(ctx, originName(site))
	between := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	return strings.Join(strings.FieldsFunc(text, between), ","), err
}

func (a *Account) makeSecret(ctx context.Context, name string, random io.Reader) error {
	secret := make([]byte, secretSize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return fmt.Errorf("making a secret: %w", err)
	}
	_, err := a.ssm.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Value: aws.String(hex.EncodeToString(secret)), Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(false),
		Description: aws.String("leadsite: made once, and never to be lost"),
	})
	if _, exists := errors.AsType[*types.ParameterAlreadyExists](err); exists {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keeping a secret as parameter %s: %w", name, err)
	}
	return nil
}

// parameter reads one; "" for one that is not there.
func (a *Account) parameter(ctx context.Context, name string) (string, error) {
	out, err := a.ssm.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if _, absent := errors.AsType[*types.ParameterNotFound](err); absent {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading parameter %s: %w", name, err)
	}
	return strings.TrimSpace(aws.ToString(out.Parameter.Value)), nil
}
