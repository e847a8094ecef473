namespace Slipway.Engines.DuckDb;

/// <summary>DUCKDB_TYPE: the kinds of column types, with the numbers of the C API.</summary>
public enum DuckDbTypeId
{
    Invalid = 0,
    Boolean = 1,
    TinyInt = 2,
    SmallInt = 3,
    Integer = 4,
    BigInt = 5,
    UTinyInt = 6,
    USmallInt = 7,
    UInteger = 8,
    UBigInt = 9,
    Float = 10,
    Double = 11,
    Timestamp = 12,
    Date = 13,
    Time = 14,
    Interval = 15,
    HugeInt = 16,
    Varchar = 17,
    Blob = 18,
    Decimal = 19,
    TimestampS = 20,
    TimestampMs = 21,
    TimestampNs = 22,
    Enum = 23,
    List = 24,
    Struct = 25,
    Map = 26,
    Uuid = 27,
    Union = 28,
    Bit = 29,
    TimeTz = 30,
    TimestampTz = 31,
    UHugeInt = 32,
    Array = 33,
    Any = 34,
    BigNum = 35,
    SqlNull = 36,
    StringLiteral = 37,
    IntegerLiteral = 38,
    TimeNs = 39,
}

/// <summary>A member of a STRUCT or UNION; a MAP has the members "key" and "value".</summary>
public sealed record DuckDbField(string Name, DuckDbType Type);

/// <summary>The type of a column.</summary>
public sealed record DuckDbType(DuckDbTypeId Id)
{
    /// <summary>The name given to the type: "JSON" (which is stored as VARCHAR), or null.</summary>
    public string? Alias { get; init; }

    /// <summary>Digits of a DECIMAL.</summary>
    public byte Width { get; init; }

    /// <summary>Digits behind the point of a DECIMAL.</summary>
    public byte Scale { get; init; }

    /// <summary>The values of an ENUM in their order.</summary>
    public IReadOnlyList<string> EnumValues { get; init; } = [];

    /// <summary>The type of the elements of a LIST or ARRAY.</summary>
    public DuckDbType? Element { get; init; }

    /// <summary>How many elements each ARRAY has.</summary>
    public int ArraySize { get; init; }

    public IReadOnlyList<DuckDbField> Fields { get; init; } = [];

    /// <summary>A number: integer, decimal or floating.</summary>
    public bool IsNumeric => Id
        is (>= DuckDbTypeId.TinyInt and <= DuckDbTypeId.Double)
        or DuckDbTypeId.HugeInt or DuckDbTypeId.UHugeInt or DuckDbTypeId.Decimal or DuckDbTypeId.BigNum;

    /// <summary>A date, or a point in time.</summary>
    public bool IsInstant => Id is DuckDbTypeId.Date or DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz
        or DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs;

    /// <summary>The type as SQL writes it: "DECIMAL(18,3)", "STRUCT(a INTEGER, b VARCHAR[])".</summary>
    public override string ToString() => Alias ?? Id switch
    {
        DuckDbTypeId.Decimal => $"DECIMAL({Width},{Scale})",
        DuckDbTypeId.List => $"{Element}[]",
        DuckDbTypeId.Array => $"{Element}[{ArraySize}]",
        DuckDbTypeId.Enum => $"ENUM({string.Join(", ", EnumValues.Select(DuckDbSql.Literal))})",
        DuckDbTypeId.Struct => $"STRUCT({Members()})",
        DuckDbTypeId.Union => $"UNION({Members()})",
        DuckDbTypeId.Map => $"MAP({Fields[0].Type}, {Fields[1].Type})",
        DuckDbTypeId.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        DuckDbTypeId.TimeTz => "TIME WITH TIME ZONE",
        DuckDbTypeId.TimestampS => "TIMESTAMP_S",
        DuckDbTypeId.TimestampMs => "TIMESTAMP_MS",
        DuckDbTypeId.TimestampNs => "TIMESTAMP_NS",
        DuckDbTypeId.TimeNs => "TIME_NS",
        DuckDbTypeId.SqlNull => "\"NULL\"",
        _ => Id.ToString().ToUpperInvariant(),
    };

    private string Members() =>
        string.Join(", ", Fields.Select(field => $"{DuckDbSql.Identifier(field.Name)} {field.Type}"));
}
