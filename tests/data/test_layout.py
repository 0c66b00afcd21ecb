"""The layout of text files is found by what splits their lines evenly; every odd file is one clear error."""

import csv
import gzip
import os
import time
import warnings

import pytest

from semivae.data.files.header import check_header
from semivae.data.files.layout import layout_of
from semivae.data.read import read
from semivae.errors import DataError, SettingError


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return path


def rows(path, text, **options):
    return read(write(path, text), **options).x


@pytest.mark.parametrize(
    ("name", "text", "names", "first"),
    [
        ("t.tsv", "id\tnote, with, commas\n1\ta, b, c\n2\td\n", ["id", "note, with, commas"], [1, "a, b, c"]),
        ("t.txt", "id\tnote, with, commas\n1\ta, b, c\n2\td, e, f\n", ["id", "note, with, commas"], [1, "a, b, c"]),
        ("t.tsv", "a,b\n1,2\n", ["a", "b"], [1, 2]),
        ("t.csv", "size, cm;weight, kg\n0,5;1,5\n1,5;2,5\n", ["size, cm", "weight, kg"], [0.5, 1.5]),
        ("t.csv", "name;alias,a\nx;y,1\nu;v,2\n", ["name;alias", "a"], ["x;y", 1]),
        ("t.csv", 'a|b\n"x|y"|1\n"u,v,w"|2\n', ["a", "b"], ["x|y", 1]),
        ("t.csv", '"a ""b""",c\n"x\ny",1\n', ['a "b"', "c"], ["x\ny", 1]),
        ("t.csv", "full name\nJohn Smith\nJane Doe\n", ["full name"], ["John Smith"]),
        ("t.csv", "a,b\r1,2\r3,4\r", ["a", "b"], [1, 2]),
        ("t.csv", "a\x0bb,c\x85d\n1,2\n", ["a\x0bb", "c\x85d"], [1, 2]),
        ("t.dat", "  x   y\n  1.5   -2\n 30.0    4\n", ["x", "y"], [1.5, -2]),
        ("t.data", 'x  y  "car name"\n1  2  "ford pinto"\n3  4  "bmw"\n', ["x", "y", "car name"], [1, 2, "ford pinto"]),
        ("t.txt", "name\tage\nJohn Smith\t5\nJane Doe\t6\n", ["name", "age"], ["John Smith", 5]),
        ("t.txt", "a\tb\tc\n1\t\t2\n3\t\t4\n", ["a", "b", "c"], None),
    ],
)
def test_separator_is_the_one_that_splits_all_lines_evenly(tmp_path, name, text, names, first):
    found = rows(tmp_path / name, text)

    assert list(found) == names
    assert first is None or found.iloc[0].tolist() == first


@pytest.mark.parametrize("text", ['"a" "b"\n"r 1" 1 2.5\n"r 2" 3 4.5\n', "a\tb\nr1\t1\t2.5\nr2\t3\t4.5\n"])
def test_row_names_that_r_writes_are_left_out(tmp_path, text):
    with pytest.warns(UserWarning, match="so it holds row names"):
        assert rows(tmp_path / "t.txt", text).to_dict("list") == {"a": [1, 3], "b": [2.5, 4.5]}


