"""Conditions as base-3 digits of a code, and the numbering of codes and inputs that occur; it decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from community_core.roll.extras import nw, pl

#: So many conditions go into one group of digits: 3**10 codes, which a table of that size turns into numbers.
GROUP = 10
_HALF = 5
_LARGEST_TABLE = 4_000_000
#: With so few numbers it costs more to look which of them occur than to decide them all.
_ALL_OF_THEM = 100
#: So few numbers are counted and found one by one, each by a comparison, in a third of the time.
_ONE_BY_ONE = 128
_MARK = "\x1f"


def group_code(expressions: Sequence[nw.Expr], nullable: Sequence[bool]) -> nw.Expr:
    """Return up to ten conditions as one number: false, true, unknown are the digits 0, 1, 2 in base 3."""
    halves: list[nw.Expr] = []
    for start in range(0, len(expressions), _HALF):
        total: nw.Expr | None = None
        for place, (expr, unsure) in enumerate(
            zip(expressions[start : start + _HALF], nullable[start : start + _HALF], strict=True)
        ):
            digit = _digit(expr, 3**place, unsure=unsure)
            total = digit if total is None else total + digit
        if total is not None:
            halves.append(total)
    low = halves[0].cast(nw.UInt16())
    return low + halves[1].cast(nw.UInt16()) * nw.lit(3**_HALF, nw.UInt16()) if len(halves) > 1 else low


def _digit(expr: nw.Expr, weight: int, *, unsure: bool) -> nw.Expr:
    # choosing a number costs a fifth of casting a condition to one
    false, true, unknown = (nw.lit(value * weight, nw.UInt8()) for value in (0, 1, 2))
    rest = nw.when(expr.is_null()).then(unknown).otherwise(false) if unsure else false
    return nw.when(expr).then(true).otherwise(rest)


def picked(values: pl.Series, index: pl.Series) -> pl.Series:
    """Return *values* at the places that *index* gives; a table is gathered three times as fast as a column."""
    return values.to_frame()[_places(index)].to_series()


def dense(values: pl.Series, size: int) -> tuple[list[int], pl.Series]:
    """Return the values below *size* that occur (or all, where they are few), and each place's number among them."""
    if size <= _ALL_OF_THEM:
        return list(range(size)), values if values.dtype == pl.UInt16 else values.cast(pl.UInt16)
    if size <= 2**16:
        values = values.cast(pl.UInt16)
    different = picked(values, values.arg_unique()).sort()
    dtype = pl.UInt16 if len(different) <= 2**16 else pl.UInt32
    numbers = pl.Series(range(len(different)), dtype=dtype)
    if size <= _LARGEST_TABLE:
        places = pl.zeros(size, dtype=dtype, eager=True).scatter(different.cast(pl.UInt32), numbers)
        return different.to_list(), picked(places, values)
    return different.to_list(), values.replace_strict(different, numbers, return_dtype=dtype)


def counted(index: pl.Series) -> dict[int, int]:
    """Return how often each number stands in *index*."""
    most = index.max()
    if not isinstance(most, int) or most >= _ONE_BY_ONE:
        counts = index.rename("index").value_counts()
        return dict(zip(counts["index"].to_list(), counts["count"].to_list(), strict=True))
    column = index.to_frame("index").lazy()
    found = column.select((pl.col("index") == number).sum().alias(str(number)) for number in range(most + 1)).collect()
    return {number: count for number, count in enumerate(found.row(0)) if count}


def first_places(index: pl.Series, numbers: Collection[int]) -> dict[int, int]:
    """Return the first place of each of *numbers*, which are those that stand in *index*."""
    if len(numbers) < _ONE_BY_ONE:
        return {number: place for number in numbers if (place := index.index_of(number)) is not None}
    places = index.arg_unique()
    return dict(zip(picked(index, places).to_list(), places.to_list(), strict=True))


def paired(one: pl.Series, ones: int, other: pl.Series, others: int) -> tuple[list[tuple[int, int]], pl.Series]:
    """Return which numbers, of so many each, stand together in two columns, and each place's number among the pairs."""
    both = one.cast(pl.UInt32 if ones * others < 2**32 else pl.UInt64) * others + other
    pairs, index = dense(both, ones * others)
    return [divmod(pair, others) for pair in pairs], index


def grouped(keys: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return, for rows that are equal in every column, the position of the first, and each row's group."""
    names = keys.columns
    nested = [name for name in names if keys.schema[name].is_nested()]
    # lists are no keys of a join; as JSON they are compared member by member
    keys = keys.with_columns(pl.struct(name).struct.json_encode().alias(name) for name in nested)
    position, group = _MARK + "position", _MARK + "group"
    numbered = keys.with_row_index(position)
    firsts = numbered.group_by(names, maintain_order=True).agg(pl.col(position).first()).with_row_index(group)
    joined = keys.join(firsts, on=names, how="left", nulls_equal=True, maintain_order="left")
    return firsts[position], joined[group]


def code_dtype(conditions: int) -> pl.DataType:
    """Return the smallest type that holds every code of so many conditions; text where 64 bits do not."""
    for most, dtype in ((5, pl.UInt8()), (10, pl.UInt16()), (20, pl.UInt32()), (39, pl.Int64())):
        if conditions <= most:
            return dtype
    return pl.String()


def spread(columns: Sequence[pl.Series], index: pl.Series) -> pl.DataFrame:
    """Return columns over few results as columns over all subjects; *index* gives each subject's result.

    Nulls are put on at the end: gathering them costs eight times as much as gathering values, and so do conditions.
    """
    small = pl.DataFrame(columns)
    masks: dict[tuple[bool, ...], pl.Series] = {}
    wanted: list[pl.Expr] = []
    for values in columns:
        name = values.name
        if values.null_count() in (0, len(values)):
            wanted.append(pl.col(name))
            continue
        known = values.is_not_null()
        mask = masks.setdefault(tuple(known.to_list()), known.cast(pl.UInt8).rename(f"{_MARK}{len(masks)}"))
        wanted.append(pl.when(pl.col(mask.name) == 1).then(pl.col(name)).alias(name))
    if masks:
        small = small.select(pl.all().forward_fill().backward_fill()).hstack(list(masks.values()))
    return small[_places(index)].select(wanted)


def _places(index: pl.Series) -> pl.Series:
    # other whole numbers are looked through for negative ones before they serve as places
    return index.cast(pl.UInt32)
