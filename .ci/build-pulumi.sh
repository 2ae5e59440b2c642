#!/usr/bin/env bash
# Builds Pulumi's engine from the Go module proxy, for where no release of it can be fetched.
# In: a folder. Out: FOLDER/pulumi, left alone where it has the version that pulumi/go.mod names.
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/pulumi"
version=$(go list -m -f '{{.Version}}' github.com/pulumi/pulumi/pkg/v3)
if [ "$(PULUMI_SKIP_UPDATE_CHECK=true "$folder/pulumi" version 2>/dev/null)" = "$version" ]; then
  echo "pulumi $version is there already"
  exit 0
fi
started=$SECONDS
CGO_ENABLED=0 go build -mod=readonly \
  -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
  -o "$folder/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
echo "pulumi $version built in $((SECONDS - started)) seconds"
