"""`scripts/answers.py URL`: exit 0 when a PostgreSQL or Redis answers there. For CI's second pass."""

import sys


def main() -> None:
    url = sys.argv[1]
    try:
        if url.startswith("redis"):
            import redis

            redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2).ping()
        else:
            import psycopg2

            psycopg2.connect(url, connect_timeout=2).close()
    except Exception:
        sys.exit(1)


if __name__ == "__main__":
    main()
