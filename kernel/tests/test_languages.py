from django.utils import translation

from kernel.languages import enumerated, labelled


def test_punctuation_is_the_readers() -> None:
    """“同意: 5 单” and “甲, 乙” mix two languages in one line."""
    with translation.override("zh-hans"):
        assert (labelled("同意", "5 单"), enumerated(["甲", "乙"])) == ("同意：5 单", "甲、乙")
    with translation.override("en"):
        assert (labelled("Approve", "5 tickets"), enumerated(["a", 2])) == ("Approve: 5 tickets", "a, 2")
