"""The summaries of arrays and tensors that are too large to copy."""

import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gdtui.engine.record import parts, summary
from gdtui.engine.record.freezing import LARGEST, freeze
from gdtui.engine.record.summary import BINS, Summaries, Summary, summarize

FLOATS = st.sampled_from([np.float16, np.float32, np.float64])
TYPES = FLOATS | st.sampled_from([np.bool_, np.uint8, np.int8, np.int32, np.int64])


def arrays():
    shapes = hnp.array_shapes(min_dims=1, max_dims=4, max_side=8)
    return TYPES.flatmap(lambda kind: hnp.arrays(kind, shapes)).flatmap(views)


def views(array):
    """Arrays as scripts have them: transposed, with gaps, reversed, repeated."""
    return st.sampled_from(
        [
            array,
            array.T,
            array[::2],
            array[::-1],
            array[..., ::3],
            np.broadcast_to(array, (3, *array.shape)),
        ]
    )


def check(found: Summary, array: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        wide = array.astype(np.float64).ravel()
    finite = wide[np.isfinite(wide)]
    assert found.shape == array.shape
    assert found.dtype == str(array.dtype)
    assert found.nonfinite == len(wide) - len(finite)
    assert found.every == 1
    assert sum(found.counts) == len(finite)
    if not len(finite):
        assert math.isnan(found.minimum)
        assert math.isnan(found.maximum)
        assert math.isnan(found.mean)
        assert found.norm == 0
        return
    size = np.max(np.abs(finite)) or 1.0
    assert (found.minimum, found.maximum) == (finite.min(), finite.max())
    norm, mean = np.linalg.norm(finite / size), np.mean(finite / size)
    # Near the smallest floats there are only whole multiples of that one.
    grain = np.nextafter(0.0, 1.0) / size
    assert found.norm / size == pytest.approx(norm, rel=1e-5, abs=grain) or found.norm == math.inf
    assert found.mean / size == pytest.approx(mean, abs=1e-5 + grain)
    # As many numbers are below each edge as the histogram says, but for rounding at the edge.
    edges, below = np.array(found.edges), np.cumsum(found.counts)
    assert (edges[0], edges[-1]) == (found.minimum, found.maximum)
    for edge, count in zip(edges[1:] / size, below, strict=True):
        assert np.sum(finite / size < edge - 1e-9) <= count <= np.sum(finite / size <= edge + 1e-9)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(arrays().filter(lambda array: array.size))
def test_numpy(array):
    check(summarize(array), array)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(arrays().filter(lambda array: array.size and min(array.strides) >= 0))
def test_pytorch(array):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, which shares a read-only array
        tensor = torch.from_numpy(array)
    check(summarize(tensor), array)


@pytest.mark.parametrize("make", [np.asarray, torch.from_numpy])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_smallest_numbers_there_are_stand_between_the_right_edges(make, kind):
    tiny = np.nextafter(kind(0), kind(1))
    for last in range(1, 20):
        for middle in range(last + 1):
            array = np.array([0, middle * tiny, last * tiny], dtype=kind)
            check(summarize(make(array)), array)


@pytest.mark.parametrize("part", [1000, 2048, 5000])
@pytest.mark.parametrize("make", [np.asarray, torch.from_numpy])
def test_an_array_of_many_parts(monkeypatch, make, part):
    monkeypatch.setattr(parts, "_PART", part)
    monkeypatch.setattr(parts.ArrayNumbers, "part", part)
    monkeypatch.setattr(summary, "_COUNTED", 10**6)
    array = np.random.default_rng(0).normal(3, 1, (7, 60, 41)).astype(np.float32)
    check(summarize(make(array)), array)
    check(summarize(make(array)[:, ::2, 1:]), array[:, ::2, 1:])
    array[3, 5, 7], array[6, 59, 40] = np.nan, np.inf
    check(summarize(make(array)), array)


@pytest.mark.parametrize("make", [np.asarray, torch.from_numpy])
@pytest.mark.parametrize("size", [1e-300, 1e-30, 1e-20, 1e15, 1e25, 1e200])
def test_sizes_whose_squares_have_no_place(make, size):
    for kind in (np.float32, np.float64):
        if float(np.finfo(kind).tiny) < size < float(np.finfo(kind).max):
            array = (np.random.default_rng(1).normal(size=5000) * size).astype(kind)
            check(summarize(make(array)), array)


@pytest.mark.parametrize("make", [np.asarray, torch.from_numpy])
def test_the_histogram_of_many_numbers_is_made_of_one_in_so_many(make):
    array = np.random.default_rng(2).normal(size=(3000, 100))
    found = summarize(make(array))
    sample = array.ravel()[:: found.every]
    assert found.every > 1
    assert math.gcd(found.every, array.size) == 1  # so that no column is left out
    expected, edges = np.histogram(sample, BINS, (array.min(), array.max()))
    assert list(found.counts) == list(expected)
    assert found.edges == pytest.approx(tuple(edges))


def test_bfloat16_and_a_graph():
    tensor = torch.linspace(-1, 1, 20_001, dtype=torch.bfloat16, requires_grad=True)
    found = summarize(tensor * 2)
    assert found.dtype == "bfloat16"
    assert (found.minimum, found.maximum) == (-2, 2)
    assert found.norm == pytest.approx(2 * math.sqrt(20_001 / 3), rel=1e-2)


@pytest.mark.parametrize(
    "value",
    [
        3.0,
        "words",
        [1.0] * 20_000,
        np.zeros(20_000, dtype=complex),
        np.array([object()] * 20_000),
        torch.zeros(20_000, dtype=torch.complex64),
        torch.eye(200).to_sparse(),
        torch.empty(20_000, device="meta"),
        torch.zeros(1).expand(summary.MOST + 1),
        np.broadcast_to(0.0, summary.MOST + 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_none(value):
    assert summarize(value) is None


def test_an_array_in_a_file_is_not_read(tmp_path):
    kept = np.memmap(tmp_path / "data", dtype=np.float32, mode="w+", shape=(20_000,))
    assert summarize(kept) is None
    assert summarize(kept[1:]) is None
    assert summarize(np.asarray(kept)) is None


@pytest.mark.parametrize("make", [np.asarray, torch.from_numpy])
def test_two_are_equal_as_long_as_no_number_changes(make):
    array = make(np.random.default_rng(3).normal(size=(130, 101)).astype(np.float32))
    before = summarize(array)
    assert summarize(array) == before
    for place in (0, 64, -1):
        kept = array[place, place].copy() if make is np.asarray else array[place, place].clone()
        array[place, place] = np.nextafter(np.float32(kept), np.float32(9)).item()
        assert summarize(array) != before
        array[place, place] = kept
    assert summarize(array) == before
    assert summarize(array.reshape(101, 130)) != before


def test_nothing_of_the_script_is_touched():
    tensor = torch.randn(200, 100, requires_grad=True)
    loss = (tensor**2).sum()
    kept, version, state = tensor.detach().clone(), tensor._version, torch.get_rng_state()
    seeds = np.random.get_state()[1].copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summarize(tensor)
        summarize(np.full(20_000, np.finfo(np.float32).max, dtype=np.float32))
    assert torch.equal(tensor, kept)
    assert tensor._version == version
    assert torch.equal(torch.get_rng_state(), state)
    assert np.array_equal(np.random.get_state()[1], seeds)
    loss.backward()
    assert torch.equal(tensor.grad, 2 * kept)


def test_a_subclass_of_tensor_is_not_asked():
    class Loud(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            raise AssertionError(function)

    loud = torch.linspace(0, 1, 20_000).as_subclass(Loud)
    assert summarize(loud).maximum == 1


def test_freezing_sums_up_what_is_too_large():
    rng = np.random.default_rng(4)
    assert isinstance(freeze(rng.normal(size=LARGEST)), np.ndarray)
    assert isinstance(freeze(rng.normal(size=LARGEST + 1)), Summary)
    assert isinstance(freeze(torch.zeros(LARGEST + 1)), Summary)
    # A list may hold a thousand of them, and one more in each epoch.
    assert freeze([rng.normal(size=LARGEST + 1), 2.0]) == (None, 2.0)


def test_at_one_pause_an_array_is_read_once(monkeypatch):
    read = []
    monkeypatch.setattr(summary, "summarize", lambda value: read.append(value) or summarize(value))
    pause = Summaries()
    tensor = torch.zeros(20_000)
    assert pause.of(tensor) is pause.of(tensor.detach())
    assert len(read) == 1
    assert pause.of(tensor[1:]) != pause.of(tensor)
    assert pause.of(torch.zeros(20_000)) is not pause.of(tensor)
