"""Where the runs are kept, and how anybody may see that address, also one too wrong for a library to take apart."""

import os
import re

DATABASE_VARIABLE = "LSTM_DATABASE_URL"
DEFAULT_DATABASE = "sqlite:///runs.sqlite3"

AUTHORITY = re.compile(r"(?<=://)([^:/@]*):.*@")  # up to the last @: a password should write its own as %40
IN_QUERY = re.compile(r"([?&](?:password|passwd|sslpassword)=)[^&]*", re.IGNORECASE)


def database_url() -> str:
    """Where the runs are kept, unless told otherwise."""
    return os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE


def without_password(url: str) -> str:
    """The URL with stars for its password.

    >>> without_password("postgresql://teacher:se@cret@school:abc/runs?password=x")
    'postgresql://teacher:***@school:abc/runs?password=***'
    """
    return IN_QUERY.sub(r"\1***", AUTHORITY.sub(r"\1:***@", url))


def may_tell_password(url: str) -> bool:
    """Whether a library may have taken a part of the password for something else, as it holds a sign of a URL's own.

    >>> may_tell_password("postgresql://teacher:12/se@cret@school/runs")
    True
    """
    found = AUTHORITY.search(url)
    return found is not None and any(sign in found[0][len(found[1]) + 1 : -1] for sign in "@/?#")
