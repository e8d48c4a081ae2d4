"""An object store for containers: moto's server, which lets in who signs with the right keys.

- `python objects.py serve PORT`: with no user yet, so that the first requests make one
- `python objects.py make PORT BUCKET`: a bucket and a user of it, whose keys are printed as JSON
- `python objects.py list PORT BUCKET ACCESS SECRET`: the names in the bucket, as JSON
"""

import contextlib
import json
import os
import socket
import sys
import time
from typing import Any

FREE = 4
"""Requests that need no key: those of `make`."""
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


def client(service: str, port: str, access: str = "nobody", secret: str = "nobody") -> Any:  # noqa: ANN401, S107 - boto3 has no types; no secret
    import boto3  # type: ignore[import-untyped] # where this runs, not where it is checked

    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=access,
        aws_secret_access_key=secret,
    )


def serve(port: str) -> None:
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(FREE)
    command = [sys.executable, "-m", "moto.server", "-H", "0.0.0.0", "-p", port]
    os.execv(command[0], command)  # noqa: S606 - itself


def make(port: str, bucket: str) -> None:
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(port))):
            break
        time.sleep(0.1)
    client("s3", port).create_bucket(Bucket=bucket)
    users = client("iam", port)
    users.create_user(UserName="app")
    users.put_user_policy(UserName="app", PolicyName="all", PolicyDocument=json.dumps(POLICY))
    key = users.create_access_key(UserName="app")["AccessKey"]
    sys.stdout.write(json.dumps([key["AccessKeyId"], key["SecretAccessKey"]]))


def names(port: str, bucket: str, access: str, secret: str) -> None:
    found = client("s3", port, access, secret).list_objects_v2(Bucket=bucket)
    sys.stdout.write(json.dumps([each["Key"] for each in found.get("Contents", [])]))


if __name__ == "__main__":
    _, command, *words = sys.argv
    match command:
        case "serve":
            serve(*words)
        case "make":
            make(*words)
        case "list":
            names(*words)
