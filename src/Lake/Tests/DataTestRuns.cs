using System.Data.Common;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>One row of the history.</summary>
internal sealed record DataTestRecord(long Sequence, string Id, string Asset, string Version, string Tree, DataTestReport Report, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>Runs of suites as rows.</summary>
internal sealed class DataTestRuns(Database database, TimeProvider time)
{
    private const string Columns =
        """
        sequence as Sequence, id as Id, asset as Asset, version as Version, tree as Tree, report as Report,
        created_at as CreatedAt, created_by as CreatedBy
        """;

    private const string NotInQuarantine =
        """
        not exists (
            select 1 from data_versions v
            where v.workspace = data_test_runs.workspace and v.name = data_test_runs.asset and v.version = data_test_runs.version
              and v.quarantine is not null)
        """;

    /// <param name="version">Null: a version that was refused and never came to be.</param>
    public Task<string> SaveAsync(
        Caller caller, AssetName asset, string? version, Digest tree, DataTestReport report, CancellationToken ct) =>
        database.WriteAsync((tx, token) => SaveAsync(tx, caller, asset, version, tree, report, token), ct);

    /// <inheritdoc cref="SaveAsync(Caller, AssetName, string?, Digest, DataTestReport, CancellationToken)"/>
    public async Task<string> SaveAsync(
        DbTransaction tx, Caller caller, AssetName asset, string? version, Digest tree, DataTestReport report, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("N");
        await tx.ExecuteAsync(
            """
            insert into data_test_runs (id, workspace, suite, asset, version, tree, passed, report, created_at, created_by)
            values (@Id, @Workspace, @Suite, @Asset, @Version, @Tree, @Passed, @Report, @CreatedAt, @CreatedBy)
            """,
            new
            {
                Id = id,
                Workspace = caller.Workspace.Value,
                report.Suite,
                Asset = asset.Value,
                Version = version ?? "",
                Tree = tree.ToString(),
                report.Passed,
                Report = JsonSerializer.Serialize(report, LakeJson.Default.DataTestReport),
                CreatedAt = now.ToUnixTimeMilliseconds(),
                CreatedBy = caller.Principal,
            },
            ct);
        return id;
    }

    public async Task<DataTestRecord?> FindAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        (await database.FindAsync<Row>(
            $"select {Columns} from data_test_runs where workspace = @Workspace and id = @Id",
            new { Workspace = workspace.Value, Id = id },
            ct))?.ToRecord();

    /// <summary>Newest first, below a sequence number.</summary>
    public async Task<IReadOnlyList<DataTestRecord>> ListAsync(
        WorkspaceName workspace, string? asset, string? suite, long before, int limit, CancellationToken ct) =>
        await ListAsync("true", workspace, asset, suite, before, limit, ct);

    private async Task<IReadOnlyList<DataTestRecord>> ListAsync(
        string condition, WorkspaceName workspace, string? asset, string? suite, long before, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
             select {Columns} from data_test_runs
             where workspace = @Workspace and (@Asset = '' or asset = @Asset) and (@Suite = '' or suite = @Suite) and sequence < @Before
               and {condition}
             order by sequence desc
             limit @Limit
             """,
            new { Workspace = workspace.Value, Asset = asset ?? "", Suite = suite ?? "", Before = before, Limit = limit },
            ct);
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>
    /// What each expectation measured, oldest first: of every version the last time it was tested, so that testing twice does
    /// not count twice. What is in quarantine is no measure for others.
    /// </summary>
    public async Task<Dictionary<string, List<double>>> ValuesAsync(
        WorkspaceName workspace, AssetName asset, string suite, int most, CancellationToken ct)
    {
        var records = await ListAsync(NotInQuarantine, workspace, asset.Value, suite, long.MaxValue, most, ct);
        return records.DistinctBy(record => record.Tree).Reverse()
            .SelectMany(record => record.Report.Expectations)
            .Where(found => found.Value is not null)
            .GroupBy(found => found.Name)
            .ToDictionary(group => group.Key, group => group.Select(found => found.Value!.Value).ToList());
    }

    // Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
    private sealed record Row
    {
        public required long Sequence { get; init; }

        public required string Id { get; init; }

        public required string Asset { get; init; }

        public required string Version { get; init; }

        public required string Tree { get; init; }

        public required string Report { get; init; }

        public required long CreatedAt { get; init; }

        public required string CreatedBy { get; init; }

        public DataTestRecord ToRecord() => new(
            Sequence, Id, Asset, Version, Tree, JsonSerializer.Deserialize(Report, LakeJson.Default.DataTestReport)!, CreatedAt.ToTime(), CreatedBy);
    }
}
