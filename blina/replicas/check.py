"""Looking at Redis before anything starts, so that what is wrong with it is said in one sentence."""

from __future__ import annotations

from contextlib import closing

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from blina.replicas.link import Link
from blina.stop import Stop

_SECONDS = 3.0
# Everything that is done later, with a key and a channel of its own.
_TRY = """
redis.call('SET', KEYS[1], '1', 'PX', 1000)
redis.call('RPUSH', KEYS[1] .. ':queue', '1')
redis.call('ZADD', KEYS[1] .. ':limit', 1, '1')
redis.call('LPOS', KEYS[1] .. ':queue', '1')
redis.call('DEL', KEYS[1], KEYS[1] .. ':queue', KEYS[1] .. ':limit')
return redis.call('PUBLISH', KEYS[1], '1')
"""


def check(url: str, link: Link) -> None:
    """See that Redis can be used.

    Args:
        url: its address, which may hold a password: it is not quoted.
        link: names what is tried.

    Raises:
        Stop: it cannot be reached, is none, is too old, or does not let us.
    """
    try:
        client = Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
        with closing(client):
            client.eval(_TRY, 1, link.place("try", link.id))
    except (AuthenticationError, ResponseError) as error:
        raise Stop(f"The Redis of redis_url {_reason(str(error))}.") from None
    except (RedisError, OSError, ValueError) as error:
        name = type(error).__name__
        raise Stop(f"The Redis of redis_url cannot be reached, or is no Redis ({name}).") from None


def _reason(answer: str) -> str:
    if "read only" in answer:
        return "is a copy that only reads: name the one that is written to"
    if "Unknown Redis command" in answer:
        return "is too old: 6.2 is the least"
    return "does not let this server use it: look at name, password and rights"
