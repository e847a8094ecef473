using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>An experiment of a source.</summary>
/// <param name="Folder">Where a file store keeps it; null in a database.</param>
/// <param name="Body">As POST /api/v1/import/experiments takes it, without its place.</param>
internal sealed record SourceExperiment(string Id, string Name, string? ArtifactLocation, string? Folder, JsonObject Body);

/// <summary>A run of a source.</summary>
/// <param name="Folder">Where a file store keeps it; null in a database.</param>
/// <param name="Metrics">How many points each metric has.</param>
/// <param name="Body">As POST /api/v1/import/runs takes it, without its experiment and place.</param>
internal sealed record SourceRun(string Id, string? ArtifactUri, string? Folder, IReadOnlyDictionary<string, long> Metrics, JsonObject Body);

/// <summary>A point of a metric.</summary>
internal readonly record struct SourcePoint(long Time, long Step, double Value);

/// <summary>A logged model of a source.</summary>
/// <param name="Body">As POST /api/v1/import/logged-models takes it, without its experiment and place.</param>
internal sealed record SourceLoggedModel(string Id, string? ArtifactUri, string? Folder, JsonObject Body);

/// <summary>A trace of a source.</summary>
/// <param name="Info">As MLflow's client sends it, without its experiment.</param>
/// <param name="Spans">As MLflow keeps them.</param>
/// <param name="ArtifactUri">The place of its attachments.</param>
/// <param name="Folder">Where a file store keeps it; null in a database.</param>
internal sealed record SourceTrace(string Id, JsonObject Info, IReadOnlyList<JsonObject> Spans, string? ArtifactUri, string? Folder, TraceLinks Links);

/// <summary>What a trace was linked to: runs that did not make it, and versions of prompts as name/version.</summary>
internal sealed record TraceLinks(IReadOnlyList<string> Runs, IReadOnlyList<string> Prompts)
{
    public bool IsEmpty => Runs.Count + Prompts.Count == 0;

    public static TraceLinks Read(JsonObject? json) => new(Texts(json?["runs"]), Texts(json?["prompts"]));

    public JsonObject ToJson() => new()
    {
        ["runs"] = new JsonArray([.. Runs.Select(run => (JsonNode)run)]),
        ["prompts"] = new JsonArray([.. Prompts.Select(prompt => (JsonNode)prompt)]),
    };

    private static List<string> Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(text => (string)text!)];
}

/// <summary>A registered model of a source.</summary>
/// <param name="Body">As POST /api/v1/import/models takes it, without versions.</param>
internal sealed record SourceModel(string Name, JsonObject Body, IReadOnlyList<SourceVersion> Versions);

/// <summary>A version of a registered model.</summary>
/// <param name="Storage">Where its files are, when MLflow says it apart from the source.</param>
/// <param name="Body">One of the versions of POST /api/v1/import/models.</param>
internal sealed record SourceVersion(int Number, string Source, string? Storage, string? RunId, JsonObject Body);
