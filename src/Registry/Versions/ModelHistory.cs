using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>The append-only history of models.</summary>
internal sealed class ModelHistory(Database database, TimeProvider time) : IModelHistory
{
    public Task AppendAsync(
        DbTransaction transaction, Caller caller, string model, int? number, string act, string reason, string? detail,
        CancellationToken ct) => transaction.ExecuteAsync(
        """
        insert into model_history (workspace, model, number, time, principal, act, reason, detail)
        values (@Workspace, @Model, @Number, @Time, @Principal, @Act, @Reason, @Detail)
        """,
        new
        {
            Workspace = caller.Workspace.Value,
            Model = model,
            Number = number,
            Time = time.UtcNow(),
            caller.Principal,
            Act = act,
            Reason = reason,
            Detail = detail,
        },
        ct);

    public async Task<IReadOnlyList<ModelEvent>> ListAsync(Caller caller, string model, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            """
            select model as Model, number as Number, act as Act, reason as Reason, detail as Detail, time as Time,
                   principal as Principal
            from model_history where workspace = @Workspace and model = @Model order by id
            """,
            new { Workspace = caller.Workspace.Value, Model = model },
            ct);
        return
        [
            .. rows.Select(row => new ModelEvent(
                row.Model, row.Number, row.Act, row.Reason, row.Detail, row.Time.ToTime(), row.Principal)),
        ];
    }

    private sealed record Row
    {
        public required string Model { get; init; }

        public int? Number { get; init; }

        public required string Act { get; init; }

        public required string Reason { get; init; }

        public string? Detail { get; init; }

        public required long Time { get; init; }

        public required string Principal { get; init; }
    }
}
