namespace Slipway.Engines.DuckDb;

/// <summary>
/// What SQL may reach outside of its database: these folders with all below them, and these files, to read and to
/// write; no other file, no network, no extension, and no setting can be changed any more. DuckDB compares the real
/// paths, so neither ".." nor a symbolic link leads out.
/// </summary>
public sealed record DuckDbSandbox
{
    public IReadOnlyList<string> Folders { get; init; } = [];

    public IReadOnlyList<string> Files { get; init; } = [];

    internal string ToSql() =>
        $"""
        set global allowed_directories = {DuckDbSql.Literals(Folders.Select(Path.GetFullPath))};
        set global allowed_paths = {DuckDbSql.Literals(Files.Select(Path.GetFullPath))};
        set global enable_external_access = false;
        set global lock_configuration = true;
        """;
}
