using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Gates;

/// <summary>Keeps the decisions of gates as rows, in the model's history, and as edges.</summary>
internal sealed class GateLog(
    Database database, LineageLog lineage, IModelHistory history, IAccess access, IAuditLog audit) : IGateLog
{
    private const string Columns =
        """
        id as Id, model as Model, candidate as Candidate, champion as Champion, accepted as Accepted, reason as Reason,
        evidence as Evidence, decided_at as DecidedAt, decided_by as DecidedBy
        """;

    public async Task RecordAsync(
        Caller caller, GateDecision decision, IReadOnlyCollection<string> reads, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, decision.Node, ct);
        var isNew = await database.WriteAsync(
            async (tx, token) =>
            {
                if (await InsertAsync(tx, caller, decision, token) == 0)
                    return false;
                await history.AppendAsync(
                    tx, caller, decision.Model, decision.Candidate, decision.Accepted ? "accepted" : "rejected",
                    decision.Reason, decision.EvidenceJson, token);
                await lineage.AppendAsync(tx, caller, Edges(decision, reads), token);
                return true;
            },
            ct);
        if (isNew)
            await audit.AppendAsync(caller, "gate.decide", decision.Node, decision.EvidenceJson, ct);
    }

    public async Task<IReadOnlyList<GateDecision>> ListAsync(Caller caller, string model, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"model:{model}", ct);
        var rows = await database.QueryAsync<Row>(
            $"""
             select {Columns} from gate_decisions
             where workspace = @Workspace and model = @Model
             order by decided_at desc, id desc
             """,
            new { Workspace = caller.Workspace.Value, Model = model },
            ct);
        return [.. rows.Select(row => row.ToDecision())];
    }

    public async Task<GateDecision?> FindAsync(Caller caller, string model, int candidate, CancellationToken ct) =>
        (await ListAsync(caller, model, ct)).FirstOrDefault(decision => decision.Candidate == candidate);

    private static Task<int> InsertAsync(
        System.Data.Common.DbTransaction tx, Caller caller, GateDecision decision, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into gate_decisions (id, workspace, model, candidate, champion, accepted, reason, evidence, decided_at, decided_by)
        values (@Id, @Workspace, @Model, @Candidate, @Champion, @Accepted, @Reason, @Evidence, @DecidedAt, @DecidedBy)
        on conflict (id) do nothing
        """,
        new
        {
            decision.Id,
            Workspace = caller.Workspace.Value,
            decision.Model,
            decision.Candidate,
            decision.Champion,
            decision.Accepted,
            decision.Reason,
            Evidence = decision.EvidenceJson,
            DecidedAt = decision.DecidedAt.ToUnixTimeMilliseconds(),
            decision.DecidedBy,
        },
        ct);

    // What was read → the gate → the version that it accepted or rejected.
    private static IEnumerable<NewEdge> Edges(GateDecision decision, IReadOnlyCollection<string> reads)
    {
        foreach (var read in reads)
            yield return new NewEdge("evaluated", read, decision.Node);
        if (decision.Champion is { } champion)
            yield return new NewEdge("compared", $"model:{decision.Model}@{champion}", decision.Node);
        yield return new NewEdge(
            decision.Accepted ? "accepted" : "rejected", decision.Node, $"model:{decision.Model}@{decision.Candidate}", decision.EvidenceJson);
    }

    private sealed record Row
    {
        public required string Id { get; init; }

        public required string Model { get; init; }

        public required int Candidate { get; init; }

        public int? Champion { get; init; }

        public required bool Accepted { get; init; }

        public required string Reason { get; init; }

        public required string Evidence { get; init; }

        public required long DecidedAt { get; init; }

        public required string DecidedBy { get; init; }

        public GateDecision ToDecision() => new()
        {
            Id = Id,
            Model = Model,
            Candidate = Candidate,
            Champion = Champion,
            Accepted = Accepted,
            Reason = Reason,
            EvidenceJson = Evidence,
            DecidedAt = DecidedAt.ToTime(),
            DecidedBy = DecidedBy,
        };
    }
}
