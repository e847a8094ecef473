using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway monitor backtest and slipway retraining backtest: what would have happened.</summary>
internal static class BacktestCommands
{
    private static readonly string[] s_signals =
        ["name", "measured", "alarms", "episodes", "firstAlarm", "falseAlarms", "shuffledMeasured", "shuffledAlarms", "falseAlarmRate", "statedRate"];

    private static readonly string[] s_windows = ["from", "champion", "gated", "frozen", "ungated", "drifted", "accepted", "decision"];

    public static Command OfMonitor()
    {
        var name = new Option<string?>("--name", "-n") { Description = "A monitor that is declared, unless --file gives one that is not yet." };
        var file = new Option<string?>("--file", "-f") { Description = "The monitor as YAML." };
        var change = new Option<IReadOnlyList<DateTimeOffset>>("--change")
        {
            Description = "When something is known to have changed (several: repeat it); detections and their delays are told.",
            CustomParser = Times,
            Arity = ArgumentArity.OneOrMore,
        };
        var shuffles = new Option<int>("--shuffles") { Description = "How often the rows are drawn anew, to count false alarms.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed") { Description = "Of these draws.", DefaultValueFactory = _ => 1 };
        var history = new HistoryOptions();
        return ApiVerb.Create(
            "backtest",
            "Replay the past through a monitor: its alarms, their delays, and how many would be false. Nothing is kept.",
            [name, file, .. history.All, change, shuffles, seed],
            async (client, parsed, style, ct) =>
            {
                var body = history.Body(parsed);
                body["monitor"] = parsed.GetValue(name);
                body["definition"] = await TextAsync(parsed.GetValue(file), ct);
                body["changes"] = new JsonArray([.. (parsed.GetValue(change) ?? []).Select(at => JsonValue.Create(at))]);
                body["shuffles"] = parsed.GetValue(shuffles);
                body["seed"] = parsed.GetValue(seed);
                ShowMonitor(await BacktestWait.RunAsync(client, "api/v1/monitors/backtest", body, style, ct), style);
                return 0;
            });
    }

    public static Command OfRetraining()
    {
        var name = new Option<string?>("--name", "-n") { Description = "A policy that is declared, unless --file gives one that is not yet." };
        var file = new Option<string?>("--file", "-f") { Description = "The policy as YAML." };
        var monitor = new Option<string?>("--monitor-file") { Description = "The monitor that it stands on as YAML; else the declared one that the policy names." };
        var learns = new Option<string?>("--learns") { Description = "How far back a model learns: P28D. Default: all there is." };
        var rounds = new Option<int>("--rounds") { Description = "Trees of a model.", DefaultValueFactory = _ => 60 };
        var depth = new Option<int>("--depth") { Description = "Depth of a tree.", DefaultValueFactory = _ => 6 };
        var rows = new Option<int>("--training-rows") { Description = "Of more rows, every n-th is learned from.", DefaultValueFactory = _ => 100_000 };
        var history = new HistoryOptions();
        return ApiVerb.Create(
            "backtest",
            "Replay the past through a retraining policy: its decisions, and how good the answers would have been. Nothing is kept.",
            [name, file, monitor, .. history.All, learns, rounds, depth, rows],
            async (client, parsed, style, ct) =>
            {
                var body = history.Body(parsed);
                body["policy"] = parsed.GetValue(name);
                body["definition"] = await TextAsync(parsed.GetValue(file), ct);
                body["monitorDefinition"] = await TextAsync(parsed.GetValue(monitor), ct);
                body["learns"] = parsed.GetValue(learns);
                body["rounds"] = parsed.GetValue(rounds);
                body["depth"] = parsed.GetValue(depth);
                body["trainingRows"] = parsed.GetValue(rows);
                ShowRetraining(await BacktestWait.RunAsync(client, "api/v1/retraining/backtest", body, style, ct), style);
                return 0;
            });
    }

