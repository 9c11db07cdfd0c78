"""What was analysed is kept for all who ask the same."""

import threading

from dashboard.views.inspect.analyses import Analyses


def test_an_analysis_is_made_once_for_all_who_ask_and_the_oldest_goes():
    made: list[str] = []
    started = threading.Barrier(4)

    class Sized:
        size = 60

    def make() -> Sized:
        made.append("once")
        return Sized()

    kept = Analyses(most=100)

    def ask() -> None:
        started.wait()
        kept.get("first", make)  # type: ignore[arg-type]

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["once"]
    kept.get("second", make)  # type: ignore[arg-type]
    assert "first" not in kept
    assert "second" in kept
