#!/usr/bin/env bash
# The life of a benchmark on a server that answers as AWS does: up, told by its tags, load on an engine, down; the same in one
# command, ending well and interrupted; then calibration, the plan made again, and the difference explained.
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

mkdir chat-bench && ln -s "$modules" chat-bench/node_modules
benchmark=("$plan" --provider aws --max-usd 600 --ttl 8h --certificate "$certificate" --yes)
say "bench up"
$seekstack bench up "${benchmark[@]}"
expect "stacks after up" "$(stacks)" "chat-bench chat-bench-budget chat-bench-reaper chat-bench-supplies "

say "bench reap: nothing is over its hours"
$seekstack bench reap . > reap.log
grep -q 'chat-bench in us-east-1: 0.0 of 8 hours' reap.log

# No accelerator is here, so that the stack's own endpoint cannot answer: the load goes to a server on this machine.
# What it takes says nothing of the planned machine; targets are loose, since other work shares these cores.
load=(--cache-hit 0% --ttft 5s --tpot 2s --duration 8s --warm-up 8s --drain 20s)
# An invalid run is refused by calibrate, as it must be; a busy machine gets further tries.
well() {
  local out=$1
  shift
  for _ in 1 2 3; do
    rm -rf "$out"
    "$@" --out "$out" > "$out.log" 2>&1 && return 0
    tail -20 "$out.log"
  done
  echo "no run that its own checks hold valid in three tries"
  exit 1
}
listens() { for _ in $(seq 60); do grep -qs '^ready ' "$1" && return 0; sleep 1; done; tail -5 "$1"; exit 1; }
option=$(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).verdict.best.aws' "$plan")

say "bench run, against a real engine on this machine"
engine_port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$engine/python/bin/python" "$here/.ci/llama/serve.py" "$engine/model.gguf" --port "$engine_port" --slots 4 > engine.log 2>&1 &
engine_process=$!
started+=("$engine_process")
listens engine.log
well run-engine $seekstack bench run "$plan" --option "$option" --endpoint "http://127.0.0.1:$engine_port/v1" "${load[@]}" \
  --concurrency 1,2,4 --prompt 200 --output 40 --requests 25
grep -A3 '^point' run-engine.log
kill "$engine_process"

nothing_stands() {
  expect "stacks" "$(stacks)" ""
  expect "groups of nodes" "$(aws autoscaling describe-auto-scaling-groups --query 'length(AutoScalingGroups)')" 0
}
say "bench down, with images in the registry as the seed job would leave them"
aws ecr put-image --repository-name seekstack/chat-bench --image-tag engine --image-manifest '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"sha256:0","size":1},"layers":[]}' > image.json
$seekstack bench down chat-bench
nothing_stands

say "bench all, against a server that keeps the pace of a slower machine than was planned"
node "$here/dist/scripts/bench-oracles/scripted-server.js" '{"firstTokenSeconds":0.5,"tokenSeconds":0.03,"notesCallers":true}' > paced.log 2>&1 &
started+=("$!")
listens paced.log
paced="http://127.0.0.1:$(awk '/^ready/ { print $2 }' paced.log)"
paced_load=(--endpoint "$paced/v1" --model paced "${load[@]}" --concurrency 1,2,4,8 --prompt 16 --output 20 --requests 22)
well run-paced $seekstack bench all "${benchmark[@]}" -- "${paced_load[@]}"
grep -A4 '^point' run-paced.log
grep '^chat-bench is down' run-paced.log
nothing_stands

say "bench all, interrupted while the load runs: the stack's key is in no file and no list of processes, and nothing stands"
(while :; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' || true; sleep 0.3; done) > processes.log &
started+=("$!")
$seekstack bench all "${benchmark[@]}" -- "${paced_load[@]}" --out run-interrupted > run-interrupted.log 2>&1 &
all=$!
started+=("$all")
for _ in $(seq 300); do [ "$(cat run-interrupted/requests.jsonl 2>/dev/null | wc -l)" -lt 10 ] || break; sleep 1; done
expect "stacks under load" "$(stacks)" "chat-bench chat-bench-budget chat-bench-reaper chat-bench-supplies "
secret=$(node -p 'JSON.parse(require("node:fs").readFileSync("chat-bench/.seekstack/lease.json", "utf8")).outputs.ApiKeySecretArn')
key=$(aws secretsmanager get-secret-value --secret-id "$secret" --query SecretString --output text)
expect "length of the stack's key" "${#key}" 48
curl -sf "$paced/callers" | grep -q "$(printf 'Bearer %s' "$key" | sha256sum | cut -d' ' -f1)" || { echo "the load did not bring the stack's key"; exit 1; }
kill -INT "$all"
code=0
wait "$all" || code=$?
expect "exit code of bench all" "$code" 4
grep -q '^interrupted: chat-bench is taken down' run-interrupted.log
nothing_stands
expect "places of the key" "$(grep -rlF -f <(printf '%s' "$key") "$work" | tr '\n' ' ')" ""
grep -q 'secretsmanager get-secret-value' processes.log
# What was printed when it was interrupted is what its records still say.
code=0
$seekstack bench report run-interrupted --format json > partial.json || code=$?
cmp partial.json run-interrupted/bench-run.json
node -p 'const { points } = JSON.parse(require("node:fs").readFileSync("partial.json", "utf8")); points.map(({ point, complete }) => `${point.id} ${complete ? "whole" : "broken off"}`).join(", ")' | tee partial.txt
grep -q 'broken off$' partial.txt

# Whether its constants would be taken over hangs on how fast these cores happened to be.
say "calibrate: a small model on a processor tells little of the planned machine; a dry run keeps nothing"
$seekstack calibrate run-engine --plan "$plan" --out overlay-engine --dry-run > calibrate-engine.log 2>&1
head -4 calibrate-engine.log
expect "overlays of a dry run" "$(ls overlay-engine 2>/dev/null)" ""

say "calibrate: constants that a run of the planned machine's kind can tell, kept as an overlay"
$seekstack calibrate run-paced --plan chat-bench/.seekstack/plan.json --out overlay > calibrate-paced.log 2>&1
sed -n '1p;/^How far off/,/^tokens/p;/^Constants this run tells/,/^$/p' calibrate-paced.log
expect "overlays of the paced run" "$(ls overlay | wc -l)" 1

say "the plan made again names it, and the difference is explained"
$seekstack plan "$workload" --calibration overlay -o calibrated.json > calibrated.log 2>&1
grep -A1 '^Calibration' calibrated.log
code=0
$seekstack diff "$plan" calibrated.json --calibration overlay > difference.log 2>&1 || code=$?
expect "exit code of diff" "$code" 0
grep '^Why .*calibration' difference.log
