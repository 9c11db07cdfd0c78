"""A database's URL as anybody may see it, also where it is too wrong to be taken apart by a library."""

import re

AUTHORITY = re.compile(r"(?<=://)([^:/@]*):.*@")  # up to the last @: a password should write its own as %40
IN_QUERY = re.compile(r"([?&](?:password|passwd|sslpassword)=)[^&]*", re.IGNORECASE)


def without_password(url: str) -> str:
    """The URL with stars for its password.

    >>> without_password("postgresql://teacher:se@cret@school:abc/runs?password=x")
    'postgresql://teacher:***@school:abc/runs?password=***'
    """
    return IN_QUERY.sub(r"\1***", AUTHORITY.sub(r"\1:***@", url))
