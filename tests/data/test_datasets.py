"""Named sets are found, checked, or downloaded; otherwise it is said what to put where."""

import functools
import gzip
import http.server
import threading

import numpy as np
import pytest

from semivae.data.files import idx
from semivae.data.read import read
from semivae.data.sets import fetch
from semivae.data.sets import named as datasets
from semivae.errors import DataError, SettingError


def test_digits_hold_out_400_stratified_rows():
    train, test = read("digits", "label"), read("digits", "label", "test")

    assert (len(train), len(test)) == (1397, 400)
    assert np.ptp(np.bincount(test.y)) <= 2
    assert train.x.shape[1:] == (8, 8) and (train.x.min(), train.x.max()) == (0, 16)
    assert len(np.unique(np.r_[train.x, test.x], axis=0)) == 1797
    assert len(read("digits", split="all")) == 1797 and read("digits").y is None
    np.testing.assert_array_equal(read("digits", "label", "test").y, test.y)


def test_named_sets_have_the_rows_that_they_say(data_root):
    for name in datasets.names():
        about = datasets.describe(name)

        assert {part: len(read(name, "label", part)) for part in about["rows"]} == about["rows"]
        assert about["where"]


def test_wrong_settings_of_named_sets():
    with pytest.raises(DataError, match="digits has no 'digit'"):
        read("digits", "digit")

    with pytest.raises(SettingError, match=r"(?s)split='valid'.*train"):
        read("digits", split="valid")


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine without any data set."""

    monkeypatch.delenv("SEMIVAE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    return tmp_path / "cache" / "semivae" / "mnist"


def test_a_set_that_is_nowhere_says_what_to_put_where(nowhere):
    with pytest.raises(DataError) as caught:
        read("mnist")

    for part in (str(nowhere), "train-images-idx3-ubyte.gz", "download=True", "SEMIVAE_DATA"):
        assert part in str(caught.value)

    assert not nowhere.exists()

    assert datasets.describe("mnist")["where"] is None


def test_the_environment_names_the_folder(data_root, monkeypatch, tmp_path):
    (tmp_path / "mnist").symlink_to(data_root / "mnist")
    monkeypatch.setenv("SEMIVAE_DATA", str(tmp_path))

    assert datasets.describe("mnist")["where"] == str(tmp_path / "mnist")


def test_a_damaged_file_of_a_set_is_refused(nowhere, data_root):
    nowhere.mkdir(parents=True)
    raw = bytearray((data_root / "mnist/t10k-images-idx3-ubyte.gz").read_bytes())
    content = bytearray(gzip.decompress(raw))
    content[1000] ^= 1  # a flipped bit, which gzip does not see as it was packed with it
    (nowhere / "t10k-images-idx3-ubyte").write_bytes(content)

    with pytest.raises(DataError, match=r"is damaged .*sha256 is wrong"):
        read("mnist", split="test")

    (nowhere / "t10k-images-idx3-ubyte.gz").write_bytes(raw[:1000])

    with pytest.raises(DataError, match=r"(?s)is damaged .*Compressed file ended.*rm "):
        read("mnist", split="test")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def mirror(data_root):
    """A web server on this machine that has the files of MNIST."""

    handler = functools.partial(Quiet, directory=data_root / "mnist")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


FILE, DIGEST = "t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"


def test_downloads_come_from_the_first_mirror_that_works_and_are_kept(nowhere, mirror, capfd):
    remote = fetch.Remote("mnist", FILE, DIGEST, (f"{mirror}/nothing", mirror))

    with pytest.raises(DataError, match="not on this machine"):
        fetch.fetch(remote)

    content = fetch.fetch(remote, download=True)

    assert len(idx.parse(content, FILE)) == 10000
    assert [path.name for path in nowhere.iterdir()] == [f"{FILE}.gz"]
    assert fetch.fetch(remote) == content  # now from the cache, without permission to download
    assert capfd.readouterr() == ("", "")


def test_a_download_with_a_wrong_hash_is_not_kept(nowhere, mirror):
    remote = fetch.Remote("mnist", FILE, "0" * 64, (mirror,))

    with pytest.raises(DataError, match="sha256 is wrong"):
        fetch.fetch(remote, download=True)

    assert not list(nowhere.iterdir())


def test_mirrors_that_are_out_of_reach_are_all_named(nowhere):
    remote = fetch.Remote("mnist", FILE, DIGEST, ("http://127.0.0.1:9/one", "http://127.0.0.1:9/two"))

    with pytest.raises(DataError, match=r"(?s)9/one: .*9/two: .*is looked for in .*put it there"):
        fetch.fetch(remote, download=True)
