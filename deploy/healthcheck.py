"""Whether the web server of this container answers; ends with an error where it does not.

Django refuses a Host that is not one of ALLOWED_HOSTS, so one of those is sent.
"""

import http.client
import os
import sys


def main() -> int:
    """0 where /healthz answers 200."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    connection.request("GET", "/healthz", headers={"Host": host if host not in ("", "*") else "localhost"})
    return int(connection.getresponse().status != http.client.OK)


if __name__ == "__main__":
    sys.exit(main())
