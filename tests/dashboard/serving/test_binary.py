import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dashboard.serving.binary import pack
from tests.dashboard.messages import unpack


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers(), max_size=3),
    st.dictionaries(
        st.text(min_size=1, max_size=8),
        hnp.arrays(np.float32, hnp.array_shapes(max_dims=3, min_side=0), elements=st.floats(width=32, allow_nan=False)),
        max_size=3,
    ),
)
def test_what_is_packed_is_read_back_to_the_bit(header, arrays):
    header.pop("arrays", None)
    message = pack(header, arrays)
    read, numbers = unpack(message)
    assert {name: value for name, value in read.items() if name != "arrays"} == header
    assert numbers.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(numbers[name], array)
        start = len(message) - sum(a.nbytes for a in arrays.values())
        assert start % 4 == 0


def test_headers_that_json_cannot_hold_are_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack({"loss": float("nan")}, {})
