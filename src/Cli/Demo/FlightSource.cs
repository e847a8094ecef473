using System.Globalization;
using System.Text.Json;
using Slipway.Client;

namespace Slipway.Cli.Demo;

/// <summary>The week's flights as the airlines' systems would know them: from the prepared features.</summary>
internal static class FlightSource
{
    public static async Task<IReadOnlyList<Flight>> ReadAsync(SlipwayClient client, int week, CancellationToken ct)
    {
        var result = await client.Data.SqlAsync(
            $"""
             select date, hour, weekday, origin, destination, distance, late_rate, late
             from 'data:flights-features@latest' where week = {week} order by flight_id
             """,
            limit: 1_000_000,
            ct);
        return [.. result.Rows.Select(Read)];
    }

    public static async Task<double> LateRateAsync(SlipwayClient client, int week, CancellationToken ct)
    {
        var result = await client.Data.SqlAsync(
            $"select avg(late) from 'data:flights-features@latest' where week = {week}", limit: 1, ct);
        return result.Rows[0][0].GetDouble();
    }

    private static Flight Read(IReadOnlyList<JsonElement> row) => new(
        DateTimeOffset.Parse(row[0].GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        row[1].GetInt32(),
        row[2].GetInt32(),
        row[3].GetString()!,
        row[4].GetString()!,
        row[5].GetDouble(),
        row[6].ValueKind == JsonValueKind.Null ? null : row[6].GetDouble(),
        row[7].GetInt32() == 1);
}
