using System.Globalization;
using System.Text.Json;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Search;

/// <summary>
/// Where the next page of a search begins: behind a row, when what rows are ordered by is short, else at an offset.
/// </summary>
internal sealed record SearchCursor
{
    /// <summary>In place of a phase: the runs are few and sorted as a whole.</summary>
    public const int Sorted = -1;

    public static SearchCursor Start { get; } = new();

    /// <summary>The part of the order: runs with a value, then those with NaN, then those without.</summary>
    public int Phase { get; init; }

    public long Offset { get; init; }

    public RowKey? After { get; init; }

    public string Write(string scope)
    {
        var place = After is { } row
            ? string.Create(CultureInfo.InvariantCulture, $"\"after\": [\"{row.Value:R}\", {row.StartedAt}, \"{row.Id}\"]")
            : string.Create(CultureInfo.InvariantCulture, $"\"offset\": {Offset}");
        return PageToken.Wrap($$"""{"of": "{{PageToken.Hash(scope)}}", "phase": {{Phase}}, {{place}}}""");
    }

    public static SearchCursor Read(string? token, string scope)
    {
        if (string.IsNullOrEmpty(token))
            return Start;
        var json = PageToken.Read(token, scope);
        try
        {
            var phase = json.GetProperty("phase").GetInt32();
            if (!json.TryGetProperty("after", out var after))
                return new SearchCursor { Phase = phase, Offset = json.GetProperty("offset").GetInt64() };
            var value = double.Parse(after[0].GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);
            return new SearchCursor { Phase = phase, After = new RowKey(value, after[1].GetInt64(), after[2].GetString()!) };
        }
        catch (Exception exception) when (exception
            is KeyNotFoundException or InvalidOperationException or FormatException or JsonException or IndexOutOfRangeException)
        {
            // Somebody wrote a token by hand.
            throw PageToken.Foreign();
        }
    }
}

/// <summary>What a row is ordered by.</summary>
/// <param name="Value">Of the metric or time in order_by; 0 when there is none.</param>
internal readonly record struct RowKey(double Value, long StartedAt, string Id);
