package main

import (
	"context"
	"fmt"
	"time"
)

// soak sends all submissions while the server is killed again and again, and compares what was answered with success
// against what is stored and mailed.
func soak(ctx context.Context, o options) error {
	start := time.Now()
	v := newVisitors(o.clients)
	s, err := serve(ctx, o, "127.0.0.1:0", "--limits", "off")
	if err != nil {
		return err
	}
	v.aim(s.url)
	sending, sent := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { v.send(sending, o.clients, o.submissions); close(done) }()
	defer func() { sent(); <-done }()
	for kill := range o.kills {
		v.reaches((kill + 1) * o.submissions / (o.kills + 1))
		s.kill()
		if s, err = serve(ctx, o, s.addr(), "--limits", "off"); err != nil {
			return err
		}
		fmt.Printf("soak: kill %d after %d answers\n", kill+1, v.count())
	}
	<-done
	fmt.Printf("soak: %d submissions by %d clients in %v: %d answered with success, %d tries without an answer\n",
		o.submissions, o.clients, time.Since(start).Round(time.Second), v.count(), v.others[0])
	return judge(ctx, o, v, start)
}

// reaches waits until submission n is under way.
func (v *visitors) reaches(n int) {
	for int(v.next.Load()) < n {
		time.Sleep(time.Millisecond)
	}
}

// judge compares promises with what is there. The server runs, so that it can mail what is left.
func judge(ctx context.Context, o options, v *visitors, start time.Time) error {
	leads, err := stored(ctx, o)
	if err != nil {
		return err
	}
	lost, twice := 0, 0
	for id := range v.accepted {
		if leads[id] == 0 {
			lost++
		}
	}
	for _, n := range leads {
		if n > 1 {
			twice++
		}
	}
	box := newPostbox(o)
	silent, err := box.await(ctx, leads)
	if err != nil {
		return err
	}
	mails := map[int]int{} // leads, by how many mails they caused
	most := 0
	for id := range leads {
		mails[box.told[id]]++
		most = max(most, box.told[id])
	}
	fmt.Printf("soak: %d leads stored, %d answered and not stored, %d stored twice, %d not mailed; leads by number of mails: %v; all in %v\n",
		len(leads), lost, twice, silent, mails, time.Since(start).Round(time.Second))
	if shared := v.count() - len(v.accepted); shared > 0 {
		return fmt.Errorf("%d submissions were answered with the lead of another", shared)
	}
	if lost+twice+silent > 0 || most > 2 || len(v.accepted) == 0 {
		return fmt.Errorf("a promise is broken: 0 may be lost, stored twice or not mailed, and none may be mailed more than twice")
	}
	return nil
}
