"""What the system remarks is put into words when it is read."""

from django.utils.translation import gettext_lazy, override

from kernel import remarks
from kernel.models import History

MEI = {"kind": "merchant", "name": "mei"}


def test_in_the_language_of_the_reader() -> None:
    remarks.register({"test_remark": gettext_lazy("merchant")})
    row = History(data={"remark": "test_remark"})
    with override("en"):
        assert row.words == "merchant"
    with override("zh-hans"):
        assert row.words == "商家"


def test_who_and_other_facts() -> None:
    remarks.register({"test_facts": "%(n)d by %(who)s"})
    with override("en"):
        assert remarks.in_words("test_facts", {"n": 3, "by": MEI}) == "3 by merchant mei"
        assert remarks.in_words("test_facts", {"n": 3, "by": {"kind": "clock", "name": "clock"}}) == "3 by system"


def test_what_a_person_wrote_stays_as_it_is() -> None:
    assert History(note="Torn %s", data={"remark": "test_facts"}).words == "Torn %s"
    assert History(data={}).words == ""
    assert remarks.in_words("never_registered", {}) == "never_registered"
