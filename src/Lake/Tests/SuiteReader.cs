using Slipway.Kernel;
using Slipway.Lake.Yaml;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.Tests;

/// <summary>
/// Reads a suite:
/// <code>
/// name: flights-raw
/// expectations:
///   - expect: between
///     column: distance
///     min: 1
///     on_fail: quarantine
/// </code>
/// </summary>
internal static class SuiteReader
{
    private const int MaxLength = 1 << 20;

    private static readonly string[] s_common = ["expect", "name", "severity"];
    private static readonly string[] s_perRow = [.. s_common, "on_fail", "mostly", "reason"];
    private static readonly string[] s_perTable = [.. s_common, "on_fail"];

    private static readonly Dictionary<string, string[]> s_fields = new()
    {
        ["not_null"] = [.. s_perRow, "column", "columns"],
        ["unique"] = [.. s_perRow, "column", "columns"],
        ["in_set"] = [.. s_perRow, "column", "values"],
        ["between"] = [.. s_perRow, "column", "min", "max"],
        ["matches"] = [.. s_perRow, "column", "pattern"],
        ["sql"] = [.. s_perRow, "condition"],
        ["foreign_key"] = [.. s_perRow, "column", "references", "key"],
        ["row_count"] = [.. s_perTable, "min", "max"],
        ["freshness"] = [.. s_perTable, "column", "max_age"],
        ["columns"] = [.. s_perTable, "types"],
        ["measure"] = [.. s_perTable, "measure", "min", "max"],
        ["anomaly"] = [.. s_perTable, "measure", "rule", "max", "period"],
        ["quantile"] = [.. s_perTable, "column", "quantile", "min", "max"],
        ["distribution"] = [.. s_perTable, "column", "reference", "statistic", "min", "max"],
    };

    public static Suite Read(string yaml, string source)
    {
        if (yaml.Length > MaxLength)
            throw SlipwayException.Invalid($"{source}: a suite has at most {MaxLength:N0} characters; this file has {yaml.Length:N0}.");

        var problems = new YamlProblems(source);
        var node = new YamlFields(problems.Read(yaml, "A suite is a mapping with name and expectations."), problems);
        node.AllowOnly("A suite", ["name", "description", "expectations"]);
        var expectations = Expectations(node, problems).ToList();
        problems.ThrowIfAny();
        return new Suite(node.Text("name") ?? Path.GetFileNameWithoutExtension(source), source, expectations);
    }

    private static IEnumerable<Expectation> Expectations(YamlFields suite, YamlProblems problems)
    {
        if (suite.Find("expectations") is not YamlSequenceNode { Children.Count: > 0 } list)
        {
            problems.Add(suite.Find("expectations") ?? suite.Node, "expectations is a list of what is expected, each with expect: and its fields.");
            yield break;
        }

        foreach (var item in list.Children)
        {
            if (item is not YamlMappingNode map)
            {
                problems.Add(item, "An expectation is a mapping, such as {expect: not_null, columns: [date]}.");
                continue;
            }

            foreach (var expectation in Expectation(new YamlFields(map, problems), problems))
                yield return expectation;
        }
    }

    private static IEnumerable<Expectation> Expectation(YamlFields node, YamlProblems problems)
    {
        if (node.RequiredText("expect", $"one of {string.Join(", ", s_fields.Keys)}") is not { } kind)
            return [];
        if (!s_fields.TryGetValue(kind, out var fields))
        {
            problems.Add(
                node.Find("expect")!,
                $"'{kind}' is no expectation.{Nearest.Hint(kind, s_fields.Keys)} Known: {string.Join(", ", s_fields.Keys)}.");
            return [];
        }

        node.AllowOnly($"The expectation {kind}", fields);
        return ExpectationReader.Read(kind, node, problems);
    }
}
