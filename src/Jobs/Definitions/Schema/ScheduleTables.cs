using System.Globalization;
using Slipway.Jobs.Definitions.Yaml;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Schedules of jobs, imports and monitors.</summary>
internal static class ScheduleTables
{
    private const ExpressionScope Run = ExpressionScope.Trigger | ExpressionScope.Server;

    private static readonly Shape s_weekDay =
        Choice("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");

    private static readonly Field[] s_window =
    [
        F("start_time", Text, "When it begins: ISO 8601, in the time zone."),
        F("end_time", Text, "When it ends: ISO 8601, in the time zone."),
        new Field("time_zone", Text, "Windows or IANA name of a zone; UTC when absent.") { Aliases = ["timezone"] },
    ];

    private static readonly ObjectShape s_pattern = Object(
        "a recurrence pattern",
        F("hours", OneOrMore(Integer(0, 23)), "Hours of the day."),
        F("minutes", OneOrMore(Integer(0, 59)), "Minutes of the hour."),
        F("week_days", OneOrMore(s_weekDay), "Days of the week."),
        F("month_days", OneOrMore(Integer(1, 31)), "Days of the month."));

    private static readonly VariantShape s_trigger = new(
        "a trigger",
        "type",
        new Dictionary<string, ObjectShape>(TriggerTables.Cases)
        {
            ["cron"] = new("a cron trigger", [
                F("type", Choice("cron"), "By expression."),
                Required("expression", Text, "Minutes, hours, days of the month, months, days of the week."),
                .. s_window])
            { Rules = [new Rule(CheckCron), new Rule(CheckWindow)] },
            ["recurrence"] = new("a recurrence trigger", [
                F("type", Choice("recurrence"), "By interval."),
                Required("frequency", Choice("minute", "hour", "day", "week", "month"), "The unit."),
                Required("interval", Integer(1), "How many of it lie between two runs."),
                new Field("schedule", s_pattern, "The hours, minutes and days.") { Aliases = ["pattern"] },
                .. s_window])
            { Rules = [new Rule(CheckPattern), new Rule(CheckWindow)] },
        },
        map => map["expression"] is not null ? "cron" : null);

    private static readonly ObjectShape s_scrape = Object(
        "a page of metrics",
        Required("url", Text, "Its address; Prometheus's text format."),
        F("metrics", TextList, "Patterns of names, such as node_load1 or http_.*; all when absent."),
        F("labels", TextMap, "Labels that its series get besides."));

    public static ObjectShape Schedule(JobTables jobs) => new("a schedule", [
        CommonTables.Schema,
        F("type", Choice("schedule", "monitor"), "What it is."),
        Required("name", CommonTables.AssetNameText, "The name of the schedule."),
        CommonTables.DisplayName,
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        F("is_enabled", Flag, "Whether it fires."),
        Required("trigger", s_trigger, "When it fires."),
        F("misfire", Choice("skip", "once", "all"), "What becomes of occurrences that were missed while no server ran; once when absent."),
        F("concurrency", Choice("allow", "skip", "queue"), "What becomes of an occurrence while a job of the schedule is not over; allow when absent."),
        F("create_job", new EitherShape(Reference(ReferenceUse.JobOrFile), new TriggeredJobShape(jobs, TriggeredJob())), "The job that it makes."),
        F("import_data", new EitherShape(Reference(ReferenceUse.File), AssetTables.DataImport), "The import that it makes."),
        F("create_monitor", MonitorTables.Monitor, "The monitor that it runs."),
        F("scrape_metrics", s_scrape, "The page of metrics that it reads.")])
    {
        Rules = [Rule.ExactlyOne("create_job", "import_data", "create_monitor", "scrape_metrics"), new Rule(CheckCommit)],
    };

    private static ObjectShape TriggeredJob() => new("a triggered job", [
        F("type", Text, "The kind of the job."),
        F("job", Reference(ReferenceUse.JobOrFile), "The job's file or name."),
        CommonTables.DisplayName,
        F("experiment_name", Text, "The experiment; the schedule's name when absent."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        PortTables.Inputs(Run),
        PortTables.Outputs(Run),
        JobTables.Settings(),
        CommonTables.Compute(ExpressionScope.None),
        CommonTables.Identity])
    {
        Unknown = UnknownKeys.TyposRefused,
    };

    /// <summary>What a commit starts is a job whose file lies in the commit.</summary>
    private static void CheckCommit(YamlMap map, string path, Check check)
    {
        if (map.Map("trigger")?["repository"] is null || map["create_job"] is not { } act)
            return;
        if ((act is YamlMap fields ? fields.Text("job") : (act as YamlScalar)?.Text) is not { } file || file.StartsWith("azureml:", StringComparison.Ordinal))
            check.Refuse(act, Shape.Join(path, "create_job"), "A push starts what lies in its commit; name the job's file there: 'job: path/from/the/root/job.yml'.");
    }

    private static void CheckCron(YamlMap map, string path, Check check)
    {
        if (map.Text("expression") is not { } expression)
            return;

        var wrong = CronText.Wrong(expression);
        if (wrong is not null)
            check.Refuse(map["expression"]!, Shape.Join(path, "expression"), $"'{expression}' is not a cron expression: {wrong}");
    }

    private static void CheckPattern(YamlMap map, string path, Check check)
    {
        var key = map["schedule"] is null ? "pattern" : "schedule";
        if (map.Map(key) is not { } pattern)
            return;

        var at = Shape.Join(path, key);
        if (pattern["hours"] is null != pattern["minutes"] is null)
            check.Refuse(pattern, at, "'hours' and 'minutes' must both be given.");
        var frequency = map.Text("frequency")?.ToUpperInvariant();
        if (pattern["week_days"] is { } weekDays && frequency is not (null or "WEEK"))
            check.Refuse(weekDays, Shape.Join(at, "week_days"), $"Days of the week go with frequency week; the frequency is {map.Text("frequency")}.");
        if (pattern["month_days"] is { } monthDays && frequency is not (null or "MONTH"))
            check.Refuse(monthDays, Shape.Join(at, "month_days"), $"Days of the month go with frequency month; the frequency is {map.Text("frequency")}.");
    }

    private static void CheckWindow(YamlMap map, string path, Check check)
    {
        var start = Time(map, "start_time", path, check);
        var end = Time(map, "end_time", path, check);
        if (end <= start)
            check.Refuse(map["end_time"]!, Shape.Join(path, "end_time"), "It ends before it begins.");
        var field = map["time_zone"] is null ? "timezone" : "time_zone";
        if (map.Text(field) is { } zone && !TimeZones.IsKnown(zone))
            check.Refuse(map[field]!, Shape.Join(path, field), $"'{zone}' is not a time zone; expected a Windows name (Pacific Standard Time, UTC) or an IANA name (Europe/Berlin).");
    }

    private static DateTime? Time(YamlMap map, string field, string path, Check check)
    {
        if (map.Text(field) is not { } text)
            return null;
        if (DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
            return time;
        check.Refuse(map[field]!, Shape.Join(path, field), $"'{text}' is not a time; expected ISO 8601, for example '2026-01-31T08:00:00'.");
        return null;
    }
}
