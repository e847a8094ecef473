using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>What an import or export did: how much of each kind, what was left out and why.</summary>
internal sealed class ImportReport(TextWriter progress)
{
    private const int MostListed = 1000;

    private readonly SortedDictionary<string, (long Found, long Added)> _counts = new(StringComparer.Ordinal);
    private readonly List<string> _leftOut = [];
    private readonly List<string> _kept = [];

    /// <summary>Something could not be brought over that should have been.</summary>
    public bool HasFailures { get; private set; }

    public void Count(string kind, long found, long added)
    {
        var before = _counts.GetValueOrDefault(kind);
        _counts[kind] = (before.Found + found, before.Added + added);
    }

    /// <summary>A part that is not brought over by design, or is not on this machine.</summary>
    public void LeftOut(string what) => _leftOut.Add(what);

    /// <summary>A part that the other side refused.</summary>
    public void Failed(string what)
    {
        HasFailures = true;
        _leftOut.Add(what);
    }

    public void Kept(string what) => _kept.Add(what);

    public Task ProgressAsync(string line) => progress.WriteLineAsync(line);

    public JsonObject ToJson(string source, bool dryRun) => new()
    {
        ["source"] = source,
        ["dryRun"] = dryRun,
        ["counts"] = new JsonObject(_counts.Select(count => KeyValuePair.Create(
            count.Key, (JsonNode?)new JsonObject { ["found"] = count.Value.Found, ["added"] = count.Value.Added }))),
        ["leftOut"] = List(_leftOut),
        ["kept"] = List(_kept),
    };

    private static JsonArray List(List<string> lines) =>
    [
        .. lines.Take(MostListed).Select(line => (JsonNode?)line),
        .. lines.Count > MostListed ? [$"and {lines.Count - MostListed} more"] : Array.Empty<JsonNode?>(),
    ];
}
