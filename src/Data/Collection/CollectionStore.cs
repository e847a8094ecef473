using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>A collection as it stands.</summary>
public sealed record Collection(
    string Id,
    string State,
    bool DryRun,
    TimeSpan Grace,
    string StartedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    CollectionReport Report,
    string? Error);

/// <summary>The SQL of table collections.</summary>
internal sealed class CollectionStore(Database database, TimeProvider time)
{
    private const string Columns = "id, state, dry_run, grace_ms, started_by, created_at, started_at, ended_at, report, error";

    public static Task AddAsync(DbTransaction tx, string id, bool dryRun, TimeSpan grace, string principal, long now, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            insert into collections (id, state, dry_run, grace_ms, started_by, created_at, report)
            values (@Id, 'waiting', @DryRun, @Grace, @Principal, @Now, @Report)
            """,
            new
            {
                Id = id,
                DryRun = dryRun,
                Grace = (long)grace.TotalMilliseconds,
                Principal = principal,
                Now = now,
                Report = Write(new CollectionReport()),
            },
            ct);

    public async Task<Collection?> FindAsync(string id, CancellationToken ct) => (await database.FindAsync<Row>(
        $"select {Columns} from collections where id = @Id", new { Id = id }, ct))?.ToCollection();

    /// <summary>The one that has not ended, if any.</summary>
    public static Task<string?> FindOpenAsync(DbTransaction tx, CancellationToken ct) => tx.FindAsync<string>(
        "select id from collections where state in ('waiting', 'running') order by created_at limit 1", null, ct);

    public async Task<IReadOnlyList<Collection>> ListAsync(int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"select {Columns} from collections order by created_at desc, id desc limit @Limit", new { Limit = limit }, ct);
        return [.. rows.Select(row => row.ToCollection())];
    }

    public Task StartAsync(string id, CancellationToken ct) => database.ExecuteAsync(
        "update collections set state = 'running', started_at = coalesce(started_at, @Now) where id = @Id",
        new { Id = id, Now = time.UtcNow() },
        ct);

    public Task TellAsync(string id, CollectionReport report, CancellationToken ct) => database.ExecuteAsync(
        "update collections set report = @Report where id = @Id", new { Id = id, Report = Write(report) }, ct);

    public Task EndAsync(DbTransaction tx, string id, CollectionReport report, CancellationToken ct) => tx.ExecuteAsync(
        "update collections set state = 'completed', report = @Report, ended_at = @Now where id = @Id",
        new { Id = id, Report = Write(report), Now = time.UtcNow() },
        ct);

    public Task FailAsync(string id, string error, CancellationToken ct) => database.ExecuteAsync(
        "update collections set state = 'failed', error = @Error, ended_at = @Now where id = @Id",
        new { Id = id, Error = error, Now = time.UtcNow() },
        ct);

    private static string Write(CollectionReport report) => JsonSerializer.Serialize(report, CollectionJson.Default.CollectionReport);

    private sealed record Row
    {
        public required string Id { get; init; }

        public required string State { get; init; }

        public required bool DryRun { get; init; }

        public required long GraceMs { get; init; }

        public required string StartedBy { get; init; }

        public required long CreatedAt { get; init; }

        public long? StartedAt { get; init; }

        public long? EndedAt { get; init; }

        public required string Report { get; init; }

        public string? Error { get; init; }

        public Collection ToCollection() => new(
            Id, State, DryRun, TimeSpan.FromMilliseconds(GraceMs), StartedBy, CreatedAt.ToTime(), StartedAt?.ToTime(), EndedAt?.ToTime(),
            JsonSerializer.Deserialize(Report, CollectionJson.Default.CollectionReport)!, Error);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CollectionReport))]
internal sealed partial class CollectionJson : JsonSerializerContext;
