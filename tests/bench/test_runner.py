"""The benchmark runner says what was measured, and whether a limit was missed. Nothing is timed here."""

import json

import pytest

from bench import __main__ as runner
from bench.registry import BENCHMARKS, Figure, benchmark, interleaved


@pytest.fixture
def two_benchmarks(monkeypatch, tmp_path):
    monkeypatch.setattr(runner, "PROJECT", tmp_path)

    @benchmark("proof.kept", limit=2.0)
    def kept():
        return Figure(1.25, "5 s / 4 s")

    @benchmark("proof.missed", limit=100.0, better="higher")
    def missed():
        return 7

    yield tmp_path / "var" / "bench.json"
    del BENCHMARKS["proof.kept"], BENCHMARKS["proof.missed"]


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["bench", *arguments])
    return runner.main()


def test_a_missed_limit_is_shown_and_fails_only_when_asked(two_benchmarks, monkeypatch, capsys):
    assert run(monkeypatch, "--only", "proof.*") == 0
    assert "1 missed: proof.missed" in capsys.readouterr().out
    assert run(monkeypatch, "--only", "proof.*", "--check") == 1
    assert run(monkeypatch, "--only", "proof.kept", "--check") == 0


def test_figures_are_written_and_those_not_measured_again_stay(two_benchmarks, monkeypatch):
    run(monkeypatch, "--only", "proof.*")
    run(monkeypatch, "--only", "proof.kept")

    assert json.loads(two_benchmarks.read_text()) == [
        {"name": "proof.kept", "value": 1.25, "limit": 2.0, "better": "lower", "detail": "5 s / 4 s"},
        {"name": "proof.missed", "value": 7, "limit": 100.0, "better": "higher", "detail": ""},
    ]


def test_an_unknown_name_is_refused_with_the_known_ones(two_benchmarks, monkeypatch):
    with pytest.raises(SystemExit, match=r"no benchmark is called 'proof.none'; there are: .*proof.kept"):
        run(monkeypatch, "--only", "proof.none")


def test_runs_take_turns(monkeypatch):
    order = []
    seconds = iter(range(100))

    medians = interleaved(
        lambda: order.append("a"), lambda: order.append("b"), repeats=3, clock=lambda: next(seconds)
    )

    assert order == ["a", "b"] * 3
    assert medians == [1, 1]
