"""What waits until an answer is out is seen by whoever looks."""

import threading
from functools import partial

from mockhaus.sessions.afterwards import MANY, Afterwards


def test_work_is_done_in_order_and_once() -> None:
    afterwards, done = Afterwards(), list[int]()
    for number in range(3):
        afterwards.later(partial(done.append, number))
    assert done == []
    afterwards.do()
    afterwards.do()
    assert done == [0, 1, 2]


def test_few_wait_for_more() -> None:
    afterwards, done = Afterwards(), list[int]()
    for number in range(MANY + 1):
        afterwards.later(partial(done.append, number))
        if number < MANY - 1:
            afterwards.do_many()
            assert done == []
    afterwards.do_many()
    assert done == [*range(MANY + 1)]


def test_who_looks_waits_for_work_that_another_does() -> None:
    afterwards, done = Afterwards(), list[str]()
    begun, free = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        free.wait(10)
        done.append("slow")

    afterwards.later(slow)
    other = threading.Thread(target=afterwards.do)
    other.start()
    begun.wait(10)
    threading.Timer(0.05, free.set).start()
    afterwards.do()
    assert done == ["slow"]
    other.join()


def test_one_that_fails_takes_nothing_from_the_others() -> None:
    afterwards, done = Afterwards(), list[int]()
    afterwards.later(lambda: done.append(1 // 0))
    afterwards.later(lambda: done.append(1))
    afterwards.do()
    assert done == [1]
