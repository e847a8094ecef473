using System.Text.Json;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>Requests and reports as they are on the wire, to be kept.</summary>
internal static class BacktestJson
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)!;
}
