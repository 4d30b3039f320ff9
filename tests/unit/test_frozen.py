"""Plain values behave as the frozen dataclasses of the standard library do, and are still dataclasses to others."""

import copy
import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from decidua.condition.syntax import Atom
from decidua.frozen import Frozen


class Pair(Frozen):
    """Two fields, one with a default."""

    left: int
    right: str = "none"


@dataclasses.dataclass(frozen=True)
class Plain:
    """The same by the standard library."""

    left: int
    right: str = "none"


class Triple(Pair):
    """One field more."""

    further: tuple[int, ...] = ()


ARGUMENTS = st.tuples(
    st.lists(st.integers() | st.text(), max_size=3),
    st.dictionaries(st.sampled_from(["left", "right", "other"]), st.integers() | st.text(), max_size=3),
)


@given(ARGUMENTS)
def test_takes_and_refuses_what_a_dataclass_does(arguments):
    positional, named = arguments
    try:
        plain = Plain(*positional, **named)
    except TypeError:
        with pytest.raises(TypeError):
            Pair(*positional, **named)
        return
    pair = Pair(*positional, **named)
    assert dataclasses.asdict(pair) == dataclasses.asdict(plain)
    assert list(pair.__dict__) == ["left", "right"], "in the order of the class, whatever that of the call"
    assert repr(pair) == repr(plain).replace("Plain", "Pair")


@given(st.tuples(st.integers(0, 1), st.sampled_from(["a", "none"])), st.tuples(st.integers(0, 1), st.just("a")))
def test_equal_by_class_and_fields(one, other):
    assert (Pair(*one) == Pair(*other)) is (one == other)
    if one == other:
        assert hash(Pair(*one)) == hash(Pair(*other))
    assert Pair(*one) != Triple(*one)
    assert Pair(*one) != one


def test_never_changes():
    pair = Pair(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        pair.left = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del pair.left
    assert pair == Pair(1, "none")


def test_an_error_names_what_is_missing_and_what_is_unknown():
    with pytest.raises(TypeError, match=r"Pair: missing \['left'\], unknown \['rihgt'\]"):
        Pair(rihgt="x")
    with pytest.raises(TypeError, match="twice, or too many"):
        Pair(1, left=2)


def test_a_subclass_has_the_fields_of_its_base_first():
    triple = Triple(1, "a", (2,))
    assert [one.name for one in dataclasses.fields(triple)] == ["left", "right", "further"]
    assert dataclasses.replace(triple, right="b") == Triple(1, "b", (2,))


def test_copied_and_pickled_unchanged():
    triple = Triple(1, further=(2, 3))
    assert copy.deepcopy(triple) == triple
    assert pickle.loads(pickle.dumps(triple)) == triple  # noqa: S301 - its own bytes


def test_pydantic_writes_and_reads_it():
    reader = TypeAdapter(Triple)
    triple = Triple(1, "a", (2,))
    assert reader.validate_json(reader.dump_json(triple)) == triple
    assert list(reader.json_schema()["properties"]) == ["left", "right", "further"]


def test_a_field_made_by_a_factory_is_refused_when_the_class_is_made():
    with pytest.raises(TypeError, match="make it a dataclass"):
        type(
            "Listing", (Frozen,), {"__annotations__": {"every": list}, "every": dataclasses.field(default_factory=list)}
        )


def test_altered_is_the_same_value_with_some_fields_otherwise():
    before = Pair(1)
    assert before.altered(right="5") == Pair(1, "5")
    assert before == Pair(1)
    with pytest.raises(TypeError, match=r"unknown \['colour'\]"):
        before.altered(colour="red")


def test_altered_a_node_has_the_hash_of_its_own_fields():
    atom = Atom("losses.total", ">=", 2)
    assert hash(atom)
    other = atom.altered(value=3)
    assert (other, hash(other)) == (Atom("losses.total", ">=", 3), hash(Atom("losses.total", ">=", 3)))
