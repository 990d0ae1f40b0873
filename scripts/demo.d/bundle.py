"""Looks at a bundle as anybody can who gets one, and prints what is in it as JSON; ends with 1 where something does not hold.

usage: bundle.py BUNDLE.zip PUBLIC-KEYS.pem      with the processor's public keys, which came by another way
       bundle.py --text                          the same for people, from that JSON on standard input
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n?", re.DOTALL)


def main(bundle, keys):
    if subprocess.run(["unzip", "-tqq", bundle], stdout=sys.stderr).returncode != 0:
        sys.exit("unzip finds it damaged")
    archive = zipfile.ZipFile(bundle)
    broken = archive.testzip()
    if broken is not None:
        sys.exit(f"{broken} is damaged")

    def content(name):
        return archive.read(f"export/{name}")

    signature = "verified" if any(is_signed(content, key) for key in PEM.findall(pathlib.Path(keys).read_text())) else "wrong"
    manifest = json.loads(content("manifest.json"))
    for line in content("manifest-sha256.txt").decode().splitlines():
        digest, name = line.split("  ", 1)
        if hashlib.sha256(content(name)).hexdigest() != digest:
            sys.exit(f"{name} is not what its digest says")
    told = {
        "request": manifest["case"],
        "sections": [{name: section[name] for name in ("system", "dataset", "rows")} for section in manifest["sections"]],
        "files": [
            {"system": manifest["sections"][file["section"] - 1]["system"], **{name: file[name] for name in ("original_name", "media_type", "bytes")}}
            for file in manifest["files"]
        ],
        "gaps": [{"system": gap["system"], "reason": gap["reason"]} for gap in manifest["gaps"]],
        "bytes": pathlib.Path(bundle).stat().st_size,
        "sha256": hashlib.sha256(pathlib.Path(bundle).read_bytes()).hexdigest(),
        "unzip": "good",
        "zipfile": "good",
        "digests": "good",
        "signature": signature,
    }
    print(json.dumps(told))
    sys.exit(0 if signature == "verified" else 1)


def is_signed(content, key):
    """Whether OpenSSL finds that the manifest was signed with this key."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file in ("manifest.json", "manifest.json.sig"):
            (folder / file).write_bytes(content(file))
        (folder / "key.pem").write_text(key)
        command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.json.sig"
        return subprocess.run(command.split(), cwd=folder, capture_output=True).returncode == 0


def text(told):
    print(f"{'SYSTEM':<14} {'DATA':<20} ROWS")
    for section in told["sections"]:
        print(f"{section['system']:<14} {section['dataset']:<20} {section['rows']}")
    for file in told["files"]:
        print(f"{file['system']:<14} {file['original_name']:<20} a file of {file['bytes']} bytes, {file['media_type']}")
    for gap in told["gaps"]:
        print(f"{gap['system']:<14} not in it: {gap['reason']}")
    print(f"{told['bytes']} bytes, SHA-256 {told['sha256']}")
    print(f"unzip -t {told['unzip']}, Python's zipfile {told['zipfile']}, digests {told['digests']}, signature {told['signature']}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--text"]:
        text(json.load(sys.stdin))
    elif len(sys.argv) == 3:
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
