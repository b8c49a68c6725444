package main

import "context"

func flood(ctx context.Context, o options) error { return nil }
