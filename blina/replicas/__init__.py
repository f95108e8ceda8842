"""What replicas share: locks, limits and notices, in one process or in Redis (``redis_url``)."""
