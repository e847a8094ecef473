using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Serving.Collection;
using Slipway.Statistics.Sequential;

namespace Slipway.Serving.Rollouts;

/// <summary>
/// Compares what candidate and baseline answered since a step began, from what was collected. The unit is the request: its rows
/// came together and say less than so many requests would.
/// </summary>
internal sealed class AnswerComparison(Collector collector, CollectedData collected, SegmentStore segments, ILakeTables lake)
{
    public async Task<IReadOnlyList<Finding>> RunAsync(Rollout rollout, CancellationToken ct)
    {
        await collector.FlushAsync(ct);
        var isPaired = rollout.Current.Shadow > 0;
        var baseline = await SourceAsync(rollout, rollout.Baseline, mirrored: false, ct);
        var candidate = await SourceAsync(rollout, rollout.Definition.Candidate, mirrored: isPaired, ct);
        if (baseline is null || candidate is null)
            return Nothing(rollout, isPaired);

        using var connection = lake.Connect();
        var labels = await collected.LabelsAsync(WorkspaceName.Parse(rollout.Workspace), rollout.Definition.Endpoint, ct);
        var columns = new List<string>[] { Create(connection, "baseline", baseline, labels, ct), Create(connection, "candidate", candidate, labels, ct) };
        var sql = new ComparisonSql(columns[0].Intersect(columns[1]).ToHashSet(StringComparer.Ordinal));
        return [.. Findings(connection, rollout, sql, isPaired, ct)];
    }

    private static IEnumerable<Finding> Findings(DuckDbConnection connection, Rollout rollout, ComparisonSql sql, bool isPaired, CancellationToken ct)
    {
        var (criteria, risk) = (rollout.Definition.Criteria, rollout.Definition.RiskOfEach);
        if (criteria.Disagreement is { } disagreement && isPaired)
        {
            var differ = Means(connection, sql.Disagreement(disagreement.Tolerance), 0, 1, risk, ct);
            yield return Finding.Of("disagreement", differ.Count, differ.Mean, differ.Bounds, disagreement.Maximum);
        }

        if (criteria.ScoreShift is { } shift)
        {
            var (before, after) = (Scores(connection, "baseline", sql, ct), Scores(connection, "candidate", sql, ct));
            var (distance, bounds) = DistanceSequence.Of(before, after, risk);
            yield return Finding.Of("score_shift", Math.Min(before.Length, after.Length), distance, bounds, shift.Maximum);
        }

        if (criteria.Loss is not { } loss)
            yield break;
        if (isPaired)
        {
            var worse = Means(connection, sql.PairedLoss(loss.Metric), -1, 1, risk, ct);
            yield return Finding.Of("loss_increase", worse.Count, worse.Mean, worse.Bounds, loss.MaximumIncrease);
            yield break;
        }

        var old = Means(connection, sql.Loss("baseline", loss.Metric), 0, 1, risk / 2, ct);
        var now = Means(connection, sql.Loss("candidate", loss.Metric), 0, 1, risk / 2, ct);
        yield return Finding.Of("loss_increase", Math.Min(old.Count, now.Count), now.Mean - old.Mean, now.Bounds - old.Bounds, loss.MaximumIncrease);
    }

    private static IReadOnlyList<Finding> Nothing(Rollout rollout, bool isPaired)
    {
        var (criteria, all) = (rollout.Definition.Criteria, new Bounds(-1, 1));
        return
        [
            .. new (string Name, double? Limit)[]
            {
                ("disagreement", isPaired ? criteria.Disagreement?.Maximum : null),
                ("score_shift", criteria.ScoreShift?.Maximum),
                ("loss_increase", criteria.Loss?.MaximumIncrease),
            }.Where(one => one.Limit is not null).Select(one => Finding.Of(one.Name, 0, double.NaN, all, one.Limit!.Value)),
        ];
    }

    private async Task<string?> SourceAsync(Rollout rollout, string deployment, bool mirrored, CancellationToken ct)
    {
        var found = await segments.ListSinceAsync(
            WorkspaceName.Parse(rollout.Workspace), rollout.Definition.Endpoint, deployment, mirrored, rollout.StepStartedAt, ct);
        if (found.Count == 0)
            return null;
        var since = rollout.StepStartedAt.ToUnixTimeMilliseconds() * 1000;
        return $"""
            select * from {await collected.TableAsync(found, ct)} where sequence >= {since}
            qualify row_number() over (partition by request_id, row order by sequence) = 1
            """;
    }

    private static List<string> Create(DuckDbConnection connection, string name, string source, string labels, CancellationToken ct)
    {
        connection.Execute(
            $"create temp table {name} as select a.*, l.label as label from ({source}) a left join ({labels}) l on a.request_id = l.request_id and a.row = l.row",
            ct);
        using var shape = connection.Query($"select * from {name} limit 0", ct);
        return [.. shape.Columns.Select(column => column.Name)];
    }

    private static MeanSequence Means(DuckDbConnection connection, string? sql, double least, double greatest, double risk, CancellationToken ct)
    {
        var sequence = new MeanSequence(least, greatest, risk);
        if (sql is null)
            return sequence;
        using var result = connection.Query(sql, ct);
        foreach (var chunk in result.Chunks())
        {
            foreach (var value in chunk.Column(0).Values<double>())
                sequence.Add(Math.Clamp(value, least, greatest));
        }

        return sequence;
    }

    private static double[] Scores(DuckDbConnection connection, string table, ComparisonSql sql, CancellationToken ct)
    {
        if (sql.Scores(table) is not { } query)
            return [];
        using var result = connection.Query(query, ct);
        var all = new List<double>();
        foreach (var chunk in result.Chunks())
            all.AddRange(chunk.Column(0).Values<double>());
        return [.. all];
    }
}
