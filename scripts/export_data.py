#!/usr/bin/env python3
"""Writes data/*.csv from the data sets that Debian's python3-sklearn carries; the same bytes every time.

Numbers are written with the fewest digits that read back as the same float64 (Python's repr), whole numbers
without a decimal point. Classes that have names are written by name.

    python3 scripts/export_data.py [--output DIR] [--check]
"""
import argparse
import pathlib
import re
import sys

from sklearn import datasets


def column_name(name):
    """'sepal length (cm)' -> 'sepal_length_cm'"""
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def exact(number):
    return repr(float(number)).removesuffix(".0")


def as_csv(feature_names, rows, targets):
    lines = [",".join([*map(column_name, feature_names), "target"])]
    lines += [",".join([*map(exact, row), target]) for row, target in zip(rows, targets, strict=True)]
    return "".join(line + "\n" for line in lines).encode("ascii")


def named_classes(bunch):
    return as_csv(bunch.feature_names, bunch.data, [str(bunch.target_names[i]) for i in bunch.target])


def numbers(bunch):
    return as_csv(bunch.feature_names, bunch.data, map(exact, bunch.target))


FILES = {
    "iris.csv": lambda: named_classes(datasets.load_iris()),
    "breast_cancer.csv": lambda: named_classes(datasets.load_breast_cancer()),
    "digits.csv": lambda: numbers(datasets.load_digits()),
    "diabetes.csv": lambda: numbers(datasets.load_diabetes(scaled=False)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent / "data")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    options = parser.parse_args()
    different = []
    for name, content in FILES.items():
        path, expected = options.output / name, content()
        if not options.check:
            path.write_bytes(expected)
        elif not path.is_file() or path.read_bytes() != expected:
            different.append(name)
    if different:
        sys.exit(f"differ from the data sets of this scikit-learn: {', '.join(different)}")


if __name__ == "__main__":
    main()
