// What the seed job runs: one file of the checkpoint after the other, so that a small disk is enough.

/**
 * Python, since the model hub's own client is written in it. All it is told comes as JSON in the variable SEED.
 * Files that are in the bucket with the same size are not copied again; the list of checksums is written last.
 */
export const SEED_PROGRAM = String.raw`import fnmatch
import hashlib
import json
import os
import subprocess

import boto3
import botocore
from huggingface_hub import HfApi, hf_hub_download

seed = json.loads(os.environ["SEED"])
store = boto3.client("s3", region_name=seed["region"])


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 24), b""):
            digest.update(block)
    return digest.hexdigest()


def stored_checksum(key, size):
    try:
        head = store.head_object(Bucket=seed["bucket"], Key=key)
    except botocore.exceptions.ClientError:
        return None
    return head["Metadata"].get("sha256") if head["ContentLength"] == size else None


def wanted_files():
    info = HfApi().model_info(seed["hfId"], revision=seed["hfRevision"], files_metadata=True)
    pattern = seed["hfInclude"]
    for sibling in sorted(info.siblings, key=lambda each: each.rfilename):
        if pattern is None or fnmatch.fnmatch(sibling.rfilename, pattern):
            yield info.sha, sibling.rfilename, sibling.size


def copy_weights():
    lines = []
    for commit, name, size in wanted_files():
        key = seed["prefix"] + "/" + name
        checksum = stored_checksum(key, size)
        if checksum is None:
            path = hf_hub_download(seed["hfId"], name, revision=commit, local_dir="checkpoint")
            checksum = sha256_of(path)
            store.upload_file(path, seed["bucket"], key, ExtraArgs={"Metadata": {"sha256": checksum}})
            os.remove(path)
        lines.append(checksum + "  " + name)
        print(name, checksum, flush=True)
    if not lines:
        raise SystemExit("no file of " + seed["hfId"] + " is wanted: check model.hfInclude")
    store.put_object(Bucket=seed["bucket"], Key=seed["prefix"] + "/SHA256SUMS", Body=("\n".join(lines) + "\n").encode())


def digest_of(reference):
    asked = subprocess.run(
        ["docker", "buildx", "imagetools", "inspect", reference, "--format", "{{.Manifest.Digest}}"],
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip() if asked.returncode == 0 else None


def copy_images():
    password = subprocess.run(
        ["aws", "ecr", "get-login-password", "--region", seed["region"]], check=True, capture_output=True, text=True
    ).stdout.strip()
    registry = seed["repository"].split("/")[0]
    subprocess.run(
        ["docker", "login", "--username", "AWS", "--password-stdin", registry], check=True, input=password, text=True
    )
    for image in seed["images"]:
        target = seed["repository"] + ":" + image["tag"]
        if digest_of(target) is None:
            subprocess.run(
                ["docker", "buildx", "imagetools", "create", "--prefer-index=false", "--tag", target, image["source"]],
                check=True,
            )
        copied, wanted = digest_of(target), image["source"].partition("@")[2]
        if wanted not in ("", copied):
            raise SystemExit(image["source"] + " arrived as " + str(copied))
        print(image["source"], copied, flush=True)


copy_images()
copy_weights()
`;
