#!/usr/bin/env bash
# The life of a benchmark on a server that answers as AWS does: up, told by its tags, load on an engine, down; then calibration,
# the plan made again, and the difference explained.
# In: a folder to work in, the command that runs seekstack, a folder with node_modules for the emitted project, a plan with its
# workload, a folder with an engine; python, moto_server and aws on the PATH. Out: exit code 0 where each step did what it says
# and nothing is left.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$1"
work=$PWD
seekstack=$2
modules=$3
plan=$4
workload=$5
engine=$6
region=us-east-1
port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python -W ignore "$here/stacks/aws/rehearse/moto_with_repairs.py" -p "$port" > "$work/moto.log" 2>&1 &
moto=$!
started=("$moto")
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT
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

# No accelerator is here, so that the stack's own endpoint cannot answer: the load goes to an engine on this machine.
# What this engine takes says nothing of the planned machine; targets are loose, since other work shares these cores.
measure() {
  local out=$1 endpoint=$2
  shift 2
  $seekstack bench run "$plan" --option "$option" --endpoint "$endpoint" --cache-hit 0% --ttft 5s --tpot 2s \
    --duration 8s --warm-up 8s --drain 20s --out "$out" "$@" > "$out.log" 2>&1 || { tail -20 "$out.log"; return 1; }
}
# An invalid run is refused by calibrate, as it must be; a busy machine gets further tries.
measure_well() {
  for _ in 1 2 3; do
    rm -rf "$1"
    measure "$@" && return 0
  done
  echo "no run that its own checks hold valid in three tries"
  exit 1
}
listens() { for _ in $(seq 60); do grep -q '^ready ' "$1" && return 0; sleep 1; done; tail -5 "$1"; exit 1; }
option=$(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).verdict.best.aws' "$plan")

say "bench run, against a real engine on this machine"
engine_port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$engine/python/bin/python" "$here/.ci/llama/serve.py" "$engine/model.gguf" --port "$engine_port" --slots 4 > engine.log 2>&1 &
started+=("$!")
listens engine.log
measure_well run-engine "http://127.0.0.1:$engine_port/v1" --concurrency 1,2,4 --prompt 200 --output 40 --requests 25
grep -A3 '^point' run-engine.log

say "bench run, against a server that keeps the pace of a slower machine than was planned"
node "$here/dist/scripts/bench-oracles/scripted-server.js" '{"firstTokenSeconds":0.5,"tokenSeconds":0.03}' > paced.log 2>&1 &
started+=("$!")
listens paced.log
paced_port=$(awk '/^ready/ { print $2 }' paced.log)
measure_well run-paced "http://127.0.0.1:$paced_port/v1" --model paced --concurrency 1,2,4,8 --prompt 16 --output 20 --requests 22
grep -A4 '^point' run-paced.log

say "bench down"
$seekstack bench down chat-bench
expect "stacks after down" "$(stacks)" ""
expect "groups of nodes" "$(aws autoscaling describe-auto-scaling-groups --query 'length(AutoScalingGroups)')" 0

say "calibrate: a small model on a processor tells nothing of the planned machine, and nothing is taken over"
$seekstack calibrate run-engine --plan "$plan" --out overlay-engine > calibrate-engine.log 2>&1
head -4 calibrate-engine.log
expect "overlays of the engine's run" "$(ls overlay-engine 2>/dev/null)" ""

say "calibrate: constants that a run of the planned machine's kind can tell, kept as an overlay"
$seekstack calibrate run-paced --plan "$plan" --out overlay > calibrate-paced.log 2>&1
sed -n '1p;/^How far off/,/^tokens/p;/^Constants this run tells/,/^$/p' calibrate-paced.log
expect "overlays of the paced run" "$(ls overlay | wc -l)" 1

say "the plan made again names it, and the difference is explained"
$seekstack plan "$workload" --calibration overlay -o calibrated.json > calibrated.log 2>&1
grep -A1 '^Calibration' calibrated.log
code=0
$seekstack diff "$plan" calibrated.json --calibration overlay > difference.log 2>&1 || code=$?
expect "exit code of diff" "$code" 0
grep '^Why .*calibration' difference.log
