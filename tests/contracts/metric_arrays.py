"""Arrays for each subject of metrics: as good as they can be (a share of 1), worse, and at the edges."""

import numpy as np

ROWS, CLASSES = 40, 4


def classes(random, share):
    codes = random.integers(CLASSES, size=ROWS)

    return codes, share * np.eye(CLASSES)[codes] + (1 - share) * random.dirichlet(np.ones(CLASSES), ROWS)


def numbers(random, share):
    y = random.normal(size=ROWS)

    if share < 1:
        mean = y + random.normal(size=ROWS)
        half = random.gamma(2.0, size=ROWS)

        return y, mean, mean - half, mean + half, half

    half = np.where(np.arange(ROWS) % 10 == 0, -1e-9, 1.0)  # nine of ten intervals hold their value

    return y, y, y - half, y + half, np.full(ROWS, 0.1)


def density(random, share):
    return 3.0 - (share < 1) * random.gamma(2.0, size=ROWS), np.zeros(ROWS)


def levels(random, share):
    return -(share < 1) * random.gamma(2.0, size=ROWS), np.full(ROWS, 784.0)


def reconstruction(random, share):
    x = random.normal(size=(ROWS, 3))

    return x, share * x


def like_rows(random, share):
    x = random.normal(size=(ROWS, 3))

    return x, share * x + 9 * (1 - share)


def columns(random, share):
    (x, samples), category = like_rows(random, share), random.integers(2, size=ROWS)
    made = np.where(random.random(ROWS) < share, category, 0)
    parts = (np.concatenate([part, np.eye(2)[codes]], axis=1) for part, codes in ((x, category), (samples, made)))

    return *parts, np.array([0, 1, 2, 3, 3])


def judged(random, share):
    return (share * np.eye(CLASSES)[np.arange(ROWS) % CLASSES] + (1 - share) / CLASSES,)


def asked(random, share):
    y = random.integers(CLASSES, size=ROWS)

    return y, np.where(random.random(ROWS) < share, y, y + 1)


def modes(random, share):
    y = np.arange(ROWS) % CLASSES

    return y, np.where(share < 1, 0, y)


def variety(random, share):
    x, classes = random.normal(size=(ROWS, 3)), np.arange(ROWS) % CLASSES

    return x, classes, share * x, classes


def novelty(random, share):
    x = random.normal(size=(ROWS, 3))

    return share * x, x, np.zeros((ROWS, 3))


def latents(random, share):
    return (random.normal(size=(ROWS, 3)) * [1, 1, share > 0.5],)


def posterior(random, share):
    used = np.array([1, 1, share > 0.5])

    return random.normal(size=(ROWS, 3)) * used, np.where(used, 0.3, 1.0) * np.ones((ROWS, 3))


def paths(random, share):
    z = np.linspace(0, 1, 7)[None, :, None] * random.normal(size=(ROWS, 1, 2))

    return z if share == 1 else np.round(5 * z), z


def clusters(random, share):
    y = random.integers(CLASSES, size=ROWS)

    return y, y if share == 1 else random.permutation(y)


def factors(random, share):
    truth = random.integers(4, size=(ROWS, 2)).astype(float)

    return share * truth + (1 - share) * random.normal(size=(ROWS, 2)), truth


def images(random, share):
    rows = random.random((ROWS, 1, 6, 6))

    return rows, share * rows + (1 - share) * rows.mean(axis=(2, 3), keepdims=True)


def importances(random, share):
    return share * np.eye(ROWS) + (1 - share) * random.random((ROWS, ROWS)), np.full(ROWS, share)


def strings(random, share):
    samples = np.array([f"s{i}" for i in range(ROWS)], dtype=object)
    train = np.array([f"t{i}" for i in range(ROWS)], dtype=object)

    return (samples if share == 1 else np.array(["", "s1", "s1", "t1"] * (ROWS // 4), dtype=object)), train


SUBJECTS = {
    "classes": classes,
    "numbers": numbers,
    "density": density,
    "levels": levels,
    "reconstruction": reconstruction,
    "images": images,
    "samples": like_rows,
    "features": like_rows,
    "columns": columns,
    "judged": judged,
    "asked": asked,
    "modes": modes,
    "variety": variety,
    "novelty": novelty,
    "latents": latents,
    "posterior": posterior,
    "prior": like_rows,
    "paths": paths,
    "clusters": clusters,
    "factors": factors,
    "importances": importances,
    "strings": strings,
}

LONG = np.arange(40.0)[:, None]

EDGES = {
    "classes": {
        "one row": (np.array([1]), np.array([[0.2, 0.8]])),
        "class that is not known": (np.array([-1, -1]), np.array([[1.0, 0.0], [0.5, 0.5]])),
        "no probability for the truth": (np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]])),
        "one class": (np.zeros(3, dtype=int), np.ones((3, 1))),
    },
    "numbers": {
        "same value": (np.ones(3), np.ones(3), np.zeros(3), np.ones(3), np.ones(3)),
        "same value, missed": (np.ones(3), np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)),
        "far away": (np.array([0.0, 1e150]), np.zeros(2), np.zeros(2), np.ones(2), np.ones(2)),
        "two rows": (np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.zeros(2), np.ones(2), np.ones(2)),
    },
    "levels": {"one row": (np.array([-1e9]), np.ones(1))},
    "density": {"two rows": (np.array([-1e9, 5.0]), np.ones(2)), "same": (np.zeros(4), np.zeros(4))},
    "reconstruction": {"a gap": (np.array([[0.0, np.nan], [1.0, np.nan]]), np.zeros((2, 2)))},
    "images": {"flat": (np.ones((3, 1, 4, 4)), np.ones((3, 1, 4, 4)))},
    "samples": {"two rows": (np.eye(2), np.ones((1, 2))), "same": (np.zeros((9, 1)), np.zeros((9, 1)))},
    "features": {"same": (np.zeros((9, 1)), np.zeros((9, 1))), "few": (np.ones((4, 2)), np.zeros((4, 2)))},
    "columns": {"a gap": (np.where(LONG < 5, np.nan, LONG)[:, [0, 0, 0]], LONG[:, [0, 0, 0]], np.array([0, 1, 1]))},
    "judged": {"sure": (np.eye(2),), "one sample": (np.array([[0.5, 0.5]]),)},
    "asked": {"one sample": (np.array(["a"]), np.array(["b"]))},
    "modes": {"none": (np.array(["a", "b"]), np.array(["c"]))},
    "variety": {"a class of one": (np.eye(3), np.array([0, 0, 1]), np.eye(3), np.array([1, 0, 0]))},
    "novelty": {"one row": (np.zeros((1, 2)), np.ones((1, 2)), np.zeros((1, 2)))},
    "latents": {"one row": (np.zeros((1, 2)),)},
    "posterior": {"one row": (np.zeros((1, 2)), np.ones((1, 2)))},
    "prior": {"same": (np.zeros((2, 2)), np.zeros((2, 2)))},
    "paths": {"flat": (np.zeros((2, 3, 1)), np.arange(6.0).reshape(2, 3, 1))},
    "clusters": {"one cluster": (np.array([0, 0]), np.array([1, 1]))},
    "factors": {"a unit that says nothing": (LONG * [1, 0], LONG // 10 * [1, 1])},
    "importances": {"nothing is of use": (np.array([[1.0, 0.0], [0.0, 0.0]]), np.zeros(2))},
    "strings": {"none is valid": (np.array(["", ""], dtype=object), np.array(["a"], dtype=object))},
}
