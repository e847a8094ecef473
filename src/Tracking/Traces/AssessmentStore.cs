using System.Data.Common;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Traces;

internal static class AssessmentStore
{
    public static Task<int> PutAsync(DbTransaction tx, long traceNo, Assessment assessment, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into assessments (trace_no, id, kind, name, value, overrides, valid, created_at, updated_at, content)
        values (@No, @Id, @Kind, @Name, @Value, @Overrides, @Valid, @CreatedAt, @UpdatedAt, @Content)
        on conflict (trace_no, id) do update
        set kind = excluded.kind, name = excluded.name, value = excluded.value, overrides = excluded.overrides,
            valid = excluded.valid, updated_at = excluded.updated_at, content = excluded.content
        """,
        new
        {
            No = traceNo,
            assessment.Id,
            assessment.Kind,
            assessment.Name,
            assessment.Value,
            assessment.Overrides,
            assessment.Valid,
            assessment.CreatedAt,
            assessment.UpdatedAt,
            Content = assessment.Content.ToJsonString(),
        },
        ct);

    public static async Task<Assessment?> FindAsync(DbTransaction tx, long traceNo, string id, CancellationToken ct) =>
        (await tx.FindAsync<Row>(
            """
            select id, kind, name, value, overrides, valid, created_at, updated_at, content
            from assessments where trace_no = @No and id = @Id
            """,
            new { No = traceNo, Id = id },
            ct))?.ToAssessment();

    public static async Task<Assessment> GetAsync(DbTransaction tx, long traceNo, string id, CancellationToken ct) =>
        await FindAsync(tx, traceNo, id, ct)
        ?? throw new SlipwayException(ErrorCode.NotFound, $"Assessment with ID '{id}' not found.");

    /// <summary>Makes an assessment count, or not any more because another takes its place.</summary>
    public static async Task SetValidAsync(DbTransaction tx, long traceNo, string id, bool valid, CancellationToken ct)
    {
        var assessment = await GetAsync(tx, traceNo, id, ct);
        await PutAsync(tx, traceNo, (assessment with { Valid = valid }).Completed(), ct);
    }

    private sealed record Row
    {
        public required string Id { get; init; }

        public required string Kind { get; init; }

        public required string Name { get; init; }

        public string? Value { get; init; }

        public string? Overrides { get; init; }

        public required bool Valid { get; init; }

        public required long CreatedAt { get; init; }

        public required long UpdatedAt { get; init; }

        public required string Content { get; init; }

        public Assessment ToAssessment() => new()
        {
            Id = Id,
            Kind = Kind,
            Name = Name,
            Value = Value,
            Overrides = Overrides,
            Valid = Valid,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            Content = JsonNode.Parse(Content)!.AsObject(),
        };
    }
}
