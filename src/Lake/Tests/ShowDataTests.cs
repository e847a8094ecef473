using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>/api/v1/data-tests: the results that are kept, newest first, and the trend of each expectation.</summary>
internal static class ShowDataTests
{
    private const int TrendLength = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/data-tests", ListAsync).WithName("ListDataTests").WithTags("data");
        routes.MapGet("/data-tests/trend", TrendAsync).WithName("ShowDataTestTrend").WithTags("data");
        routes.MapGet("/data-tests/{id}", ShowAsync).WithName("ShowDataTest").WithTags("data");
    }

    private static async Task<Ok<Listing>> ListAsync(
        Caller caller, IAccess access, DataTestRuns runs, CancellationToken ct,
        string? name = null, string? suite = null, string? pageToken = null, int limit = 100)
    {
        await access.DemandAsync(caller, Permission.Read, "tests of data", ct);
        if (limit is < 1 or > 1000)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to 1000.");
        var before = long.MaxValue;
        if (pageToken is not null && !long.TryParse(pageToken, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            throw SlipwayException.Invalid($"'{pageToken}' is not a page token of this listing.");
        var found = await runs.ListAsync(caller.Workspace, name, suite, before, limit, ct);
        return TypedResults.Ok(new Listing(
            [.. found.Select(DataTestResponse.Of)],
            found.Count == limit ? found[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null));
    }

    private static async Task<Ok<DataTestResponse>> ShowAsync(
        string id, Caller caller, IAccess access, DataTestRuns runs, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "tests of data", ct);
        return TypedResults.Ok(DataTestResponse.Of(
            await runs.FindAsync(caller.Workspace, id, ct) ?? throw SlipwayException.NotFound("Data test", id)));
    }

    private static async Task<Ok<Trend>> TrendAsync(
        string name, string suite, Caller caller, IAccess access, DataTestRuns runs, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{AssetName.Parse(name)}", ct);
        var found = await runs.ListAsync(caller.Workspace, name, suite, long.MaxValue, TrendLength, ct);
        var series = found.Reverse()
            .SelectMany(run => run.Report.Expectations.Select(result => (result.Name, Point: new Point(
                run.Version.Length == 0 ? null : run.Version, run.CreatedAt, result.Share, result.Value, result.Passed))))
            .GroupBy(pair => pair.Name)
            .Select(group => new Series(group.Key, [.. group.Select(pair => pair.Point)]));
        return TypedResults.Ok(new Trend(name, suite, [.. series]));
    }

    internal sealed record Listing(IReadOnlyList<DataTestResponse> Runs, string? NextToken);

    internal sealed record Trend(string Name, string Suite, IReadOnlyList<Series> Expectations);

    /// <summary>Oldest first.</summary>
    internal sealed record Series(string Expectation, IReadOnlyList<Point> Points);

    internal sealed record Point(string? Version, DateTimeOffset Time, double FailedShare, double? Value, bool Passed);
}
