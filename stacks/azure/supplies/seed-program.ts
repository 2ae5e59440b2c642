// What the seed job runs: images into the registry, then one file of the checkpoint after the other into the store.

/**
 * Python without any package, since the image of the job holds none. All it is told comes as JSON in the variable SEED.
 * A file goes from the hub to the store in blocks and never to a disk; files that are there with the same size are not
 * copied again; the list of checksums is written last.
 * @source https://learn.microsoft.com/rest/api/storageservices/put-block and …/put-block-list;
 *   https://learn.microsoft.com/rest/api/containerregistry/registries/import-image
 */
export const seedProgram = String.raw`import base64
import fnmatch
import hashlib
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

seed = json.loads(os.environ["SEED"])
HUB = os.environ.get("HUB_URL", "https://huggingface.co")
MANAGEMENT = os.environ.get("MANAGEMENT_URL", "https://management.azure.com")
METADATA = os.environ.get("METADATA_URL", "http://169.254.169.254/metadata/identity/oauth2/token")
STORE = os.environ.get("STORE_URL", "https://" + seed["account"] + ".blob.core.windows.net")
PAUSE = float(os.environ.get("PAUSE_SECONDS", "10"))
BLOCK = int(os.environ.get("BLOCK_BYTES", str(1 << 26)))
ATTEMPTS = 6
STORE_VERSION = "2021-12-02"
tokens = {}


class Plain(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, stream, code, message, headers, new):
        followed = super().redirect_request(request, stream, code, message, headers, new)
        if followed is not None and urllib.parse.urlsplit(new).netloc != urllib.parse.urlsplit(request.full_url).netloc:
            followed.remove_header("Authorization")
        return followed


opener = urllib.request.build_opener(Plain)


def ask(method, url, headers=None, body=None):
    for attempt in range(ATTEMPTS):
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            return opener.open(request, timeout=300)
        except urllib.error.HTTPError as refused:
            if refused.code not in (408, 409, 429) and refused.code < 500 or attempt == ATTEMPTS - 1:
                raise SystemExit("%s %s: %s %s" % (method, url.partition("?")[0], refused.code, refused.read(500).decode(errors="replace")))
        except OSError as broken:
            if attempt == ATTEMPTS - 1:
                raise SystemExit("%s %s: %s" % (method, url.partition("?")[0], broken))
        time.sleep(PAUSE * 2**attempt)


def token(resource):
    kept, until = tokens.get(resource, ("", 0))
    if time.time() > until - 300:
        where = urllib.parse.urlencode({"api-version": "2018-02-01", "resource": resource, "client_id": seed["clientId"]})
        with ask("GET", METADATA + "?" + where, {"Metadata": "true"}) as answer:
            given = json.load(answer)
        kept, until = given["access_token"], int(given["expires_on"])
        tokens[resource] = (kept, until)
    return {"Authorization": "Bearer " + kept}


def store(method, name, query="", headers=None, body=None):
    url = STORE + "/" + seed["container"] + "/" + urllib.parse.quote(name) + query
    return ask(method, url, {"x-ms-version": STORE_VERSION, **token("https://storage.azure.com"), **(headers or {})}, body)


def stored_files():
    found, marker = {}, ""
    import xml.etree.ElementTree as tree

    while True:
        query = {"restype": "container", "comp": "list", "include": "metadata", "marker": marker}
        url = STORE + "/" + seed["container"] + "?" + urllib.parse.urlencode(query)
        with ask("GET", url, {"x-ms-version": STORE_VERSION, **token("https://storage.azure.com")}) as answer:
            page = tree.fromstring(answer.read())
        for blob in page.iter("Blob"):
            size = int(blob.findtext("Properties/Content-Length") or -1)
            found[blob.findtext("Name")] = (size, blob.findtext("Metadata/sha256"))
        marker = page.findtext("NextMarker") or ""
        if marker == "":
            return found


def wanted_files():
    model = HUB + "/api/models/" + urllib.parse.quote(seed["hfId"])
    with ask("GET", model + "/revision/" + urllib.parse.quote(seed["hfRevision"], safe="") + "?blobs=true") as answer:
        info = json.load(answer)
    for sibling in sorted(info["siblings"], key=lambda each: each["rfilename"]):
        if seed["hfInclude"] is None or fnmatch.fnmatch(sibling["rfilename"], seed["hfInclude"]):
            checksum = (sibling.get("lfs") or {}).get("sha256")
            yield info["sha"], sibling["rfilename"], int(sibling["size"]), checksum


def copy_file(commit, name, size, expected):
    source = HUB + "/" + urllib.parse.quote(seed["hfId"]) + "/resolve/" + commit + "/" + urllib.parse.quote(name)
    digest, blocks = hashlib.sha256(), []
    for start in range(0, size, BLOCK):
        last = min(start + BLOCK, size) - 1
        for attempt in range(ATTEMPTS):
            with ask("GET", source, {"Range": "bytes=%d-%d" % (start, last)}) as answer:
                try:
                    block = answer.read()
                except OSError:
                    block = b""
            if len(block) == last - start + 1:
                break
            if attempt == ATTEMPTS - 1:
                raise SystemExit(name + ": the hub gives other bytes than asked for at " + str(start))
            time.sleep(PAUSE)
        digest.update(block)
        blocks.append(base64.b64encode(b"%08d" % len(blocks)).decode())
        store("PUT", name, "?comp=block&blockid=" + urllib.parse.quote(blocks[-1], safe=""), body=block).close()
    checksum = digest.hexdigest()
    if expected not in (None, checksum):
        raise SystemExit(name + " arrived as " + checksum + ", the hub says " + expected)
    listed = "".join("<Latest>" + each + "</Latest>" for each in blocks)
    body = ('<?xml version="1.0" encoding="utf-8"?><BlockList>' + listed + "</BlockList>").encode()
    store("PUT", name, "?comp=blocklist", {"x-ms-meta-sha256": checksum, "Content-Type": "text/plain"}, body).close()
    return checksum


def copy_weights():
    there, lines = stored_files(), []
    for commit, name, size, expected in wanted_files():
        stored, checksum = there.get(name, (-1, None))
        if stored != size or checksum is None or expected not in (None, checksum):
            checksum = copy_file(commit, name, size, expected)
        lines.append(checksum + "  " + name)
        print(name, checksum, flush=True)
    if not lines:
        raise SystemExit("no file of " + seed["hfId"] + " is wanted: check model.hfInclude")
    text = ("\n".join(lines) + "\n").encode()
    store("PUT", "SHA256SUMS", "", {"x-ms-blob-type": "BlockBlob", "Content-Type": "text/plain"}, text).close()


def copy_images():
    url = MANAGEMENT + seed["registryId"] + "/importImage?api-version=2023-07-01"
    for image in seed["images"]:
        host, _, path = image["source"].partition("/")
        wanted = {"source": {"registryUri": host, "sourceImage": path}, "targetTags": ["seekstack:" + image["tag"]], "mode": "Force"}
        headers = {"Content-Type": "application/json", **token("https://management.azure.com")}
        with ask("POST", url, headers, json.dumps(wanted).encode()) as answer:
            place, status = answer.headers.get("Location"), answer.status
        while status == 202 and place:
            time.sleep(PAUSE)
            with ask("GET", place, token("https://management.azure.com")) as answer:
                status = answer.status
        print(image["source"], "as", image["tag"], flush=True)


copy_images()
copy_weights()
`;