    private static IReadOnlyList<DateTimeOffset> Times(ArgumentResult result)
    {
        var times = new List<DateTimeOffset>();
        foreach (var token in result.Tokens)
        {
            if (DateTimeOffset.TryParse(token.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                times.Add(time);
            else
                result.AddError($"--change: '{token.Value}' is not a time such as 2026-01-31T08:00:00Z.");
        }

        return times;
    }

    private static void ShowMonitor(JsonNode report, OutputStyle style)
    {
        if (IsWhole(style))
        {
            Printer.Show(report, style);
            return;
        }

        var signals = report["signals"]!.AsArray();
        Printer.List(signals, s_signals, style);
        Printer.List(
            new JsonArray([.. signals.SelectMany(signal => signal!["detections"]!.AsArray().Select(found => Named(signal["name"], found!)))]),
            ["signal", "change", "detectedAt", "delayDays"],
            style);
        Printer.List(report["windows"]!.AsArray(), ["from", "rows", "alarms", "message"], style);
    }

    private static void ShowRetraining(JsonNode report, OutputStyle style)
    {
        if (IsWhole(style))
        {
            Printer.Show(report, style);
            return;
        }

        Printer.List(report["windows"]!.AsArray(), s_windows, style);
        style.Out.WriteLine(Conclusion(report));
        foreach (var assumption in report["assumes"]!.AsArray())
            style.Out.WriteLine($"Assumed: {assumption}");
    }

    private static string Conclusion(JsonNode report) => string.Create(
        CultureInfo.InvariantCulture,
        $"Mean {report["metric"]} (lower is better): never trained again {Number(report, "frozen"):0.00000}, trained every time without a gate {Number(report, "ungated"):0.00000}, the policy {Number(report, "gated"):0.00000}; {report["retrainings"]} trainings, {report["promotions"]} accepted, {report["rejections"]} rejected. Training every time was worse than never in {report["ungatedWorse"]} of {report["windows"]!.AsArray().Count} windows.");

    private static double Number(JsonNode report, string name) => report[name]?.GetValue<double>() ?? double.NaN;

    private static JsonObject Named(JsonNode? signal, JsonNode found)
    {
        var row = (JsonObject)found.DeepClone();
        row["signal"] = signal?.DeepClone();
        return row;
    }

    private static bool IsWhole(OutputStyle style) => style.Query is not null || style.Format is not (OutputFormat.Table or OutputFormat.Tsv);

    private static async Task<string?> TextAsync(string? path, CancellationToken ct) => path is null ? null
        : File.Exists(path) ? await File.ReadAllTextAsync(path, ct)
        : throw SlipwayException.Invalid($"There is no file '{path}'.");

    /// <summary>What is replayed.</summary>
    private sealed class HistoryOptions
    {
        private readonly Option<string?> _data = new("--data") { Description = "A version of a data asset, NAME or NAME:VERSION. Default: what the monitor's endpoint collected." };
        private readonly Option<string?> _time = new("--time-column") { Description = "The column of the data with the time of each row." };
        private readonly Option<string?> _target = new("--target-column") { Description = "The column with what came true." };
        private readonly Option<string?> _prediction = new("--prediction-column") { Description = "The column with what was answered." };
        private readonly Option<string[]> _features = new("--features") { Description = "The columns to look at. Default: all others.", AllowMultipleArgumentsPerToken = true };
        private readonly Option<DateTimeOffset?> _from = new("--from") { Description = "Begin. Default: the day of the first row." };
        private readonly Option<DateTimeOffset?> _to = new("--to") { Description = "End. Default: after the last row." };
        private readonly Option<string?> _window = new("--window") { Description = "Length of a window. Default: P7D." };
        private readonly Option<string?> _before = new("--before") { Description = "What comes before the first window: the reference, or what the first model learns from. Default: four windows." };

        public IEnumerable<Symbol> All => [_data, _time, _target, _prediction, _features, _from, _to, _window, _before];

        public JsonObject Body(ParseResult parsed)
        {
            var body = new JsonObject
            {
                ["from"] = parsed.GetValue(_from),
                ["to"] = parsed.GetValue(_to),
                ["window"] = parsed.GetValue(_window),
                ["before"] = parsed.GetValue(_before),
            };
            if (parsed.GetValue(_data) is { } data)
            {
                body["history"] = new JsonObject
                {
                    ["data"] = data,
                    ["timeColumn"] = parsed.GetValue(_time),
                    ["targetColumn"] = parsed.GetValue(_target),
                    ["predictionColumn"] = parsed.GetValue(_prediction),
                    ["features"] = parsed.GetValue(_features) is { Length: > 0 } features ? new JsonArray([.. features.Select(feature => JsonValue.Create(feature))]) : null,
                };
            }

            return body;
        }
    }
}
