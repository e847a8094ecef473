using System.Globalization;

namespace Slipway.Engines.DuckDb;

/// <summary>How a database is opened. What is not set is DuckDB's default.</summary>
public sealed record DuckDbSettings
{
    /// <summary>Threads of one query (DuckDB's default: one per core).</summary>
    public int? Threads { get; init; }

    /// <summary>What DuckDB may hold in memory before it spills or refuses (DuckDB's default: 80 % of the machine).</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Where queries spill that outgrow the memory limit.</summary>
    public string? TempDirectory { get; init; }

    /// <summary>Opens the file for reading only; several processes may then share it.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Walls around SQL that users wrote; null: it may reach what the process may.</summary>
    public DuckDbSandbox? Sandbox { get; init; }

    /// <summary>Any other setting of DuckDB by its name; these win over the properties above.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    internal Dictionary<string, string> ToOptions()
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            // A server does not load code from the internet because a query names a file type.
            ["autoinstall_known_extensions"] = "false",
            // Nor does it look for credentials in the home of whoever runs it.
            ["allow_persistent_secrets"] = "false",
        };
        if (Threads is { } threads)
            options["threads"] = threads.ToString(CultureInfo.InvariantCulture);
        if (MemoryLimitBytes is { } bytes)
            options["memory_limit"] = string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
        if (TempDirectory is not null)
            options["temp_directory"] = TempDirectory;
        if (ReadOnly)
            options["access_mode"] = "READ_ONLY";
        foreach (var (name, value) in Options)
            options[name] = value;
        return options;
    }
}
