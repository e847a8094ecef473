using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Data;
using Slipway.Monitoring.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Runs;

/// <summary>A column of a signal, reference against window.</summary>
internal sealed record SignalHistogram(string Signal, BinnedPair Binned);

/// <summary>The histograms that runs made, in the order of the signal's columns.</summary>
internal sealed class HistogramStore(Database database)
{
    public static Task InsertAsync(DbTransaction tx, MonitorRun run, IReadOnlyList<SignalResult> results, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into monitor_histograms (run_id, signal, position, feature, histogram)
        values (@RunId, @Signal, @Position, @Feature, @Histogram)
        """,
        results.SelectMany(result => result.Histograms.Select((binned, position) => new
        {
            RunId = run.Id,
            Signal = result.Signal.Name,
            Position = position,
            Feature = binned.Reference.Name,
            Histogram = JsonSerializer.Serialize(StoredHistogram.Of(binned), HistogramJson.Default.StoredHistogram),
        })).ToList(),
        ct);

    public async Task<IReadOnlyList<SignalHistogram>> ListAsync(string run, CancellationToken ct) =>
    [
        .. (await database.QueryAsync<Row>(
            "select signal, feature, histogram from monitor_histograms where run_id = @Run order by signal, position", new { Run = run }, ct))
        .Select(row => new SignalHistogram(
            row.Signal, JsonSerializer.Deserialize(row.Histogram, HistogramJson.Default.StoredHistogram)!.ToPair(row.Feature))),
    ];

    private sealed record Row
    {
        public required string Signal { get; init; }

        public required string Feature { get; init; }

        public required string Histogram { get; init; }
    }
}

/// <param name="Categories">Null: numbers, cut at the edges.</param>
/// <param name="Reference">Rows in each bin; for categories the one of all others, and then the nulls, come last.</param>
internal sealed record StoredHistogram(
    IReadOnlyList<double>? Edges, IReadOnlyList<string>? Categories, IReadOnlyList<long> Reference, IReadOnlyList<long> Current)
{
    public static StoredHistogram Of(BinnedPair binned) => binned.Reference.Type == FeatureType.Numeric
        ? new StoredHistogram(binned.Reference.Edges, null, [.. binned.Reference.Counts], binned.Current)
        : new StoredHistogram(null, binned.Reference.Categories, [.. binned.Reference.Counts], binned.Current);

    public BinnedPair ToPair(string feature) => new(
        Categories is null
            ? FeatureProfile.Numeric(feature, Edges!, [.. Reference.SkipLast(1)], Reference[^1])
            : FeatureProfile.Categorical(feature, Categories, [.. Reference.SkipLast(2)], Reference[^2], Reference[^1]),
        Current);
}

// Edges may be infinite.
[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredHistogram))]
internal sealed partial class HistogramJson : JsonSerializerContext;
