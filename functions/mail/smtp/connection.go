package smtp

import (
	"context"
	"net"
	"sync"

	gomail "github.com/wneessen/go-mail"
)

// connection remembers what was dialled, so that it can be closed when the library, which leaves it open after a
// failed greeting and does not watch the context later on, would not.
type connection struct {
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

// dialer is *net.Dialer or *tls.Dialer.
type dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// dial dials through d.
func (c *connection) dial(d dialer) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.closed {
			return nil, closed(conn, ctx)
		}
		c.conn = conn
		return conn, nil
	}
}

// closed closes a connection that came too late, and says why.
func closed(conn net.Conn, ctx context.Context) error {
	_ = conn.Close()
	if err := ctx.Err(); err != nil {
		return err
	}
	return net.ErrClosed
}

// close closes the connection, or the one still being dialled. Again: nothing.
func (c *connection) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.conn != nil {
		_ = c.conn.Close() // it ends a conversation whose outcome is already known
	}
}
