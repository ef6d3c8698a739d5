"""What the laboratory reads from a reader, and what it says to one."""

import re

import numpy as np
import pytest
from lab_node import LAB, asked, fault, needs_node

import rnngan_tutorial as rt

pytestmark = needs_node
CARDS = LAB.parents[1] / "live" / "train_cards.html"


# --- Tables --------------------------------------------------------------------------------------

def line(*cells, between=","):
    return between.join(map(str, cells))


EIGHT = [1, 2, 3, 4, 5, 6, 7, 8.5]


@pytest.mark.parametrize("text, series, labels", [
    (f"{line(*EIGHT)}\n{line(*EIGHT)}", [EIGHT, EIGHT], None),
    (f"{line(*EIGHT, between=' ')}\r\n\r\n{line(*EIGHT, between='  ')}\n", [EIGHT, EIGHT], None),
    (f"{line(*EIGHT, between=';').replace('.', ',')}\n{line(*EIGHT, between=';')}",
     [EIGHT, EIGHT], None),
    (f"{line('t', *'abcdefgh')}\n{line('sick', *EIGHT)}\n{line('fine', *EIGHT)}",
     [EIGHT, EIGHT], ["sick", "fine"]),
    (f'{line(*EIGHT)},"a"\n{line(*EIGHT)},b', [EIGHT, EIGHT], ["a", "b"]),
    (f"{line(*range(9))}\n{line(*'-1 2e3 +3 .5 5 6 7 8 9'.split())}",
     [list(range(9)), [-1, 2000, 3, .5, 5, 6, 7, 8, 9]], None),
    ("\n".join(["x\ty"] + [f"{i}\t{i},5" for i in range(100)]),
     [[[i, i + .5] for i in range(48)], [[i, i + .5] for i in range(48, 96)]], None),
])
def test_a_table_is_read(text, series, labels):
    assert asked("table", text=text) == {"series": series, "labels": labels}


@pytest.mark.parametrize("text, message", [
    ("  \n ", "the table is empty"),
    (f"{line(*EIGHT)}\n\n{line(*EIGHT, 9)}", "line 3 has 9 cells and line 1 8"),
    (f"{line(*EIGHT)}\n1,2,3,4,x,6,7,8", "line 2 holds 'x' where a number should be"),
    (f"{line(*EIGHT)}\n1,2,3,,5,6,7,8", "line 2 holds '' where a number should be"),
    (f"{line(*EIGHT)}\n1,2,3,Infinity,5,6,7,8", "line 2 holds 'Infinity' where"),
    (f"a,b,{line(*EIGHT)}", "line 1 holds 'a' and 'b'; give numbers, and one word"),
    ("a,1,2,3\nb,1,2,3", "a series of a known kind needs 8 numbers in its line; there are 3"),
    ("\n".join("12345"), "5 lines are too few: give series of 8 numbers or more"),
    ("a,b\nc,d", "line 2 holds 'c' and 'd'"),
])
def test_a_table_that_will_not_do_gets_one_line(text, message):
    assert message in fault("table", text=text)


# --- Curves by hand ------------------------------------------------------------------------------

def test_drawn_curves_survive_a_link_and_become_kinds():
    curves = np.sin(np.linspace(0, 6, 24)[None] * [[1], [2], [3]]) * [[1], [.5], [.2]]
    made = asked("curves", curves=curves.tolist())
    assert re.fullmatch(r"drawn:[\w-]{24}\.[\w-]{24}\.[\w-]{24}", made["name"])
    np.testing.assert_allclose(made["curves"], curves, atol=1 / 63 + 1e-9)
    assert asked("curves", name=made["name"]) == made
    link = asked("link", settings={"data": made["name"]})
    assert link["back"]["data"] == made["name"]
    noise = np.reshape(made["values"], (-1, 24)) - np.array(made["law"])[made["labels"]]
    assert abs(noise.std() / 0.03 - 1) < 0.03 and set(made["labels"]) == {0, 1, 2}


@pytest.mark.parametrize("name", ["drawn:", "drawn:abc", "drawn:" + "A" * 23 + "!",
                                  "drawn:" + ".".join(["A" * 24] * 9)])
def test_damaged_curves_get_one_line(name):
    assert "1 to 8 drawn curves of 24 signs" in fault("curves", name=name)


# --- Data by name --------------------------------------------------------------------------------

def test_every_second_moment_of_the_beats():
    made, whole = asked("named", data="heartbeats24"), asked("named", data="heartbeats")
    assert (made["length"], made["n"], made["train"]) == (24, whole["n"], whole["train"])
    assert made["step"] == 2 * whole["step"] and made["labels"] == whole["labels"]
    np.testing.assert_array_equal(np.reshape(made["values"], (-1, 24)),
                                  np.reshape(whole["values"], (-1, 48))[:, ::2])


def test_the_shown_series_have_the_datas_shares():
    made = asked("named", data="heartbeats")
    share = np.mean(made["labels"][:made["train"]])
    shown = np.array(made["labels"])[made["shown"]]
    assert abs(len(shown) - 24) <= 1 and abs(shown.mean() - share) < 1 / 24
    assert max(made["shown"]) < made["train"]