def test_files_without_a_header(tmp_path):
    path = write(tmp_path / "iris.data", "5.1,3.5,setosa\n4.9,3.0,virginica\n\n")

    assert list(read(path, header=False).x) == ["x0", "x1", "x2"]
    assert read(path, "x2", header=False).y.tolist() == ["setosa", "virginica"]
    assert len(rows(tmp_path / "t.dat", "1 2\n3 4\n", header=False)) == 2
    # Numbers padded with blanks, and a tab before the name.
    mixed = '18.0   8   307.0\t"chevrolet chevelle"\n15.0   8   350.0\t"buick skylark"\n'
    assert rows(tmp_path / "auto.data", mixed, header=False).iloc[1].tolist() == [15.0, 8, 350.0, "buick skylark"]

    with pytest.raises(DataError, match=r"(?s)has no 'y'.*'x0', 'x1', 'x2'"):
        read(path, "y", header=False)

    with pytest.raises(SettingError, match="only text files"):
        read("digits", header=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2,3\n4,5,6\n", r"(?s)starts with the numbers.*Fix: header=False"),
        ("vhigh,vhigh,2\nlow,low,4\n", "(?s)more than once: 'vhigh'.*header=False"),
    ],
)
def test_first_line_of_values_is_refused_with_the_fix(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        rows(tmp_path / "t.csv", text)


@pytest.mark.parametrize(
    "text",
    [
        "5.1,3.5,setosa\n4.9,3.0,setosa\n",
        "39,State-gov,77516,13\n50,Private,83311,13\n",
        "5,up\n6,up\n",
        "p,x,s\ne,x,s\np,x,w\n",
    ],
)
def test_first_line_that_may_hold_values_draws_one_warning(tmp_path, text):
    with pytest.warns(UserWarning, match=r"may hold values rather than names.*header=False") as told:
        rows(tmp_path / "t.csv", text)

    assert len(told) == 1


@pytest.mark.parametrize(
    "text",
    [
        "country,2019,2020,2021\nx,1,2,3\n",
        "2021,2020,name\n1,2,x\n",
        "0,1,2,label\n5,6,7,u\n",
        "y,n,size\ny,1,2\nn,2,3\n",
    ],
)
def test_names_such_as_years_draw_none(tmp_path, text):
    rows(tmp_path / "t.csv", text)


@pytest.mark.slow
def test_long_cells_and_long_headers(tmp_path):
    limit = csv.field_size_limit()
    long = "x" * 200_000
    assert rows(tmp_path / "t.csv", f'a,b\n"{long}, {long}",1\ny,2\n')["a"][0] == f"{long}, {long}"
    assert csv.field_size_limit() == limit

    names = [f"{'n' * 90}{i}" for i in range(20_000)]  # more than the sample holds
    assert list(rows(tmp_path / "t.csv", f"{','.join(names)}\n{','.join(['1'] * 20_000)}\n")) == names


def test_names_are_checked_in_linear_time(tmp_path):
    path = write(tmp_path / "t.csv", ",".join(f"n{i}" for i in range(60_000)) + "\n")
    start = time.perf_counter()
    check_header(layout_of(path), path)

    assert time.perf_counter() - start < 5


ODD = {
    "bom.csv": (b"\xef\xbb\xbf", "is empty"),
    "blank.csv": (b" \n \t\r\n", "is empty"),
    "quote.csv": (b'"a,b\n' + b"1,2\n" * 10_000, "cannot be read"),
    "cell.csv": (b'a,b\n1,"2\n' + b"3,4\n" * 500_000, "cannot be read"),
    "endless.csv": (b"x" * (9 << 20), "does not end within"),
    "commas.csv": (b"," * (3 << 20) + b"\n1,2\n", "does not end within"),
    "beyond.csv": (b"a,b" + b"," * 20_000 + b"\n1,2\n", "more than 2 values"),
    "late.csv": (b"a,b\n" + b"1,2\n" * 400_000 + b"1,2,3\n", "cannot be read"),
    "utf32.csv": ("a,b\n1,2\n".encode("utf-32"), "another encoding"),
    "nul.csv": (b"a,b\n1,\0\n", "not a text file"),
    "cut.csv.gz": (gzip.compress(os.urandom(500).hex().encode() * 9)[:-99], "cannot be read"),
    "zeros.csv.GZ": (gzip.compress(bytes(50_000_000)), "not a text file"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_one_error_at_once(tmp_path, name):
    content, words = ODD[name]
    path = write(tmp_path / name, content)
    start = time.perf_counter()

    with warnings.catch_warnings(), pytest.raises(DataError, match=words):
        warnings.simplefilter("ignore")
        read(path)

    assert time.perf_counter() - start < 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("ending", ["csv", "npy", "npz", "parquet", "idx"])
def test_only_regular_files_are_read(tmp_path, ending):
    os.mkfifo(tmp_path / f"pipe.{ending}")
    (tmp_path / f"zero.{ending}").symlink_to("/dev/zero")
    (tmp_path / f"loop.{ending}").symlink_to(tmp_path / f"loop.{ending}")
    (tmp_path / f"folder.{ending}").mkdir()

    for name, words in {
        "pipe": "a pipe",
        "zero": "a pipe, a device",
        "loop": "cannot be opened",
        "folder": "is a folder",
    }.items():
        with pytest.raises(DataError, match=words):
            read(tmp_path / f"{name}.{ending}")

    with pytest.raises(DataError, match="cannot be opened"):
        read(tmp_path / f"{'x' * 300}.{ending}")


@pytest.mark.parametrize("text", ["point\n1.5 1.7\n2.5 2.7\n", "amount\n1 000\n2 000\n"])
def test_pairs_of_numbers_below_one_name_are_one_value(tmp_path, text):
    (tmp_path / "x.csv").write_text(text)
    frame = read(tmp_path / "x.csv").x

    assert frame.iloc[:, 0].tolist() == text.splitlines()[1:]


def test_unknown_ending_is_told_before_the_header_is(tmp_path):
    (tmp_path / "rows.train").write_text("1,2\n3,4\n")

    with pytest.raises(DataError, match="of a type that is not known"):
        read(tmp_path / "rows.train", header=False)
