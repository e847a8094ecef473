using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>The kept tests, for the modules above.</summary>
internal sealed class DataTestHistory(DataTestRuns runs, IAccess access) : IDataTestHistory
{
    public async Task<IReadOnlyList<PastDataTest>> ListAsync(
        Caller caller, AssetName asset, string? suite, DateTimeOffset after, DateTimeOffset until, int most, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{asset}", ct);
        var found = await runs.ListAsync(caller.Workspace, asset.Value, suite, long.MaxValue, most, ct);
        return
        [
            .. found.Where(run => run.CreatedAt > after && run.CreatedAt <= until)
                .Select(run => new PastDataTest(run.Id, run.Asset, run.Version, run.Report, run.CreatedAt)),
        ];
    }
}
