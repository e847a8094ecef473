using System.Text.Json.Nodes;
using Slipway.Http.Registry;
using Xunit;

namespace Slipway.Http.Mlflow;

/// <summary>What comes with a trace: its attachments and links.</summary>
public abstract class TraceImportContract : MlflowStores
{
    private const string TraceFolder = $"{MlflowFolder.Experiment}/traces/{MlflowFolder.Trace}";

    [Fact]
    public async Task Attachments_and_links_come_once_and_those_that_are_made_later_come_with_the_next_import()
    {
        var source = Folder().WriteAll();
        source.Write($"{TraceFolder}/artifacts/attachments/a1", "picture");
        var first = await ImportAsync(source.Root);
        source.Write($"{TraceFolder}/artifacts/attachments/a2", "sound");
        source.Write($"{TraceFolder}/links.json", $$"""{"runs": ["{{MlflowFolder.Run}}"], "prompts": ["ask/1"]}""");
        var rehearsal = await ImportAsync(source.Root, dryRun: true);

        var second = await ImportAsync(source.Root);
        var third = await ImportAsync(source.Root);

        Assert.Equal((4, 1, 1, 0), (Added(first, "artifacts"), Added(rehearsal, "artifacts"), Added(second, "artifacts"), Added(third, "artifacts")));
        Assert.Equal((2, 2, 0), (Added(rehearsal, "links of traces"), Added(second, "links of traces"), Added(third, "links of traces")));
        Assert.Equal("sound", await Server.TextAsync($"/ajax-api/3.0/mlflow/get-trace-artifact?request_id={MlflowFolder.Trace}&path=a2"));
        var linked = (await Server.CallAsync("GET", $"/api/v1/import/traces/{MlflowFolder.Trace}"))!;
        Assert.Equal((MlflowFolder.Run, "ask/1"), ((string?)linked["runs"]![0], (string?)linked["prompts"]![0]));
    }

    [Fact]
    public async Task A_link_to_a_run_that_did_not_come_is_told_and_all_else_comes()
    {
        var source = Folder().WriteAll();
        source.Write($"{TraceFolder}/links.json", $$"""{"runs": ["{{new string('f', 32)}}"]}""");

        var report = await ImportAsync(source.Root, fails: true);

        Assert.Equal(1, Added(report, "traces"));
        Assert.Contains(report["leftOut"]!.AsArray(), line => ((string)line!).StartsWith("links of traces to run ffff", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Attachments_that_are_not_on_this_machine_are_told()
    {
        var source = Folder().WriteAll();
        var spans = Path.Combine(source.Root, TraceFolder, "artifacts", "traces.json");
        source.Write(
            $"{TraceFolder}/artifacts/traces.json",
            (await File.ReadAllTextAsync(spans, Ct)).Replace("\"2\"", "\"\\\"mlflow-attachment://a1?size=1\\\"\"", StringComparison.Ordinal));

        var report = await ImportAsync(source.Root);

        Assert.Contains(report["leftOut"]!.AsArray(), line => ((string)line!).Contains("the attachments of 1 traces", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trace_that_is_not_here_has_no_state()
    {
        var (status, answer) = await Server.SendAsync("GET", "/api/v1/import/traces/tr-absent");

        Assert.Equal(404, status);
        Assert.Contains("tr-absent", answer.ToJsonString());
    }

    private static long Added(JsonObject report, string kind) => (long?)report["counts"]![kind]?["added"] ?? 0;
}

public sealed class TraceImportOnSqlite : TraceImportContract
{
    private protected override RegistryServer Server { get; } = new();
}

public sealed class TraceImportOnPostgres : TraceImportContract
{
    private protected override RegistryServer Server { get; } = new RegistryServerOnPostgres();
}
