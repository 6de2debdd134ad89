"""Functions whose type does not depend on their operands, or is their first operand's."""

from __future__ import annotations

from sqlglot import exp

FIXED: dict[type[exp.Expr], str] = {
    **dict.fromkeys(
        (
            exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
            exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.SimilarTo, exp.Not, exp.Boolean,
            exp.RegexpLike, exp.StartsWith, exp.EndsWith, exp.Contains, exp.LogicalOr,
            exp.LogicalAnd, exp.ArrayContains,
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
    **dict.fromkeys((exp.CurrentDate, exp.TsOrDsToDate, exp.LastDay), "date"),
    exp.CurrentTimestamp: "instant",
    exp.Interval: "interval",
    exp.DateFromParts: "date",
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
"""The attribute of `Words` that names the type."""

ARGUMENT: frozenset[type[exp.Expr]] = frozenset(
    {
        exp.Min, exp.Max, exp.AnyValue, exp.First, exp.Last, exp.FirstValue, exp.LastValue,
        exp.NthValue, exp.Lag, exp.Lead, exp.Nullif, exp.Distinct, exp.IgnoreNulls,
        exp.RespectNulls, exp.Mode, exp.ArgMax, exp.ArgMin, exp.Abs, exp.WithinGroup,
    }
)  # fmt: skip
"""Their type is that of their first operand."""

COMMON: frozenset[type[exp.Expr]] = frozenset({exp.Coalesce, exp.Greatest, exp.Least})
"""Their type is the one that all operands have in common."""
