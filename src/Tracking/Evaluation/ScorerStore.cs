using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Evaluation;

/// <summary>The scorers of experiments.</summary>
internal sealed class ScorerStore(Database database, ExperimentStore experiments, TimeProvider time)
{
    private const string Columns = "experiment_id, name, version, id, content, created_at";

    public async Task<Scorer> AddAsync(WorkspaceName workspace, long experimentId, string name, string content, CancellationToken ct)
    {
        (await experiments.GetAsync(workspace, experimentId, ct)).DemandActive();
        return await database.WriteAsync(async (tx, token) =>
        {
            var last = await tx.FindAsync<Scorer>(
                $"select {Columns} from scorers where experiment_id = @Experiment and name = @Name order by version desc limit 1",
                new { Experiment = experimentId, Name = name },
                token);
            var scorer = new Scorer
            {
                ExperimentId = experimentId,
                Name = name,
                Version = (last?.Version ?? 0) + 1,
                Id = last?.Id ?? Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
                Content = content,
                CreatedAt = time.UtcNow(),
            };
            await tx.ExecuteAsync(
                $"insert into scorers ({Columns}) values (@ExperimentId, @Name, @Version, @Id, @Content, @CreatedAt)", scorer, token);
            return scorer;
        }, ct);
    }

    /// <summary>The newest version of each, by name.</summary>
    public async Task<IReadOnlyList<Scorer>> LatestAsync(WorkspaceName workspace, long experimentId, CancellationToken ct)
    {
        _ = await experiments.GetAsync(workspace, experimentId, ct);
        return await database.QueryAsync<Scorer>(
            $"""
            select {Columns} from scorers s where experiment_id = @Experiment
                and version = (select max(x.version) from scorers x where x.experiment_id = s.experiment_id and x.name = s.name)
            order by name
            """,
            new { Experiment = experimentId },
            ct);
    }

    /// <summary>All versions, the oldest first; NotFound when there is none.</summary>
    public async Task<IReadOnlyList<Scorer>> VersionsAsync(WorkspaceName workspace, long experimentId, string name, CancellationToken ct)
    {
        _ = await experiments.GetAsync(workspace, experimentId, ct);
        var versions = await database.QueryAsync<Scorer>(
            $"select {Columns} from scorers where experiment_id = @Experiment and name = @Name order by version",
            new { Experiment = experimentId, Name = name },
            ct);
        return versions.Count > 0 ? versions : throw Scorer.Unknown(name, version: null);
    }

    /// <param name="version">Null: all of them.</param>
    public async Task<int> DeleteAsync(WorkspaceName workspace, long experimentId, string name, long? version, CancellationToken ct)
    {
        _ = await experiments.GetAsync(workspace, experimentId, ct);
        return await database.WriteAsync((tx, token) => tx.ExecuteAsync(
            $"delete from scorers where experiment_id = @Experiment and name = @Name{(version is null ? "" : " and version = @Version")}",
            new { Experiment = experimentId, Name = name, Version = version },
            token), ct);
    }
}
