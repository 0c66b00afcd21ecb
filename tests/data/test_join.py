"""Labels of a second file are joined to rows in memory."""

import numpy as np
import pandas as pd
import pytest

from semivae.data.join import with_labels
from semivae.data.read import read
from semivae.errors import DataError


def test_rows_of_a_table_are_joined_by_the_shared_column(tmp_path):
    pd.DataFrame({"id": ["a", "b", "c", None], "size": [1, 2, 3, 4]}).to_csv(tmp_path / "x.csv", index=False)
    pd.DataFrame({"y": [7, 8, 9], "id": ["c", "a", "z"]}).to_csv(tmp_path / "y.csv", index=False)

    with pytest.warns(UserWarning, match="1 of 3 labels in y.csv belong to no row: 'z'"):
        source = with_labels(read(tmp_path / "x.csv"), "y", tmp_path / "y.csv")

    assert list(source.x) == ["id", "size"]
    assert (source.identifier, source.target) == ("id", "y")
    assert source.y.fillna(-1).tolist() == [8, -1, 7, -1]


def test_images_are_joined_by_their_position(tmp_path):
    np.savez(tmp_path / "x.npz", X=np.zeros((4, 3, 3)))
    pd.DataFrame({"row": [3, 0], "y": ["u", "v"]}).to_csv(tmp_path / "y.csv", index=False)
    source = with_labels(read(tmp_path / "x.npz"), "y", tmp_path / "y.csv")

    assert source.y.isna().tolist() == [False, True, True, False] and source.y[3] == "u"
    assert source.identifier is None and source.x.shape == (4, 3, 3)
    pd.DataFrame({"y": ["u", "v"]}).to_csv(tmp_path / "y.csv", index=False)

    with pytest.raises(DataError, match="a column 'row'"):
        with_labels(read(tmp_path / "x.npz"), "y", tmp_path / "y.csv")


@pytest.mark.parametrize(
    ("columns", "words"),
    [(["y", "other"], "no column"), (["y", "id", "size"], "shares 'id', 'size'"), (["id", "y"], "several labels")],
)
def test_labels_that_cannot_be_joined(tmp_path, columns, words):
    pd.DataFrame({"id": [1, 2], "size": [1, 2]}).to_csv(tmp_path / "x.csv", index=False)
    pd.DataFrame(1, index=range(2), columns=columns).to_csv(tmp_path / "y.csv", index=False)

    with pytest.raises(DataError, match=words):
        with_labels(read(tmp_path / "x.csv"), "y", tmp_path / "y.csv")
