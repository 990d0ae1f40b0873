"""Makes a P-256 key pair with openssl: the private JWK goes to a file, the public one to standard output.

usage: jwk.py FILE
"""

import base64
import json
import os
import re
import subprocess
import sys


def number(text, size=32):
    value = bytes.fromhex(re.sub(r"[^0-9a-f]", "", text))
    return base64.urlsafe_b64encode(value[-size:].rjust(size, b"\0")).rstrip(b"=").decode()


def main(path):
    pem = subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True, capture_output=True).stdout
    text = subprocess.run(["openssl", "ec", "-text", "-noout"], input=pem, check=True, capture_output=True).stdout.decode()
    private = re.search(r"priv:\s*((?:[0-9a-f]{2}:?\s*)+)", text).group(1)
    point = bytes.fromhex(re.sub(r"[^0-9a-f]", "", re.search(r"pub:\s*((?:[0-9a-f]{2}:?\s*)+)", text).group(1)))
    public = {"kty": "EC", "crv": "P-256", "x": number(point[1:33].hex()), "y": number(point[33:].hex())}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(public | {"d": number(private)}, file)
    print(json.dumps(public))


main(sys.argv[1])
