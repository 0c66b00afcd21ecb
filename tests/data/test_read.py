"""Rows from files and named sets; every damaged or strange file is one clear error."""

import gzip

import numpy as np
import pandas as pd
import pytest
from tests.understood import class_labels

from semivae.data.files import idx
from semivae.data.read import read
from semivae.errors import DataError

TABLE = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "y"], "label": ["NA", "None", None]})


def write(path, text):
    path.write_text(text)

    return path


# Files


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.tsv", "t.tsv.gz", "t.parquet"])
def test_tables_read_as_they_were_written(tmp_path, name):
    path = tmp_path / name

    if name.endswith("parquet"):
        TABLE.to_parquet(path)
    else:
        TABLE.to_csv(path, index=False, sep="\t" if "tsv" in name else ",", na_rep="")

    source = read(path, "label")

    assert (source.name, source.target, len(source)) == (name, "label", 3)
    pd.testing.assert_frame_equal(source.x, TABLE[["a", "b"]])
    # Classes may be called "NA" and "None"; only the empty cell is unlabeled.
    assert class_labels(source.y).encode(source.y).tolist() == [0, 1, -1]
    assert read(path).y is None and list(read(path).x) == ["a", "b", "label"]


def test_separator_is_found(data_root, tmp_path):
    wine = read(data_root / "tabular/wine_quality/winequality-red.csv", "quality")

    assert wine.x.shape == (1599, 11) and np.bincount(wine.y)[3:].tolist() == [10, 53, 681, 638, 199, 18]
    assert list(read(write(tmp_path / "bar.txt", '"a,b"|c\n1|2\n')).x) == ["a,b", "c"]


def test_commas_at_the_end_of_each_line_shift_nothing(tmp_path):
    for head in ("a,b,label", "a,b,label,", "a,b,label,,"):
        for end in ("", ","):
            source = read(write(tmp_path / "t.csv", f"{head}\n1,2,x{end}\n3,4,y{end}\n"), "label")

            assert source.x.to_numpy().tolist() == [[1, 2], [3, 4]] and list(source.y) == ["x", "y"]


def test_blanks_and_question_marks(tmp_path):
    source = read(write(tmp_path / "t.csv", "a, b, label\n1, ?, up \n?, two, down\n"), "label")

    assert list(source.x) == ["a", "b"]
    assert source.x["a"].isna().tolist() == [False, True] and source.x["b"].isna().tolist() == [True, False]


def test_blanks_around_text_are_no_part_of_it(tmp_path):
    source = read(write(tmp_path / "t.csv", 'a,b,label\n"1 ",NA ,up \n2," ",up\n3,x ," up"\n4,x,\n'), "label")

    assert source.x["a"].tolist() == [1, 2, 3, 4]
    assert source.x["b"].isna().tolist() == [True, True, False, False] and source.x["b"][2] == "x"
    assert source.y[:3].tolist() == ["up"] * 3 and source.y.isna().tolist() == [False] * 3 + [True]


def test_whole_numbers_stay_whole_where_some_are_missing(tmp_path):
    rows = read(write(tmp_path / "t.csv", "a,b,c,d\n1,1.5,,x\n,,,\n3,2,,x\n")).x

    assert rows.dtypes.astype(str).tolist()[:3] == ["Int64", "float64", "float64"]


def test_decimal_commas(tmp_path):
    source = read(write(tmp_path / "t.csv", "a;b;c;y\n0,5;1;1,2,3;-1,5\n-2;2;4;NA\n;3;5;2,25\n"), "y")

    assert source.x["a"].tolist()[:2] == [0.5, -2.0] and source.x["a"].isna()[2]
    assert source.y.tolist()[::2] == [-1.5, 2.25]
    assert source.x["c"].tolist() == ["1,2,3", "4", "5"], "this is a list, not a number"
    assert read(write(tmp_path / "t.csv", 'a,b\n"1,5",2\n')).x["a"].tolist() == ["1,5"]


def test_row_names_are_left_out(tmp_path):
    frame = pd.DataFrame({"a": [0.5, 1.5], "y": ["u", "v"]}, index=[7, 3])
    frame.to_csv(tmp_path / "t.csv")

    with pytest.warns(UserWarning, match=r"first column of t.csv"):
        assert list(read(tmp_path / "t.csv", "y").x) == ["a"]

    frame.reset_index(drop=True).to_csv(tmp_path / "again.csv", index=False)
    assert list(read(tmp_path / "again.csv").x) == ["a", "y"]


def test_labels_keep_the_type_that_their_text_stands_for(tmp_path):
    def labels(*cells):
        return read(write(tmp_path / "t.csv", "a,y\n" + "".join(f"1,{cell}\n" for cell in cells)), "y").y

    assert labels(0, "", 1).dtype == "Int64"
    assert labels(1.5, "NA", 2.5).isna().tolist() == [False, True, False]
    assert class_labels(labels(0, "NA", 1)).classes.tolist() == [0, 1]
    assert class_labels(labels("True", "", "False")).classes.tolist() == [False, True]


def test_npz(tmp_path):
    path = tmp_path / "t.npz"
    x = np.random.default_rng(0).random((4, 8, 8))
    np.savez(path, images=x, labels=[[1], [2], [1], [-1]], other=np.arange(4))

    np.testing.assert_array_equal(read(path, "label").x, x)
    assert read(path, "label").y.tolist() == [1, 2, 1, -1]
    assert read(path, "y").y.tolist() == [1, 2, 1, -1]
    assert read(path, "other").y.tolist() == [0, 1, 2, 3]
    assert read(path).y is None


