namespace Slipway.Lake.MlTables;

/// <summary>What a file MLTable says: which files of its version are the table, how they are read, and what is done with the rows.</summary>
internal sealed record MlTable
{
    /// <summary>Where it stands in a version.</summary>
    public const string FileName = "MLTable";

    public required IReadOnlyList<MlTablePath> Paths { get; init; }

    /// <summary>Null: by the endings of the files, as without an MLTable.</summary>
    public required FileReading? Reading { get; init; }

    /// <summary>What is done with the rows, one after the other: each takes a table expression and makes the next one.</summary>
    public required IReadOnlyList<Func<string, string>> Steps { get; init; }
}

/// <summary>A file, a folder or a pattern.</summary>
/// <param name="Place">Where it stands in the MLTable, for messages.</param>
internal sealed record MlTablePath(string Text, string Place, Func<string, bool> Matches);

/// <summary>How files become rows.</summary>
/// <param name="Format">An ending, such as ".csv".</param>
/// <param name="Options">Named arguments of the engine's function.</param>
internal sealed record FileReading(string Format, IReadOnlyList<string> Options)
{
    /// <summary>What is between two fields, where that can be looked for in the bytes of a file.</summary>
    public char? Delimiter { get; init; }

    /// <summary>The columns have no names of their own and are called Column1, Column2, …</summary>
    public bool HasNoHeader { get; init; }

    /// <summary>Only the first file begins with a header.</summary>
    public bool HasOneHeader { get; init; }

    /// <summary>A text that is empty is one, and not missing.</summary>
    public bool EmptyIsText { get; init; }

    /// <summary>The path of its file is a column.</summary>
    public bool HasPathColumn { get; init; }

    public PartitionFormat? Partitions { get; init; }
}
