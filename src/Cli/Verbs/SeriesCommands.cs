using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway series: points of series that others measure.</summary>
internal static class SeriesCommands
{
    private const string Root = "api/v1/series";
    private const int PointsOfAPush = 5000;
    private static readonly string[] s_columns = ["name", "labels", "createdAt"];
    private static readonly string[] s_points = ["name", "labels", "at", "value"];

    public static Command Create() => new("series", "Series that are pushed or scraped, for alert rules and anomaly detectors to look at.")
    {
        Push(),
        ApiVerb.Create("list", "List series.", [], async (client, _, style, ct) =>
        {
            Printer.List((await client.GetAsync(Root, ct))["series"]!.AsArray(), s_columns, style);
            return 0;
        }),
        Show(),
        Delete(),
    };

    private static Command Push()
    {
        var name = Name();
        var value = new Option<double?>("--value") { Description = "The value of one point." };
        var at = new Option<DateTimeOffset?>("--at") { Description = "Its time; now when absent." };
        var labels = new Option<string[]>("--label") { Description = "NAME=VALUE; several: repeat it." };
        var file = new Option<string?>("--file", "-f") { Description = "Many points: lines of TIME,VALUE, without a header or with one." };
        return ApiVerb.Create("push", "Add points to a series; a point of the same time is replaced.", [name, value, at, labels, file], async (client, parsed, style, ct) =>
        {
            var points = parsed.GetValue(file) is { } path
                ? await ReadAsync(path, ct)
                : [(parsed.GetValue(at), Finite("--value", parsed.GetValue(value) ?? throw SlipwayException.Invalid("Give a --value, or points in a --file.")))];
            var words = Labels(parsed.GetValue(labels) ?? []);
            foreach (var part in points.Chunk(PointsOfAPush))
            {
                var items = part.Select(point => (JsonNode)new JsonObject
                {
                    ["name"] = parsed.GetValue(name),
                    ["value"] = point.Value,
                    ["at"] = point.At,
                    ["labels"] = words.DeepClone(),
                });
                await client.PostAsync($"{Root}/points", new JsonObject { ["points"] = new JsonArray([.. items]) }, ct);
            }

            Printer.Show(new JsonObject { ["points"] = points.Count }, style);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = Name();
        var limit = new Option<int>("--limit") { Description = "The most points.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("show", "Show the points of a series, newest first.", [name, limit], async (client, parsed, style, ct) =>
        {
            var query = $"?name={Uri.EscapeDataString(parsed.GetValue(name)!)}&limit={parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture)}";
            Printer.List((await client.GetAsync($"{Root}/points{query}", ct))["items"]!.AsArray(), s_points, style);
            return 0;
        });
    }

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Delete the series of a name, with all labels and points.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync($"{Root}?name={Uri.EscapeDataString(parsed.GetValue(name)!)}", ct);
            return 0;
        });
    }

    private static JsonObject Labels(IEnumerable<string> texts)
    {
        var labels = new JsonObject();
        foreach (var text in texts)
            labels[text.Split('=')[0]] = text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? text[(at + 1)..] : throw SlipwayException.Invalid($"--label: '{text}' is not NAME=VALUE.");
        return labels;
    }

    private static async Task<IReadOnlyList<(DateTimeOffset? At, double Value)>> ReadAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var points = new List<(DateTimeOffset?, double)>();
        foreach (var (index, line) in (await File.ReadAllLinesAsync(path, ct)).Index())
        {
            var where = $"{path}, line {index + 1}";
            var isTimed = DateTimeOffset.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at);
            if (isTimed && line.Split(',') is [_, var value] && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                points.Add((at, Finite(where, number)));
            else if ((isTimed || index > 0) && !string.IsNullOrWhiteSpace(line))
                throw SlipwayException.Invalid($"{where}: '{line}' is not TIME,VALUE, such as 2026-01-31T12:00:00Z,4.2.");
        }

        return points.Count > 0 ? points : throw SlipwayException.Invalid($"{path} has no points; write lines of TIME,VALUE.");
    }

    private static double Finite(string where, double value) =>
        double.IsFinite(value) ? value : throw SlipwayException.Invalid($"{where}: {value.ToString(CultureInfo.InvariantCulture)} is not a finite number.");

    private static Option<string> Name() => new("--name", "-n") { Description = "The series' name.", Required = true };
}