def test_npz_with_compression_and_wrong_contents(tmp_path):
    path = tmp_path / "t.npz"

    np.savez(path, a=np.zeros(3))
    with pytest.raises(DataError, match=r"(?s)arrays 'a'.*X, x, images"):
        read(path)

    np.savez(path, X=np.zeros((3, 2)))
    with pytest.raises(DataError, match="has no 'label'"):
        read(path, "label")

    np.savez(path, X=np.zeros((3, 2)), y=np.zeros(3))
    with pytest.raises(DataError, match="has no 'price'"):
        read(path, "price")

    np.savez(path, X=np.zeros((3, 2)), y=np.zeros(2))
    with pytest.raises(DataError, match="3 rows and 2 labels"):
        read(path, "y")

    np.savez(path, X=np.array([{}], dtype=object))  # a pickle, which must not be opened
    with pytest.raises(DataError, match="array of objects, such as images of different sizes"):
        read(path)


def test_idx_beside_its_labels(data_root, tmp_path):
    source = read(data_root / "mnist/t10k-images-idx3-ubyte.gz", "label")

    assert source.x.shape == (10000, 28, 28) and source.x.sum() == 264923200
    assert np.bincount(source.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]

    with pytest.raises(DataError, match="labels rather than images"):
        read(data_root / "mnist/t10k-labels-idx1-ubyte.gz")

    alone = tmp_path / "t10k-images-idx3-ubyte"
    alone.write_bytes(idx.contents(data_root / "mnist/t10k-images-idx3-ubyte.gz"))
    assert len(read(alone)) == 10000

    with pytest.raises(DataError, match="no labels beside it"):
        read(alone, "label")


def test_idx_types():
    values = np.array([[1.5, -2.0]], dtype=">f4")
    raw = b"\0\0\x0d\x02" + bytes([0, 0, 0, 1, 0, 0, 0, 2]) + values.tobytes()
    array = idx.parse(raw, "t")

    assert array.dtype == np.float32 and array.tolist() == [[1.5, -2.0]]

    for damaged in (raw + b"\0", raw[:-1], raw[:6]):
        with pytest.raises(DataError, match="t is truncated"):
            idx.parse(damaged, "t")


# Bad files

BAD_TEXT = {
    "empty.csv": ("", "is empty"),
    "blank.csv": ("\n\n", "is empty"),
    "header.csv": ("a,b,label\n", "holds no rows"),
    "numbers.csv": ("1,2,3\n4,5,6\n", "starts with the numbers"),
    "twice.csv": ("a,a,label\n1,2,3\n", "more than once: 'a'"),
    "long.csv": ("a,label\n1,2\n1,2,3,4\n", "cannot be read"),
    "shift.csv": ("a,label\n1,2,3\n1,2,3\n", "more than 2 values"),
    "quote.csv": ('a,label\n1,"2\n', "cannot be read"),
    "nul.csv": ("PK\0\0", "not a text file"),
    "near.csv": ("a,lab_el\n1,2\n", r"(?s)has no 'label'.*did you mean 'lab_el'"),
    "far.csv": ("a,b\n1,2\n", "has no 'label'"),
    "pickle.pkl": ("", "type that is not known"),
    "text.parquet": ("a,b\n1,2\n", "cannot be read"),
    "text.npz": ("a,b\n1,2\n", "cannot be read"),
    "text.csv.gz": ("a,b\n1,2\n", "cannot be read"),
    "text-ubyte": ("a,b\n1,2\n", "not an idx file"),
}


@pytest.mark.parametrize("name", BAD_TEXT)
def test_bad_files_are_one_clear_error(tmp_path, name):
    text, words = BAD_TEXT[name]

    with pytest.raises(DataError, match=words) as caught:
        read(write(tmp_path / name, text), "label")

    assert name in str(caught.value)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("name", ["t.csv.gz", "t.parquet", "t.npz", "t-images-idx3-ubyte", "t-images-idx3-ubyte.gz"])
def test_truncated_files_are_one_clear_error(tmp_path, name, share):
    path = tmp_path / name
    values = np.random.default_rng(0).integers(0, 255, (300, 4), dtype=np.uint8)
    frame = pd.DataFrame(values, columns=list("abcd"))
    raw = b"\0\0\x08\x02" + bytes([0, 0, 1, 44, 0, 0, 0, 4]) + values.tobytes()

    if "csv" in name:
        frame.to_csv(path, index=False)
    elif "parquet" in name:
        frame.to_parquet(path)
    elif "npz" in name:
        np.savez(path, X=values)
    else:
        path.write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)

    assert len(read(path)) == 300
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(DataError, match=r"cannot be read|is truncated"):
        read(path)


def test_other_encodings_and_places(tmp_path):
    (tmp_path / "latin.csv").write_bytes("a,label\né,1\n".encode("latin-1"))

    (tmp_path / "excel.csv").write_bytes("a,label\né,1\n".encode("utf-16"))

    for name in ("latin.csv", "excel.csv"):
        with pytest.raises(DataError, match=r"(?s)another encoding.*iconv"):
            read(tmp_path / name)

    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path)

    with pytest.raises(DataError, match=r"(?s)does not exist.*did you mean 'mnist'"):
        read("mnits")

    (tmp_path / "bom.csv").write_bytes("\ufeffa,label\né,1\n".encode())
    assert list(read(tmp_path / "bom.csv").x) == ["a", "label"]
