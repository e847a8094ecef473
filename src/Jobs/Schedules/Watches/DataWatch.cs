using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>New versions of a data asset, once they may be used.</summary>
internal sealed class DataWatch(IDataAssets assets) : IWatch
{
    public string Name => TriggerTables.Data;

    public static string TargetOf(AssetName asset) => $"data:{asset}";

    public string TargetOf(JsonObject trigger) => TargetOf(AssetOf(trigger));

    public TimeSpan? PeriodOf(JsonObject trigger) => RecordWindow.Period;

    public Task<IReadOnlyDictionary<string, string>> CheckAsync(Caller caller, JsonObject trigger, CancellationToken ct) =>
        Task.FromResult(Facts(AssetOf(trigger), "1"));

    public Task<Seen> BeginAsync(Schedule schedule, CancellationToken ct) => Task.FromResult(Seen.Nothing);

    public async Task<Seen> LookAsync(Schedule schedule, CancellationToken ct)
    {
        var trigger = schedule.TriggerFields();
        var asset = AssetOf(trigger);
        var tags = (trigger["tags"] as JsonObject ?? []).ToDictionary(tag => tag.Key, tag => (string?)tag.Value ?? "");
        var found = await assets.ListSinceAsync(schedule.Caller, asset, RecordWindow.From(schedule).ToTime(), ct);
        return new Seen([.. found.Select(version => SightingOf(version, tags))]);
    }

    public async Task<IReadOnlyDictionary<string, string>> ByHandAsync(
        Schedule schedule, IReadOnlyDictionary<string, string> given, CancellationToken ct)
    {
        var asset = AssetOf(schedule.TriggerFields());
        var wanted = given.GetValueOrDefault("version");
        var version = await assets.FindAsync(schedule.Caller, asset, wanted, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{asset}:{wanted ?? "latest"}");
        return Facts(asset, version.Version);
    }

    private static Sighting SightingOf(DataVersion version, Dictionary<string, string> tags) => new(
        string.Create(CultureInfo.InvariantCulture, $"{version.Node}:{version.AvailableAt.ToUnixTimeMilliseconds()}"),
        version.AvailableAt,
        version.ReleasedAt is null ? $"{version.Node} was created by {version.CreatedBy}." : $"{version.Node} was let go out of quarantine.",
        Facts(version.Name, version.Version),
        tags.FirstOrDefault(tag => version.Tags.GetValueOrDefault(tag.Key) != tag.Value) is { Key: { } key } missing
            ? $"The version has no tag {key}={missing.Value}."
            : null);

    private static AssetName AssetOf(JsonObject trigger)
    {
        var text = (string)trigger["data"]!;
        return AssetName.Parse(text.StartsWith("azureml:", StringComparison.Ordinal) ? text["azureml:".Length..] : text);
    }

    private static IReadOnlyDictionary<string, string> Facts(AssetName asset, string version) => new Dictionary<string, string>
    {
        ["name"] = asset.Value,
        ["version"] = version,
        ["path"] = $"azureml:{asset}:{version}",
    };
}