@pytest.mark.parametrize("name, message", [
    ("own", "a link carries no series of your own"), ("beats", "there are no data 'beats'")])
def test_data_that_are_not_there_get_one_line(name, message):
    assert message in fault("named", data=name)


# --- A trace -------------------------------------------------------------------------------------

def test_a_short_trace_is_kept_and_a_long_one_averaged():
    assert asked("trace", values=[3, 1, 2]) == [[1, 3], [2, 1], [3, 2]]
    made = asked("trace", values=list(range(5000)))
    step, value = np.array(made).T
    assert 128 <= len(made) < 256 and (np.diff(step) == 32).all()
    np.testing.assert_allclose(value, step - 1 - 15.5)  # the mean of 32 neighbours


# --- Words ---------------------------------------------------------------------------------------

def test_every_loss_and_setting_has_a_name_and_a_place():
    made = asked("words")
    for engine, words in (made["losses"], made["settings"]):
        assert sorted(engine) == sorted(words)
    rest = set(made["settings"][0]) - {"loss", "data"}
    assert sorted(made["placed"]) == sorted(rest - set(made["own"]))


def test_the_cards_show_the_presets_that_they_start():
    text, links = CARDS.read_text(encoding="utf-8"), asked("words")["presets"]
    told = dict(re.findall(r'data-preset="(\w+)" data-link="([^"]+)"', text))
    assert told == {name: links[name] for name in ("forgets", "remembers")}, (
        "run node tools/lab_cards.js")


def test_the_python_lines_load_the_same_data():
    made = asked("words")["python"]
    for name, shape in (("heartbeats", (288, 48, 1)), ("heartbeats24", (288, 24, 1))):
        names = {"rt": rt}
        exec(made[name], names)
        assert names["train"].shape == shape
        page = asked("named", data=name)
        assert names["train"].labels.tolist() == page["labels"][:288]


FACTS = {"floor": {"sliced_wasserstein": 0.01}, "control": {"sliced_wasserstein": 0.1},
         "shares": [0.75, 0.25]}
BEATS = {"name": "heartbeats", "label_names": ["narrow", "wide"]}


def seed(share, distance=0.05, step=10):
    return {"step": step, "shares": [1 - share, share],
            "scores": [{"sliced_wasserstein": distance, "wide_share": share}]}


@pytest.mark.parametrize("seeds, said", [
    ([seed(0.01)], "The seed forgot the wide beats. Share of wide beats: 1 %; in the data 25 %."),
    ([seed(0.2), seed(0.3)], "Both seeds remember the wide beats. Share of wide beats: 20 %, "
     "30 %; in the data 25 %."),
    ([seed(0.2), seed(0), seed(0.3)], "2 of 3 seeds remember the wide beats; 1 forgot the wide"),
    ([seed(0.6), seed(0.1)], "1 of 2 seeds makes too few wide beats; 1 makes too many wide beats"),
    ([seed(0.25, distance=0.2)], "The seed is no nearer to the data than one beat again and again"),
    ([seed(0.25, step=0)], ""),
])
def test_the_verdict_on_beats(seeds, said):
    run = {"data": BEATS, "facts": FACTS, "seeds": seeds, "done": True}
    words = asked("verdict", run=run)
    assert words.startswith(said) and bool(words) == bool(said)
    if "forgot" in said:  # not yet, as long as it trains
        assert asked("verdict", run={**run, "done": False}) == words.replace("forgot", "lacks")


def test_the_fate_of_a_share():
    cases = [(0.06, 0.25, 0, 1), (0.07, 0.25, 0, 1), (0.13, 0.25, 0, 1), (0.5, 0.25, 0, 1),
             (0.51, 0.25, 0, 1), (0.2, 0.25, 1.1, 1), (0.01, 0.25, 1.1, 1), (0.01, 0.25, 2.1, 1)]
    assert asked("fates", cases=cases) == ["forgot", "few", "kept", "kept", "many", "unlike",
                                           "forgot", "nothing"]


def test_the_verdict_on_other_data():
    one = {"step": 5, "shares": [0.5, 0.5, 0], "scores": [{
        "sliced_wasserstein": 0.05, "mode_coverage": 2, "clean_share": 0.9, "label_error": 0.2}]}
    known = {"name": "modes", "label_names": ["a", "b", "c"], "curves": [1, 2, 3]}
    for done, verb in (True, "lost"), (False, "lacks"):
        run = {"data": known, "facts": FACTS, "seeds": [one], "done": done}
        assert asked("verdict", run=run) == (
            f"The seed {verb} a kind or more: kinds found: 2 of 3; clean copies: 90 %.")
    words = asked("verdict", run={"data": {**known, "curves": None}, "facts": FACTS,
                                  "seeds": [one, one]})
    assert words == ("Shares of the kinds are off by 20 %, 20 %. Distance to series not trained "
                     "on: .050, .050; of real ones .010, of one series again and again .100.")
    plain = {"name": "own", "label_names": []}
    assert asked("verdict", run={"data": plain, "facts": FACTS, "seeds": [one]}).startswith(
        "Distance to series not trained on: .050; of real")
    assert "too few to be scored" in asked("verdict", run={"data": plain, "facts": {}, "seeds": []})
