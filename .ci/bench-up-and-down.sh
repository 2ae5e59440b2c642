#!/usr/bin/env bash
# The life of a benchmark on a server that answers as AWS does: up, looked at, told by its tags, down.
# In: a folder to work in, the command that runs seekstack, a folder with node_modules for the emitted project, and python,
# moto_server and aws on the PATH. Out: exit code 0 where each step did what it says and nothing is left.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$1"
work=$PWD
seekstack=$2
modules=$3
plan=$4
region=us-east-1
port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python -W ignore "$here/stacks/aws/rehearse/moto_with_repairs.py" -p "$port" > "$work/moto.log" 2>&1 &
moto=$!
trap 'kill $moto 2>/dev/null || true' EXIT
# By this name: moto takes the address of a template for its own only where it says localhost.
export AWS_ENDPOINT_URL="http://localhost:$port" AWS_ACCESS_KEY_ID=rehearsal AWS_SECRET_ACCESS_KEY=rehearsal
export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
# Change sets leave no exports on the server; the CDK reads its options from variables too.
export CDK_METHOD=direct
for _ in $(seq 60); do curl -sf "$AWS_ENDPOINT_URL/moto-api/" >/dev/null && break; sleep 1; done
curl -sf "$AWS_ENDPOINT_URL/moto-api/" >/dev/null || { tail -5 "$work/moto.log"; exit 1; }
stacks() { aws cloudformation describe-stacks --query 'Stacks[?StackStatus!=`DELETE_COMPLETE`].StackName' --output text | tr '\t' '\n' | grep -v '^CDKToolkit$' | sort | tr '\n' ' '; }
expect() { [ "$2" = "$3" ] || { echo "$1: got \"$2\", expected \"$3\""; exit 1; }; }
say() { printf -- '-- %s\n' "$1"; }

say "an account that is ready for the CDK, and a certificate"
"$modules/.bin/cdk" bootstrap "aws://123456789012/$region" > bootstrap.log 2>&1 || { tail -5 bootstrap.log; exit 1; }
certificate=$(aws acm request-certificate --domain-name bench.example.com --query CertificateArn --output text)

# Its stacks know no CodeBuild: the job that a stack would make is made here, and ends well at once.
aws codebuild create-project --name chat-bench-seed --source type=S3,location=seed/seed.zip \
  --artifacts type=NO_ARTIFACTS --service-role arn:aws:iam::123456789012:role/service-role/seed \
  --environment type=LINUX_CONTAINER,image=aws/codebuild/standard:7.0,computeType=BUILD_GENERAL1_LARGE > project.json

up() {
  mkdir -p chat-bench
  [ -e chat-bench/node_modules ] || ln -s "$modules" chat-bench/node_modules
  $seekstack bench up "$plan" --provider aws --max-usd 600 --ttl 8h --certificate "$certificate" --yes
}
say "bench up"
up
expect "stacks after up" "$(stacks)" "chat-bench chat-bench-budget chat-bench-reaper chat-bench-supplies "

say "bench reap: nothing is over its hours"
$seekstack bench reap . > reap.log
grep -q 'chat-bench in us-east-1: 0.0 of 8 hours' reap.log

say "bench down"
$seekstack bench down chat-bench
expect "stacks after down" "$(stacks)" ""
expect "groups of nodes" "$(aws autoscaling describe-auto-scaling-groups --query 'length(AutoScalingGroups)')" 0
