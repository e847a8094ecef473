using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Batch.Scoring;

/// <summary>Scores the files of mini-batches, each into a Parquet file of its answers.</summary>
internal sealed class MiniBatchScorer(ServedDeployment deployment, ILakeTables lake, BatchScoreSettings settings, TextWriter log, TimeProvider time)
{
    /// <param name="targetOf">Where the answers to a file of the mini-batch go, by its place; null: nowhere.</param>
    public async Task<MiniBatchResult> RunAsync(MiniBatch batch, Func<int, string>? targetOf, CancellationToken ct)
    {
        using var source = lake.Connect();
        using var answers = lake.Connect();
        var rows = 0L;
        var failures = new Dictionary<string, string>();
        for (var place = 0; place < batch.Files.Count; place++)
        {
            var file = batch.Files[place];
            var (scored, failure) = await TryAsync(file, source, answers, targetOf?.Invoke(place), ct);
            rows += scored;
            if (failure is not null)
                failures[file.Name] = failure;
        }

        return new MiniBatchResult(rows, failures);
    }

    private async Task<(long Rows, string? Failure)> TryAsync(
        TableFile file, DuckDbConnection source, DuckDbConnection answers, string? target, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = settings.Timeout is { } most ? new CancellationTokenSource(most, time) : new CancellationTokenSource();
            using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            string failure;
            var isFinal = attempt > settings.MaxRetries;
            try
            {
                return (await ScoreAsync(file, source, answers, target, both.Token), null);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                failure = $"it took longer than {settings.Timeout!.Value.TotalSeconds:0} seconds";
            }
            catch (SlipwayException refusal)
            {
                // What the file or the model is does not change by trying.
                isFinal |= refusal.Code == ErrorCode.InvalidParameter;
                failure = refusal.Message;
            }
            catch (IOException problem)
            {
                failure = problem.Message;
            }

            await log.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{file.Name} failed (attempt {attempt} of {settings.MaxRetries + 1}): {failure}"));
            if (isFinal)
                return (0, failure);
        }
    }

    private async Task<long> ScoreAsync(
        TableFile file, DuckDbConnection source, DuckDbConnection answers, string? target, CancellationToken ct)
    {
        var columns = TableColumns.Read(source, $"({file.Query})", ct).Keys.ToList();
        foreach (var kept in settings.KeepColumns.Where(kept => !columns.Contains(kept, StringComparer.OrdinalIgnoreCase)))
            throw SlipwayException.Invalid($"keep_columns: there is no column '{kept}' in '{file.Name}'.{Nearest.Hint(kept, columns)}");
        var inputs = columns.Except(settings.KeepColumns, StringComparer.OrdinalIgnoreCase).ToList();
        var isWide = deployment.Model.Inputs is [{ RowLength: > 1 } only] && only.RowLength == inputs.Count;
        var scorer = new TableScorer(deployment.Model, isWide ? inputs : columns, "", id: null);
        var slot = await deployment.Slots.RentAsync(ct);
        long rows;
        try
        {
            rows = await scorer.RunAsync(source, file.Query, answers, "answers", slot, ct);
        }
        finally
        {
            deployment.Slots.Return(slot);
        }

        if (target is not null)
            answers.Execute(Copy(scorer, file, target), ct);
        return rows;
    }

    // The two are the same rows in the same order: the engine keeps the order in which it reads.
    private string Copy(TableScorer scorer, TableFile file, string target)
    {
        // As over every protocol: an answer that is no number is missing.
        var outputs = string.Join(", ", scorer.Outputs.Select(output => (DuckDbSql.Identifier(output.Name), output.IsFloat)).Select(output =>
            output.IsFloat ? $"case when isfinite(a.{output.Item1}) then a.{output.Item1} end as {output.Item1}" : $"a.{output.Item1}"));
        var kept = string.Concat(settings.KeepColumns.Select(column => $"k.{DuckDbSql.Identifier(column)}, "));
        var from = kept.Length == 0 ? "answers a" : $"({file.Query}) k positional join answers a";
        var row = string.Create(CultureInfo.InvariantCulture, $"a.rowid + {file.From}");
        return $"copy (select {DuckDbSql.Literal(file.Name)} as file, {row} as row, {kept}{outputs} from {from}) to {DuckDbSql.Literal(target)} (format parquet)";
    }
}

/// <param name="Failures">Why files could not be scored, by name.</param>
internal sealed record MiniBatchResult(long Rows, IReadOnlyDictionary<string, string> Failures);
