using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>What happens to a registered model, by its history.</summary>
internal sealed class ModelWatch(IModelRegistry models, IModelHistory history) : IWatch
{
    private const string Champion = "champion";

    public string Name => TriggerTables.Model;

    public static string TargetOf(string model) => $"model:{model}";

    public string TargetOf(JsonObject trigger) => TargetOf(ModelOf(trigger));

    public TimeSpan? PeriodOf(JsonObject trigger) => RecordWindow.Period;

    public Task<IReadOnlyDictionary<string, string>> CheckAsync(Caller caller, JsonObject trigger, CancellationToken ct) =>
        Task.FromResult(Facts(trigger, "1", AliasOf(trigger)));

    public Task<Seen> BeginAsync(Schedule schedule, CancellationToken ct) => Task.FromResult(Seen.Nothing);

    public async Task<Seen> LookAsync(Schedule schedule, CancellationToken ct)
    {
        var trigger = schedule.TriggerFields();
        var from = RecordWindow.From(schedule).ToTime();
        var happened = await history.ListAsync(schedule.Caller, ModelOf(trigger), ct);
        return new Seen([.. happened.Where(act => act.Time >= from && IsMeant(trigger, act)).Select(act => SightingOf(trigger, act))]);
    }

    public async Task<IReadOnlyDictionary<string, string>> ByHandAsync(
        Schedule schedule, IReadOnlyDictionary<string, string> given, CancellationToken ct)
    {
        var trigger = schedule.TriggerFields();
        var reference = given.TryGetValue("version", out var number) ? $"{ModelOf(trigger)}:{number}"
            : AliasOf(trigger) is { Length: > 0 } alias ? $"{ModelOf(trigger)}@{alias}"
            : $"{ModelOf(trigger)}@latest";
        var version = await models.FindAsync(schedule.Caller, reference, ct) ?? throw SlipwayException.NotFound("Model version", reference);
        return Facts(trigger, version.Number.ToString(CultureInfo.InvariantCulture), AliasOf(trigger));
    }

    private static bool IsMeant(JsonObject trigger, ModelEvent act)
    {
        var wanted = (string)trigger["event"]!;
        return act.Number is not null && act.Act == (wanted == "promoted" ? "alias" : wanted)
            && (AliasOf(trigger) is not { Length: > 0 } alias || AliasOf(act) == alias);
    }

    private static Sighting SightingOf(JsonObject trigger, ModelEvent act) => new(
        string.Create(CultureInfo.InvariantCulture, $"model:{act.Model}@{act.Number}:{act.Act}:{AliasOf(act)}:{act.Time.ToUnixTimeMilliseconds()}"),
        act.Time,
        act.Act == "alias"
            ? $"{act.Principal} set the alias {AliasOf(act)} to model:{act.Model}@{act.Number}."
            : $"model:{act.Model}@{act.Number} was {act.Act} by {act.Principal}.",
        Facts(trigger, act.Number!.Value.ToString(CultureInfo.InvariantCulture), AliasOf(act)));

    /// <summary>"champion: it is better by 0.02": the history's word for a moved alias; no alias has a colon.</summary>
    private static string AliasOf(ModelEvent act) => act.Act == "alias" ? act.Reason.Split(':')[0] : "";

    private static string AliasOf(JsonObject trigger) =>
        (string?)trigger["event"] == "promoted" ? Champion : (string?)trigger["alias"] ?? "";

    private static string ModelOf(JsonObject trigger) => (string)trigger["model"]!;

    private static IReadOnlyDictionary<string, string> Facts(JsonObject trigger, string number, string alias) => new Dictionary<string, string>
    {
        ["name"] = ModelOf(trigger),
        ["version"] = number,
        ["path"] = $"azureml:{ModelOf(trigger)}:{number}",
        ["event"] = (string)trigger["event"]!,
        ["alias"] = alias,
    };
}
