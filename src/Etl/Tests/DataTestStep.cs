using System.Globalization;
using System.Text.Json;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Dataflows;
using Slipway.Etl.Sources;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Tests;

/// <summary>
/// <c>type: data_test</c>: a suite of expectations over the input <c>data</c>, or over one window of it. Rows that fail go to
/// the output <c>quarantine</c>, the others to <c>clean</c>, the counts to <c>report</c>; a blocking failure fails the step.
/// </summary>
internal sealed class DataTestStep(IDataTests tests, ILakeTables tables, ContentStore content, StepMetrics metrics) : IStepKind
{
    public string Name => "data_test";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("suite", FieldType.File, true, "The YAML file with the expectations."),
        new("as_of", FieldType.Text, false, "The time that freshness is measured at; the end of the window, or else now, when absent."),
    ];

    public int Revision => 1;

    /// <summary>No: freshness depends on the time, and the counts belong to each run.</summary>
    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var table = await TableAsync(step, ct);
        var suite = step.Settings["suite"]?.ToString() ?? throw SlipwayException.Invalid("suite is missing: the file with the expectations.");
        var report = await tests.RunAsync(
            step.Caller,
            new DataTest
            {
                Suite = await File.ReadAllTextAsync(suite, ct),
                Source = Path.GetFileName(suite),
                Table = table,
                Tree = step.Literal("window") is null ? step.RequireTree("data") : null,
                CleanFile = OutputFile(step, "clean", "part.parquet"),
                QuarantineFile = OutputFile(step, "quarantine", "part.parquet"),
                AsOf = AsOf(step, table, ct),
            },
            ct);

        var json = JsonSerializer.Serialize(report, EtlJson.Default.DataTestReport);
        if (OutputFile(step, "report", "report.json") is { } file)
            await File.WriteAllTextAsync(file, json, ct);
        foreach (var result in report.Expectations)
            await step.Log.WriteLineAsync(result.Message);
        await LogAsync(step, report, ct);
        if (!report.Passed)
            throw SlipwayException.Conflict(report.Verdict());
    }

    private async Task<LakeTable> TableAsync(StepContext step, CancellationToken ct)
    {
        var tree = step.RequireTree("data");
        if (step.Literal("window") is not { } window)
            return await tables.TableAsync(tree, ct);

        return await WindowFiles.TableAsync(content, tree, window, ct)
            ?? throw SlipwayException.Invalid($"Input 'data' has no window {window}; land it first, by a dataflow.");
    }

    private DateTimeOffset? AsOf(StepContext step, LakeTable table, CancellationToken ct)
    {
        var text = step.Settings["as_of"]?.ToString();
        if (string.IsNullOrEmpty(text) && step.Literal("window") is not null)
        {
            using var connection = tables.Connect();
            text = connection.QueryScalar<string>(
                $"""
                select max(value::varchar) from parquet_kv_metadata({DuckDbSql.Literals(table.Files)})
                where key::varchar = '{DataWindow.EndKey}'
                """,
                ct);
        }

        if (string.IsNullOrEmpty(text))
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw SlipwayException.Invalid($"as_of is '{text}', which is no time, such as 2001-02-12T00:00:00Z.");
    }

    private static string? OutputFile(StepContext step, string output, string file) =>
        step.OutputFolders.TryGetValue(output, out var folder) ? Path.Combine(folder, file) : null;

    private Task LogAsync(StepContext step, DataTestReport report, CancellationToken ct) => metrics.LogAsync(
        step,
        [
            new("rows", report.Rows),
            new("quarantined", report.Quarantined),
            .. report.Expectations.Select(result => KeyValuePair.Create($"failed.{result.Name}", (double)result.Failed)),
        ],
        new Dictionary<string, string> { ["suite"] = report.Suite },
        ct);
}
