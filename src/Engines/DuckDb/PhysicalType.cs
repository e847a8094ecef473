namespace Slipway.Engines.DuckDb;

/// <summary>How many bytes DuckDB stores for a value of a type.</summary>
internal static class PhysicalType
{
    /// <summary>A text (duckdb_string_t): four bytes of its length, then it itself where it is no longer than <see cref="InlinedText"/>, or four bytes of it and a pointer.</summary>
    public const int TextSize = 16;

    /// <inheritdoc cref="TextSize"/>
    public const int InlinedText = 12;

    public static bool IsText(DuckDbType type) =>
        type.Id is DuckDbTypeId.Varchar or DuckDbTypeId.Blob or DuckDbTypeId.Bit or DuckDbTypeId.BigNum;

    public static int Size(DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Boolean or DuckDbTypeId.TinyInt or DuckDbTypeId.UTinyInt => 1,
        DuckDbTypeId.SmallInt or DuckDbTypeId.USmallInt => 2,
        DuckDbTypeId.Integer or DuckDbTypeId.UInteger or DuckDbTypeId.Float or DuckDbTypeId.Date => 4,
        DuckDbTypeId.BigInt or DuckDbTypeId.UBigInt or DuckDbTypeId.Double or DuckDbTypeId.Time
            or DuckDbTypeId.TimeTz or DuckDbTypeId.TimeNs or DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz
            or DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs => 8,
        DuckDbTypeId.HugeInt or DuckDbTypeId.UHugeInt or DuckDbTypeId.Uuid or DuckDbTypeId.Interval => 16,
        DuckDbTypeId.Decimal => type.Width switch { <= 4 => 2, <= 9 => 4, <= 18 => 8, _ => 16 },
        DuckDbTypeId.Enum => type.EnumValues.Count switch { <= 256 => 1, <= 65536 => 2, _ => 4 },
        _ => 0,
    };
}
