//go:build engine

// Package engine names the one program that is built here, so that its modules are pinned by go.mod and go.sum.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
