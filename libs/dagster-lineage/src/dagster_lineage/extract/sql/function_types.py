"""Types of functions: fixed ones, and those that follow from the first or from all arguments."""

from __future__ import annotations

from sqlglot import exp

FIXED: dict[type[exp.Expr], str] = {
    **dict.fromkeys(
        (
            exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
            exp.NullSafeNEQ, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.SimilarTo,
            exp.Not, exp.Boolean, exp.RegexpLike, exp.StartsWith, exp.EndsWith, exp.Contains,
            exp.LogicalOr, exp.LogicalAnd, exp.ArrayContains,
        ),
        "boolean",
    ),
    **dict.fromkeys(
        (
            exp.Upper, exp.Lower, exp.Trim, exp.Substring, exp.Left, exp.Right, exp.Replace,
            exp.Concat, exp.ConcatWs, exp.SplitPart, exp.RegexpReplace, exp.RegexpExtract,
            exp.Pad, exp.Reverse, exp.MD5, exp.TimeToStr, exp.JSONExtractScalar, exp.GroupConcat,
            exp.Chr, exp.Initcap,
        ),
        "text",
    ),
    **dict.fromkeys((exp.Count, exp.ApproxDistinct), "long"),
    **dict.fromkeys((exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile), "rank"),
    **dict.fromkeys(
        (exp.PercentRank, exp.CumeDist, exp.Stddev, exp.StddevSamp, exp.StddevPop), "double"
    ),
    **dict.fromkeys((exp.CurrentDate, exp.TsOrDsToDate, exp.LastDay, exp.DateFromParts), "date"),
    exp.CurrentTimestamp: "timestamp",
    exp.Interval: "interval",
    **dict.fromkeys(
        (
            exp.Length, exp.DateDiff, exp.TimestampDiff, exp.Year, exp.Quarter, exp.Month, exp.Week,
            exp.Day, exp.DayOfWeek, exp.DayOfYear, exp.Hour, exp.Minute, exp.ArraySize,
            exp.StrPosition,
        ),
        "part",
    ),
    **dict.fromkeys((exp.Sqrt, exp.Ln, exp.Exp, exp.Rand, exp.Pow), "root"),
}  # fmt: skip
"""By function or operator: the field of `TypeRules` with its type."""

OF_FIRST: dict[type[exp.Expr], str] = {
    **dict.fromkeys(
        (
            exp.Min, exp.Max, exp.AnyValue, exp.First, exp.Last, exp.FirstValue, exp.LastValue,
            exp.NthValue, exp.Lag, exp.Lead, exp.Nullif, exp.Distinct, exp.IgnoreNulls,
            exp.RespectNulls, exp.Mode, exp.ArgMax, exp.ArgMin, exp.Abs, exp.WithinGroup, exp.Neg,
            exp.Window, exp.Filter, exp.Order, exp.Limit,
        ),
        "",
    ),
    exp.Sum: "sum",
    exp.Avg: "avg",
    **dict.fromkeys((exp.DateTrunc, exp.TimestampTrunc), "date_trunc"),
    **dict.fromkeys((exp.Ceil, exp.Floor), "ceil"),
    exp.AtTimeZone: "at time zone",
    exp.ArrayAgg: "array_agg",
}  # fmt: skip
"""Functions whose type follows from that of their first argument: the name of the rule in
`TypeRules.functions`, or an empty text for the same type."""

COMMON = (exp.Coalesce, exp.Greatest, exp.Least)
"""Functions whose type is the one that all arguments have in common."""

OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.IntDiv: "//",
}
"""Operators whose type follows from those of both operands: the name in `TypeRules.operators`."""
