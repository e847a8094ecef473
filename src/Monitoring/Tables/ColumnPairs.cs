using System.Collections.Concurrent;
using Slipway.Engines.DuckDb;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Tables;

/// <summary>
/// Reads columns of a reference and of a window, some at a time so that memory stays small, from the engine's chunks as
/// spans; and measures them on all cores. Each column is read once, whatever is measured of it.
/// </summary>
internal sealed class ColumnPairs(DuckDbConnection connection, Slice reference, Slice current)
{
    private const long MostBytes = 96 * 1024 * 1024;
    private const int MostColumns = 64;

    /// <param name="features">Those that both tables have. The reference says which are numbers.</param>
    /// <param name="measure">Must not keep the pair: its memory is used again.</param>
    /// <returns>In the order of the features.</returns>
    public IReadOnlyList<T> Measure<T>(IReadOnlyList<string> features, Func<ColumnPair, T> measure, CancellationToken ct)
    {
        var (referenceRows, currentRows) = (Count(reference, ct), Count(current, ct));
        var width = (int)Math.Clamp(MostBytes / Math.Max(1, (referenceRows + currentRows) * sizeof(double)), 1, MostColumns);
        var numbers = new NumberBuffers((int)referenceRows, (int)currentRows);
        var results = new List<T>(features.Count);
        foreach (var batch in features.Chunk(width))
        {
            var errors = TypeErrors(batch, ct);
            var columns = batch.Select((feature, i) => Load(feature, i, numbers)).ToArray();
            Fill(reference, columns, isCurrent: false, ct);
            Fill(current, columns, isCurrent: true, ct);
            var measured = new T[columns.Length];
            Parallel.ForEach(
                Partitioner.Create(0, columns.Length, 1),
                new ParallelOptions { CancellationToken = ct },
                range => measured[range.Item1] = measure(columns[range.Item1].Pair(currentRows, errors[range.Item1])));
            results.AddRange(measured);
        }

        return results;
    }

    private long Count(Slice slice, CancellationToken ct) => slice.Where is null
        ? slice.Table.Rows
        : connection.QueryScalar<long>($"select count(*) from {slice.From}", ct);

    private Column Load(string feature, int index, NumberBuffers numbers) =>
        reference.Table.TypeOf(reference.Table.Features[feature]) == FeatureType.Numeric
            ? new Column(feature, numbers.Reference(index), numbers.Current(index), null)
            : new Column(feature, [], [], new CategoryCounts());

    private long[] TypeErrors(string[] features, CancellationToken ct)
    {
        string[] counts =
        [
            .. features.Select(feature => current.Table.TypeErrors(
                current.Table.Features[feature], reference.Table.TypeOf(reference.Table.Features[feature]))),
        ];
        if (counts.All(count => count == "0"))
            return new long[features.Length];
        using var result = connection.Query($"select {string.Join(", ", counts.Select(count => $"cast({count} as bigint)"))} from {current.From}", ct);
        return result.Read(row => features.Select((_, i) => row.Get<long>(i)).ToArray())[0];
    }

    private void Fill(Slice slice, Column[] columns, bool isCurrent, CancellationToken ct)
    {
        var expressions = columns.Select(column => slice.Table.Expression(
            slice.Table.Features[column.Feature], column.Categories is null ? FeatureType.Numeric : FeatureType.Categorical));
        using var result = connection.Query($"select {string.Join(", ", expressions)} from {slice.From}", ct);
        var start = 0;
        foreach (var chunk in result.Chunks())
        {
            for (var i = 0; i < columns.Length; i++)
                columns[i].Add(chunk.Column(i), start, isCurrent);
            start += chunk.RowCount;
        }
    }

    /// <summary>The memory of a batch, used for one batch after the other.</summary>
    private sealed class NumberBuffers(int referenceRows, int currentRows)
    {
        private readonly List<(double[] Reference, double[] Current)> _buffers = [];

        public double[] Reference(int index) => Get(index).Reference;

        public double[] Current(int index) => Get(index).Current;

        private (double[] Reference, double[] Current) Get(int index)
        {
            while (_buffers.Count <= index)
                _buffers.Add((GC.AllocateUninitializedArray<double>(referenceRows), GC.AllocateUninitializedArray<double>(currentRows)));
            return _buffers[index];
        }
    }

    private sealed record Column(string Feature, double[] Reference, double[] Current, CategoryCounts? Categories)
    {
        public ColumnPair Pair(long currentRows, long typeErrors) => new(
            Feature,
            Categories is null ? FeatureType.Numeric : FeatureType.Categorical,
            Categories is null ? new NumberPair(Reference, Current) : null,
            Categories,
            currentRows,
            typeErrors);

        public void Add(DuckDbVector values, int start, bool isCurrent)
        {
            if (Categories is not null)
            {
                AddTexts(values, Categories, isCurrent);
                return;
            }

            var numbers = values.Values<double>();
            var place = (isCurrent ? Current : Reference).AsSpan(start, numbers.Length);
            numbers.CopyTo(place);
            if (values.AllValid)
                return;
            for (var row = 0; row < place.Length; row++)
            {
                if (!values.IsValid(row))
                    place[row] = double.NaN;
            }
        }

        private static void AddTexts(DuckDbVector values, CategoryCounts categories, bool isCurrent)
        {
            for (var row = 0; row < values.Count; row++)
            {
                if (values.IsValid(row))
                    categories.Add(values.GetUtf8(row), isCurrent);
                else
                    categories.AddNull(isCurrent);
            }
        }
    }
}
