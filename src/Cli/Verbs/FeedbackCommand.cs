using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway online-endpoint feedback: true outcomes of what was answered.</summary>
internal static class FeedbackCommand
{
    private const int LabelsAtOnce = 10_000;

    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The endpoint's name.", Required = true };
        var file = new Option<string?>("--file", "-f") { Description = "Labels to add first: lines of ID,LABEL (the last comma parts them), without a header or with one." };
        return ApiVerb.Create(
            "feedback",
            "Add true outcomes by prediction id, and show how many labels came, how many corrected another, and how many belong to no kept answer.",
            [name, file],
            async (client, parsed, style, ct) =>
            {
                var route = $"api/v1/online-endpoints/{Uri.EscapeDataString(parsed.GetValue(name)!)}/feedback";
                var labels = parsed.GetValue(file) is { } path ? await ReadAsync(path, ct) : [];
                foreach (var part in labels.Chunk(LabelsAtOnce))
                {
                    await client.PostAsync(
                        route,
                        new JsonObject
                        {
                            ["ids"] = new JsonArray([.. part.Select(label => (JsonNode)label.Id)]),
                            ["labels"] = new JsonArray([.. part.Select(label => (JsonNode)label.Value)]),
                        },
                        ct);
                }

                Printer.Show(await client.GetAsync(route, ct), style);
                return 0;
            });
    }

    private static async Task<IReadOnlyList<(string Id, double Value)>> ReadAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var labels = new List<(string, double)>();
        foreach (var (index, line) in (await File.ReadAllLinesAsync(path, ct)).Index())
        {
            if (line.LastIndexOf(',') is var comma and > 0
                && double.TryParse(line.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var label) && double.IsFinite(label))
            {
                labels.Add((line[..comma].Trim(), label));
            }
            else if (index > 0 && !string.IsNullOrWhiteSpace(line))
            {
                throw SlipwayException.Invalid($"{path}, line {index + 1}: '{line}' is not ID,LABEL with a number, such as w05-0003.17,1. Nothing was added.");
            }
        }

        return labels.Count > 0 ? labels : throw SlipwayException.Invalid($"{path} has no labels; write lines of ID,LABEL.");
    }
}
