"""`python -m faults.prepare`: the tables, the people of the demo and their goods. Prints a token for each as JSON."""

import json

import django

NAMES = ("alice", "mei", "oms")


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.login import tokens
    from demo import goods, people

    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    cast = people.gather(now)
    goods.stock_shelves(cast.shops)
    print(json.dumps({name: tokens.issue(cast.users[name], now=now)[0] for name in NAMES}))


if __name__ == "__main__":
    main()
