using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>The job of an occurrence: the file's, with what <c>create_job</c> says over it and the occurrence's time in it.</summary>
internal static class TriggeredJob
{
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private static readonly string[] s_notOfTheJob = ["job", "name"];
    private static readonly string[] s_merged = ["inputs", "outputs", "settings", "tags", "properties"];

    /// <summary>Its YAML, and its inputs that are plain values: these go where the job declares them.</summary>
    public static (string Yaml, IReadOnlyDictionary<string, string> Inputs) Merge(ScheduledWork work)
    {
        var problems = new Problems();
        var overrides = work.Definition is JsonObject fields
            ? Filled(YamlReader.Read(fields.ToJsonString(), work.FileSource, problems)!, work)
            : new YamlMap(new Place(work.FileSource, 1, 1), []);
        var inputs = new Dictionary<string, string>();
        var job = work.FileYaml.Length > 0 ? YamlReader.Read(work.FileYaml, work.FileSource, problems) : null;
        problems.ThrowIfAny();
        if (job is null)
            job = overrides;
        else
            job = Over(job, overrides, inputs);
        job = WithDefault(job, "experiment_name", work.Schedule);
        job = WithDefault(
            job, "display_name", string.Create(CultureInfo.InvariantCulture, $"{work.Schedule}-{work.Time.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"));
        return (Shapes.Any.Json(job)!.ToJsonString(), inputs);
    }

    private static YamlMap Over(YamlMap job, YamlMap overrides, Dictionary<string, string> inputs)
    {
        // A name of its own is Azure's default for what a schedule starts.
        job = Without(job, "display_name");
        foreach (var (key, _, value) in overrides.Entries.Where(entry => !s_notOfTheJob.Contains(entry.Key)))
        {
            if (key == "type" && job["type"] is not null)
                continue;
            if (!s_merged.Contains(key) || value is not YamlMap map)
            {
                job = With(job, key, value);
                continue;
            }

            var merged = job.Map(key) ?? new YamlMap(value.Place, []);
            foreach (var entry in map.Entries)
            {
                if (key == "inputs" && entry.Value is YamlScalar literal)
                    inputs[entry.Key] = literal.Text;
                else
                    merged = With(merged, entry.Key, entry.Value);
            }

            job = With(job, key, merged);
        }

        return job;
    }

    private static YamlMap Filled(YamlMap overrides, ScheduledWork work)
    {
        foreach (var ports in new[] { "inputs", "outputs" })
        {
            if (overrides[ports] is { } given)
                overrides = With(overrides, ports, Filled(given, work));
        }

        return overrides;
    }

    private static YamlNode Filled(YamlNode node, ScheduledWork work) => node switch
    {
        YamlMap map => new YamlMap(map.Place, [.. map.Entries.Select(entry => entry with { Value = Filled(entry.Value, work) })]),
        YamlList list => new YamlList(list.Place, [.. list.Items.Select(item => Filled(item, work))]),
        YamlScalar scalar when ExpressionReader.HasExpression(scalar.Text) =>
            new YamlScalar(scalar.Place, ExpressionReader.Read(scalar.Text, _ => { }).Fill(expression => ValueOf(expression, work)), scalar.IsPlain),
        _ => node,
    };

    private static string ValueOf(Expression expression, ScheduledWork work) => expression.Kind switch
    {
        ExpressionKind.TriggerTime => work.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        ExpressionKind.JobName => work.Name,
        ExpressionKind.TriggerFact => FactOf(expression, work),
        _ => expression.ToString(),
    };

    private static string FactOf(Expression expression, ScheduledWork work) => work.Facts.GetValueOrDefault(expression.Name)
        ?? throw SlipwayException.Invalid(
            work.Facts.Count == 0
                ? $"'{expression}' is known only when something happens that the trigger waits for; this one goes by time."
                : $"'{expression}' is not known to this trigger.{Nearest.Hint(expression.Name, work.Facts.Keys)} Known: {string.Join(", ", work.Facts.Keys.Order(StringComparer.Ordinal))}.");

    private static YamlMap WithDefault(YamlMap map, string key, string value) =>
        map[key] is null ? With(map, key, new YamlScalar(map.Place, value, isPlain: false)) : map;

    private static YamlMap With(YamlMap map, string key, YamlNode value)
    {
        var place = map.Find(key)?.KeyPlace ?? value.Place;
        var known = map.Find(key) is not null;
        return new YamlMap(
            map.Place,
            known
                ? [.. map.Entries.Select(entry => entry.Key == key ? entry with { Value = value } : entry)]
                : [.. map.Entries, new YamlEntry(key, place, value)]);
    }

    private static YamlMap Without(YamlMap map, string key) => new(map.Place, [.. map.Entries.Where(entry => entry.Key != key)]);
}
