using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>POST /api/v1/data-tests: tests a version by a suite and keeps the result. A suite that fails is an answer, not an error.</summary>
internal sealed class RunDataTest(
    IDataAssets assets, ILakeTables tables, IDataTests tests, DataTestRuns runs, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/data-tests", HandleAsync).WithName("RunDataTest").WithTags("data");

    private static async Task<Ok<DataTestResponse>> HandleAsync(
        Request request, Caller caller, RunDataTest operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    private async Task<DataTestResponse> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        var name = AssetName.Parse(request.Name);
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        var version = await assets.FindAsync(caller, name, request.Version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{request.Version ?? "latest"}");
        var report = await tests.RunAsync(
            caller,
            new DataTest
            {
                Suite = request.Suite,
                Source = request.Source ?? "suite.yml",
                Table = await tables.TableAsync(version.Tree, ct),
                Tree = version.Tree,
                Asset = name,
                AsOf = request.AsOf,
            },
            ct);
        var id = await runs.SaveAsync(caller, name, version.Version, version.Tree, report, ct);
        await audit.AppendAsync(caller, "data.test", version.Node, detail: null, ct);
        return DataTestResponse.Of((await runs.FindAsync(caller.Workspace, id, ct))!);
    }

    /// <param name="Name">The data asset.</param>
    /// <param name="Suite">The suite's YAML.</param>
    /// <param name="Version">Null: the latest.</param>
    /// <param name="Source">The name of the suite's file, for messages.</param>
    /// <param name="AsOf">The time that freshness is measured at; null: now.</param>
    public sealed record Request(string Name, string Suite, string? Version = null, string? Source = null, DateTimeOffset? AsOf = null);
}

/// <summary>A result that is kept.</summary>
internal sealed record DataTestResponse(
    string Id,
    string Name,
    string? Version,
    string Suite,
    bool Passed,
    long Rows,
    IReadOnlyList<ExpectationResult> Expectations,
    DateTimeOffset CreatedAt,
    string CreatedBy)
{
    public static DataTestResponse Of(DataTestRecord record) => new(
        record.Id,
        record.Asset,
        record.Version.Length == 0 ? null : record.Version,
        record.Report.Suite,
        record.Report.Passed,
        record.Report.Rows,
        record.Report.Expectations,
        record.CreatedAt,
        record.CreatedBy);
}
