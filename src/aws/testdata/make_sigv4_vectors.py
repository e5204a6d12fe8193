#!/usr/bin/env python3
"""Writes sigv4_vectors.json: requests signed by botocore (python3-botocore), to hold our signer to.

Run it again only to add cases; the output is deterministic.
"""

import datetime
import json
import pathlib
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

NOW = datetime.datetime(2026, 11, 22, 2, 52, 25, tzinfo=datetime.timezone.utc)
KEYS = [
    "plain.jpg", "with space and  two.jpg", "plus+and%percent%20%2B.jpg", "quote'\"&<>;=?#@!$*().jpg",
    "line\nfeed.jpg", "emoji \U0001F69A.jpg", "caf\u00e9.jpg", "cafe\u0301.jpg", "two//slashes.jpg",
    "../up.jpg", "a/../b.jpg", "./here.jpg", "~tilde_-.jpg", "k" * 1024,
]
CASES = [dict(method=method, key=key, query=[], headers={}, body="")
         for key in KEYS for method in ("GET", "PUT")]
CASES += [
    dict(method="GET", key="", headers={}, body="",
         query=[("list-type", "2"), ("start-after", "a b+c/\u00e9"), ("encoding-type", "url"),
                ("prefix", ""), ("max-keys", "1000")]),
    dict(method="GET", key="k", query=[("acl", "")], headers={}, body=""),
    dict(method="PUT", key="k", query=[("partNumber", "10"), ("uploadId", "2~a/b+c=")], headers={},
         body="part"),
    dict(method="PUT", key="k", query=[], body="body", headers={
        "x-amz-meta-camera": "X100   with   spaces", "cache-control": "public, max-age=1",
        "content-type": "image/jpeg", "x-amz-tagging": "kind=frame%20%26%20glass",
        "if-match": "\"abc\""}),
    dict(method="POST", key="", query=[("delete", "")], headers={"content-md5": "x"}, body="<Delete/>"),
]


class FixedDatetime(datetime.datetime):
    """botocore asks its clock for the time of the signature."""

    @classmethod
    def utcnow(cls):
        return NOW.replace(tzinfo=None)


def encoded(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-_.~")


def signed(case, region, token):
    credentials = botocore.credentials.Credentials("AKIAEXAMPLE", "SECRETKEYEXAMPLE", token or None)
    query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in case["query"])
    url = f"https://s3.example:8443/bucket/{encoded(case['key'], '/')}" + (f"?{query}" if query else "")
    request = botocore.awsrequest.AWSRequest(case["method"], url, data=case["body"].encode(),
                                             headers=dict(case["headers"]))
    botocore.auth.S3SigV4Auth(credentials, "s3", region).add_auth(request)
    return case | {"region": region, "token": token,
                   "authorization": request.headers["Authorization"]}


def main():
    botocore.auth.datetime.datetime = FixedDatetime
    vectors = [signed(case, "eu-west-1", "") for case in CASES]
    vectors += [signed(case, "default", "session/token+1=") for case in CASES[:4]]
    path = pathlib.Path(__file__).parent / "sigv4_vectors.json"
    path.write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
