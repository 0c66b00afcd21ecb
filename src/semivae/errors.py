r"""Errors that semivae raises on purpose. Each states the problem, the requirement and the fix. And one warning."""

__all__ = [
    "DataError",
    "DivergedError",
    "HealthWarning",
    "SchemaError",
    "SemivaeError",
    "SettingError",
    "StoreError",
    "UnknownSettingError",
]


class SemivaeError(Exception):
    r"""Base of all deliberate errors.

    Arguments:
        given: The problem: the value or state that was found.
        needed: The requirement.
        fix: The line or change that solves the problem.
    """

    def __init__(self, given: str, needed: str = "", fix: str = "") -> None:
        self.given = given
        self.needed = needed
        self.fix = fix

        super().__init__(given, needed, fix)

    def __str__(self) -> str:
        message = "; ".join(part.rstrip(".") for part in (self.given, self.needed) if part) + "."

        return f"{message}\n  Fix: {self.fix}" if self.fix else message


class DataError(SemivaeError, ValueError):
    """The data cannot be used as it is."""


class SchemaError(DataError):
    """The data does not match the data of the fit."""


class SettingError(SemivaeError, ValueError):
    """A setting has an invalid value."""


class UnknownSettingError(SettingError, TypeError):
    """There is no setting of this name; as a TypeError it is what Python raises for a wrong argument."""


class StoreError(SemivaeError, OSError):
    """A file or folder cannot be read or written, or is damaged."""


class DivergedError(SemivaeError, ArithmeticError):
    """A term of the loss is no longer finite."""


class HealthWarning(UserWarning):
    """A fit has a fault that its loss does not show; `health_` of the estimator lists all."""
