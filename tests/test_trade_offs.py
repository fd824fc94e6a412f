"""explore: only what nothing else beats, with measured figures where there are any."""

from ingot.trade_offs import Way, table, undominated


def way(how: str, peak: int, cost: int, instructions: int | None = None, code: int | None = None) -> Way:
    return Way(how, peak, cost, 0, 1, instructions, code)


def test_a_way_that_another_beats_is_left_out() -> None:
    ways = [way("a", 100, 50), way("b", 90, 60), way("c", 100, 60), way("d", 80, 60)]
    assert [w.how for w in undominated(ways)] == ["d", "a"]


def test_measured_figures_count_before_estimates_and_code_counts_too() -> None:
    ways = [way("a", 100, 50, 70, 10), way("b", 90, 60, 60, 10), way("c", 120, 60, 90, 9)]
    assert [w.how for w in undominated(ways)] == ["b", "c"]


def test_of_equals_the_first_stays() -> None:
    assert [w.how for w in undominated([way("optimize=ram", 1, 1), way("ram_limit=1", 1, 1)])] == ["optimize=ram"]


def test_the_table_says_what_was_measured() -> None:
    lines = table([way("a", 1000, 50, 200, 10), way("b", 2000, 50, 100, 20)]).splitlines()
    assert " ".join(lines[1].split()) == "peak RAM instructions more code fused calls steps how to get it"
    assert lines[3].split() == ["1,000", "200", "+100.00", "%", "10", "0", "1", "a"]
    assert "instructions (estimate)" in table([way("a", 1000, 50)])
    assert table([]) == "nothing to compute, so nothing to choose\n"
