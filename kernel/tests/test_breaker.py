from kernel.watch import Breaker


def test_one_tries_after_the_rest_and_its_success_lets_all_through() -> None:
    at = [0.0]
    breaker = Breaker(10.0, lambda: at[0])
    assert [breaker.allows(), breaker.allows()] == [True, True]

    breaker.failed()
    for seconds, allowed in ((0.0, False), (9.0, False), (10.0, True), (10.0, False), (19.0, False), (20.0, True)):
        at[0] = seconds
        assert breaker.allows() is allowed, seconds

    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]
