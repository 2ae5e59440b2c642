#!/usr/bin/env bash
# Compares a workload, plan or emitted project of two commits, for a comment on their pull request.
# In: environment variables, listed below. Out: $OUT/diff.json, comment.md, junit.xml and exit-code; it ends well where there is
# something to show, whatever the verdict, so that the comment goes out before the job ends with the verdict.
set -euo pipefail

: "${WORKLOAD:?path from the root of the repository}"
: "${FORMAT:?github, gitlab, azure-repos or bitbucket}"
: "${OUT:?a folder of its own}"
HEAD_REVISION=${HEAD_REVISION:-HEAD}
BASE_REVISION=${BASE_REVISION:-} # empty: the first parent of a merge, else DEFAULT_BASE
DEFAULT_BASE=${DEFAULT_BASE:-}
POLICY=${POLICY:-}           # as it is on the base: a change must not loosen the limits that judge it
OPTION=${OPTION:-}
PROVIDER=${PROVIDER:-}
VALID_AT=${VALID_AT:-}       # instant of the event; a re-run of an old job keeps its old one
COMMIT=${COMMIT:-}           # the commit people know, where HEAD_REVISION is a merge made for the check

if [ -n "${SEEKSTACK_MAIN:-}" ]; then seekstack() { node "$SEEKSTACK_MAIN" "$@"; }; fi
fail() { printf 'seekstack: %s\n' "$1" >&2; exit 2; }

# A commit's id; fetched where the clone is shallow and lacks it.
commit_of() {
  git rev-parse --verify --quiet --end-of-options "$1^{commit}" && return
  git fetch --quiet --no-tags --depth=2 -- origin "$1" >&2 || fail "no commit $1, here or at origin"
  git rev-parse --verify --end-of-options 'FETCH_HEAD^{commit}'
}

head=$(commit_of "$HEAD_REVISION")
if [ -z "$BASE_REVISION" ]; then
  # Parents beyond a shallow clone's edge are not seen.
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then git fetch --quiet --no-tags --depth=2 -- origin "$head" || true; fi
  if git rev-parse --verify --quiet "$head^2" >/dev/null; then BASE_REVISION="$head^1"; else BASE_REVISION=$DEFAULT_BASE; fi
fi
[ -n "$BASE_REVISION" ] || fail 'no base to compare with: set BASE_REVISION'
base=$(commit_of "$BASE_REVISION")

there() { git cat-file -e "$1:$2" 2>/dev/null; }
side() { if there "$1" "$WORKLOAD"; then printf '%s:%s' "$1" "$WORKLOAD"; else printf none; fi; }
base_side=$(side "$base")
head_side=$(side "$head")
[ "$base_side$head_side" != nonenone ] || fail "no $WORKLOAD in ${base:0:12} or ${head:0:12}"

mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
rm -f "$OUT/diff.json" "$OUT/comment.md" "$OUT/junit.xml" "$OUT/exit-code"
arguments=("$base_side" "$head_side" --format json -o "$OUT/diff.json")
[ -z "$OPTION" ] || arguments+=(--option "$OPTION")
[ -z "$PROVIDER" ] || arguments+=(--provider "$PROVIDER")
[ -z "$VALID_AT" ] || arguments+=(--valid-at "$VALID_AT" --today "${VALID_AT%%T*}")
[ -z "$COMMIT" ] || arguments+=(--commit "$COMMIT")

# The policy keeps its name in messages, so it lies under that name in a folder of its own; git still finds the repository.
GIT_DIR=$(git rev-parse --absolute-git-dir)
export GIT_DIR
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
if [ -n "$POLICY" ]; then
  case "/$POLICY/" in */../* | //*) fail "policy $POLICY is not a path below the root of the repository" ;; esac
  from=$base
  there "$from" "$POLICY" || from=$head
  there "$from" "$POLICY" || fail "no $POLICY in ${base:0:12} or ${head:0:12}"
  mkdir -p "$stage/$(dirname "$POLICY")"
  git cat-file blob "$from:$POLICY" >"$stage/$POLICY"
  arguments+=(--policy "$POLICY")
fi
cd "$stage"

code=0
seekstack diff "${arguments[@]}" || code=$?
# 3 no feasible option, 4 a guardrail failed, 5 incomplete: something to show. All else is a mistake of the job.
case $code in 0 | 3 | 4 | 5) ;; *) exit "$code" ;; esac
[ -s "$OUT/diff.json" ] || exit "$code"
render() { seekstack diff "$OUT/diff.json" --format "$1" -o "$OUT/$2" || [ $? -eq "$code" ]; }
render "$FORMAT" comment.md
render junit junit.xml
printf '%s\n' "$code" >"$OUT/exit-code"
