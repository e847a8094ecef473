using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Replays;

/// <summary>
/// POST …/online-endpoints/{endpoint}/replay: what a model version would have answered to what the endpoint was asked in a window, and
/// where it differs. Nothing is deployed, and nobody is answered.
/// </summary>
internal sealed class ReplayWindow(
    ICollectedData collected, IModelRegistry registry, IEndpoints endpoints, ContentStore content, DeploymentLoader loader, ILakeTables lake, LineageLog lineage,
    IAccess access, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/online-endpoints/{endpoint}/replay", HandleAsync).WithName("ReplayOnlineEndpoint").WithTags("online-endpoints");

    /// <param name="by">Inputs by whose values the differences are told.</param>
    public async Task<ReplayReport> RunAsync(
        Caller caller, string endpoint, TimeWindow window, string model, IReadOnlyList<string> by, double? tolerance, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        var version = await registry.FindAsync(caller, model, ct) ?? throw SlipwayException.NotFound("Model version", model);
        var query = await collected.QueryAsync(caller, endpoint, window, ct)
            ?? throw new SlipwayException(ErrorCode.NotFound, $"Endpoint '{endpoint}' has collected nothing from {window.From:u} to {window.To:u}.");
        var definition = await DefinitionAsync(caller, endpoint, version, ct);
        if (definition.Settings.Runtime != DeploymentSettings.Default.Runtime)
            await access.DemandAsync(caller, Permission.Write, $"endpoint:{endpoint}", ct);
        var candidate = await loader.LoadAsync(caller.Workspace, definition, version, CollectMode.Off, ct);
        try
        {
            await using var givenUp = ct.Register(candidate.Model.Interrupt);
            candidate.Model.CheckSignature();
            var report = await CompareAsync(candidate, query, await collected.CountAsync(caller, endpoint, window, ct), by, tolerance, ct);
            var detail = JsonSerializer.Serialize(report with { Segments = [] }, ReplayJson.Default.ReplayReport);
            await lineage.AppendAsync(caller, [new NewEdge("replayed", $"endpoint:{endpoint}", version.Node, detail)], ct);
            return report;
        }
        finally
        {
            candidate.Release();
        }
    }

    private static async Task<Ok<ReplayReport>> HandleAsync(
        string endpoint, Request request, Caller caller, ReplayWindow operation, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(request.Model))
            throw SlipwayException.Invalid("""Say which model answers: {"from":"…","to":"…","model":"flights-late:4","by":["origin"]}.""");
        if (request.From >= request.To)
            throw SlipwayException.Invalid($"The window ends ({request.To:O}) before it begins ({request.From:O}).");
        if (request.Tolerance is < 0)
            throw SlipwayException.Invalid($"tolerance is {request.Tolerance}; scores are at least 0 apart.");
        return TypedResults.Ok(await operation.RunAsync(
            caller, endpoint, new TimeWindow(request.From, request.To), request.Model, request.By ?? [], request.Tolerance, ct));
    }

    private async Task<ReplayReport> CompareAsync(
        ServedDeployment candidate, string query, IReadOnlyList<CollectedCounts> counts, IReadOnlyList<string> by, double? tolerance, CancellationToken ct)
    {
        using var source = lake.Connect();
        using var target = lake.Connect();
        var columns = Columns(source, $"({query})", ct);
        var asked = AskableRows.Of(query, counts, candidate.Model, columns, source, ct);
        target.Execute($"create table baseline as {asked.Query}", ct);
        foreach (var name in by.Where(name => !columns.Contains($"input_{name}")))
        {
            var known = columns.Where(column => column.StartsWith("input_", StringComparison.Ordinal)).Select(column => column["input_".Length..]).ToList();
            throw SlipwayException.Invalid($"by: no input '{name}' was collected.{Nearest.Hint(name, known)} There are: {string.Join(", ", known)}.");
        }

        var slot = await candidate.Slots.RentAsync(ct);
        try
        {
            await new TableScorer(candidate.Model, columns, "input_", "prediction_id").RunAsync(source, asked.Query, target, "candidate", slot, ct);
        }
        finally
        {
            candidate.Slots.Return(slot);
        }

        columns.IntersectWith(Columns(target, "candidate", ct));
        return new ReplayComparison(target, columns, tolerance).Report($"{candidate.Model.Name}:{candidate.Model.VersionText}", by, ct) with { LeftOut = asked.LeftOut };
    }

    private static HashSet<string> Columns(DuckDbConnection connection, string table, CancellationToken ct)
    {
        using var shape = connection.Query($"select * from {table} limit 0", ct);
        return [.. shape.Columns.Select(column => column.Name)];
    }

    // As the endpoint's deployment of this version runs it, else as its files say. It scores whole chunks for one who waits, so it may use the machine.
    private async Task<OnlineDeployment> DefinitionAsync(Caller caller, string endpoint, ModelVersion version, CancellationToken ct)
    {
        var deployments = (await endpoints.FindAsync(caller, endpoint, ct))?.Deployments ?? [];
        var settings = deployments.FirstOrDefault(known => known.Model == version.Model && known.ModelVersion == version.Number)?.Settings
            ?? new DeploymentSettings { Runtime = KnownRuntimes.Of(await content.GetTreeAsync(version.Tree, ct)) };
        return new OnlineDeployment
        {
            Endpoint = endpoint,
            Name = "replay",
            Model = version.Model,
            ModelVersion = version.Number,
            State = EndpointStore.Succeeded,
            CreatedAt = time.GetUtcNow(),
            Settings = settings with { Threads = 0, Concurrency = 1, MaxBatch = 0, MaxWaiting = null, MaxQueueWaitMilliseconds = null, RequestTimeoutMilliseconds = DeploymentSettings.Unlimited },
        };
    }

    /// <param name="From">Of event time, inclusive.</param>
    /// <param name="To">Exclusive.</param>
    /// <param name="Model">"name:3" or "name@alias".</param>
    /// <param name="By">Inputs by whose values the differences are told.</param>
    /// <param name="Tolerance">Scores differ that are further apart; null: classes are compared.</param>
    public sealed record Request(DateTimeOffset From, DateTimeOffset To, string? Model, IReadOnlyList<string>? By, double? Tolerance);
}

/// <summary>How a candidate would have answered.</summary>
/// <param name="ScoreShift">The Kolmogorov-Smirnov distance of all scores; null: there are none.</param>
internal sealed record ReplayReport(string Model, ReplayPart All, double? ScoreShift, IReadOnlyList<ReplayPart> Segments)
{
    /// <summary>Rows of the window that could not be asked again, since their inputs were masked or not kept.</summary>
    public long LeftOut { get; init; }
}

/// <summary>A part of the rows: all, or those with one value of one input. What cannot be told is null.</summary>
/// <param name="Disagreement">The part of the rows that are answered differently.</param>
/// <param name="LiveLoss">Brier's score of what was answered, on the rows whose label has come.</param>
internal sealed record ReplayPart(
    string? Input, string? Value, long Rows, double? Disagreement, double? LiveScore, double? CandidateScore, long Labelled, double? LiveLoss,
    double? CandidateLoss);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReplayReport))]
internal sealed partial class ReplayJson : JsonSerializerContext;
