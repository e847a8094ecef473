using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Collection;

/// <summary>Segments as rows.</summary>
internal sealed class SegmentStore(Database database, TimeProvider time)
{
    private const string AnswerColumns =
        """
        workspace, endpoint, deployment, model, model_version, mirrored, digest, row_count, size_bytes, min_event_time,
        max_event_time, min_request, max_request, sampled_out, opted_out, masked
        """;

    private const string InsertAnswers =
        """
        insert into collected_segments (
            workspace, endpoint, deployment, model, model_version, mirrored, digest, row_count, size_bytes, min_event_time,
            max_event_time, min_request, max_request, sampled_out, opted_out, masked, created_at)
        values (
            @Workspace, @Endpoint, @Deployment, @Model, @ModelVersion, @Mirrored, @Digest, @Rows, @SizeBytes, @MinEventTime,
            @MaxEventTime, @MinRequest, @MaxRequest, @SampledOut, @OptedOut, @Masked, @Now)
        """;

    public Task AddAnswersAsync(Segment segment, CancellationToken ct) => database.ExecuteAsync(InsertAnswers, Parameters(segment), ct);

    /// <summary>A segment of this endpoint with the same file is there already: nothing is added.</summary>
    public Task AddAnswersOnceAsync(Segment segment, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            var parameters = Parameters(segment);
            var there = await tx.FindAsync<string>(
                "select digest from collected_segments where workspace = @Workspace and endpoint = @Endpoint and digest = @Digest", parameters, token);
            if (there is null)
                await tx.ExecuteAsync(InsertAnswers, parameters, token);
        },
        ct);

    /// <summary>The segments of answers of all endpoints, in the order in which they were made.</summary>
    public Task<IReadOnlyList<Segment>> ListOldestAsync(CancellationToken ct) =>
        ReadAsync($"select {AnswerColumns} from collected_segments order by id", new { }, ct);

    public Task DeleteAnswersAsync(Segment segment, CancellationToken ct) => database.ExecuteAsync(
        "delete from collected_segments where workspace = @Workspace and endpoint = @Endpoint and digest = @Digest", Parameters(segment), ct);

    public Task AddLabelsAsync(Segment segment, CancellationToken ct) => database.ExecuteAsync(
        """
        insert into label_segments (workspace, endpoint, digest, row_count, size_bytes, min_request, max_request, created_at)
        values (@Workspace, @Endpoint, @Digest, @Rows, @SizeBytes, @MinRequest, @MaxRequest, @Now)
        """,
        Parameters(segment),
        ct);

    /// <summary>Segments of answers that can hold event times of the window, oldest first.</summary>
    public Task<IReadOnlyList<Segment>> ListAnswersAsync(
        WorkspaceName workspace, string endpoint, DateTimeOffset from, DateTimeOffset to, CancellationToken ct) => ReadAsync(
        $"""
         select {AnswerColumns} from collected_segments
         where workspace = @Workspace and endpoint = @Endpoint and not mirrored
           and max_event_time >= @From and min_event_time <= @To
         order by id
         """,
        new
        {
            Workspace = workspace.Value,
            Endpoint = endpoint,
            From = from.ToUnixTimeMilliseconds(),
            To = to.ToUnixTimeMilliseconds(),
        },
        ct);

    /// <summary>Segments that can hold answers of a deployment that were made since then, oldest first.</summary>
    public Task<IReadOnlyList<Segment>> ListSinceAsync(
        WorkspaceName workspace, string endpoint, string deployment, bool mirrored, DateTimeOffset since, CancellationToken ct) => ReadAsync(
        $"""
         select {AnswerColumns} from collected_segments
         where workspace = @Workspace and endpoint = @Endpoint and deployment = @Deployment and mirrored = @Mirrored
           and created_at >= @Since
         order by id
         """,
        new
        {
            Workspace = workspace.Value,
            Endpoint = endpoint,
            Deployment = deployment,
            Mirrored = mirrored,
            Since = since.ToUnixTimeMilliseconds(),
        },
        ct);

    /// <summary>All segments of answers that somebody was told, newest first.</summary>
    /// <param name="endpoint">Null: of every endpoint.</param>
    public Task<IReadOnlyList<Segment>> ListNewestAnswersAsync(WorkspaceName workspace, string? endpoint, CancellationToken ct) =>
        ReadAsync(
            $"""
             select {AnswerColumns} from collected_segments
             where workspace = @Workspace and not mirrored {(endpoint is null ? "" : "and endpoint = @Endpoint")}
             order by id desc
             """,
            new { Workspace = workspace.Value, Endpoint = endpoint },
            ct);

    public Task<IReadOnlyList<Segment>> ListLabelsAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) => ReadAsync(
        """
        select workspace, endpoint, digest, row_count, size_bytes, min_request, max_request
        from label_segments where workspace = @Workspace and endpoint = @Endpoint order by id
        """,
        new { Workspace = workspace.Value, Endpoint = endpoint },
        ct);

    private async Task<IReadOnlyList<Segment>> ReadAsync(string sql, object parameters, CancellationToken ct) =>
        [.. (await database.QueryAsync<Row>(sql, parameters, ct)).Select(row => row.ToSegment())];

    private object Parameters(Segment segment) => new
    {
        segment.Workspace,
        segment.Endpoint,
        segment.Deployment,
        segment.Model,
        segment.ModelVersion,
        segment.Mirrored,
        Digest = segment.Digest.ToString(),
        segment.Rows,
        segment.SizeBytes,
        segment.MinEventTime,
        segment.MaxEventTime,
        segment.MinRequest,
        segment.MaxRequest,
        segment.SampledOut,
        segment.OptedOut,
        segment.Masked,
        Now = time.UtcNow(),
    };

    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Endpoint { get; init; }

        public string? Deployment { get; init; }

        public string? Model { get; init; }

        public int? ModelVersion { get; init; }

        public bool Mirrored { get; init; }

        public required string Digest { get; init; }

        public required long RowCount { get; init; }

        public required long SizeBytes { get; init; }

        public long MinEventTime { get; init; }

        public long MaxEventTime { get; init; }

        public required string MinRequest { get; init; }

        public required string MaxRequest { get; init; }

        public long SampledOut { get; init; }

        public long OptedOut { get; init; }

        public string? Masked { get; init; }

        public Segment ToSegment() => new()
        {
            Workspace = Workspace,
            Endpoint = Endpoint,
            Deployment = Deployment,
            Model = Model,
            ModelVersion = ModelVersion,
            Mirrored = Mirrored,
            Digest = Slipway.Data.Digest.Parse(Digest),
            Rows = RowCount,
            SizeBytes = SizeBytes,
            MinEventTime = MinEventTime,
            MaxEventTime = MaxEventTime,
            MinRequest = MinRequest,
            MaxRequest = MaxRequest,
            SampledOut = SampledOut,
            OptedOut = OptedOut,
            Masked = Masked ?? "",
        };
    }
}
