using System.Text.Json.Nodes;
using Slipway.Cli.Verbs;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Xunit;

namespace Slipway.Unit.Cli;

/// <summary>What an edit changes of a deployment that a server keeps, and that nothing else changes.</summary>
public sealed class KeptServingTests
{
    private const string Proxy =
        """
        {"runtime":"proxy","proxy":{"url":"/v2","protocol":"oip","model":"m","headers":{"x-key":"${{secrets.key}}"},"command":["sh","-c","serve --port ${port}"]},"threads":1,"concurrency":4}
        """;

    private const string Python =
        """
        {"runtime":"python","scoring_script":"score.py","code":"sha256:ab","environment":{"name":"azureml:py:1"},"environment_variables":{"A":"1","WORKER_COUNT":"2"},
         "collection":{"sampling_rate":0.5,"inputs":true,"outputs":false,"profiles":false,"mask":"ssn=drop"},"concurrency":8,"max_queue_wait_ms":50,"max_batch":16}
        """;

    private const string Probed =
        """
        {"runtime":"python","scoring_script":"score.py","code":"sha256:ab","probe":{"start_timeout_s":600,"period_s":5,"timeout_s":2,"failure_threshold":3}}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Proxy, "", "")]
    [InlineData(Python, "", "")]
    [InlineData(Proxy, "properties.slipway.proxy.model=other", """{"proxy":{"url":"/v2","protocol":"oip","model":"other","command":["sh","-c","serve --port ${port}"],"headers":{"x-key":"${{secrets.key}}"}}}""")]
    [InlineData(Proxy, "liveness_probe.period=5", """{"probe":{"start_timeout_s":160,"period_s":5,"timeout_s":2,"failure_threshold":30}}""")]
    [InlineData(Probed, "", "")]
    [InlineData(Probed, "liveness_probe.period=7", """{"probe":{"start_timeout_s":600,"period_s":7,"timeout_s":2,"failure_threshold":3}}""")]
    [InlineData(Probed, "startup_probe.failure_threshold=60", """{"probe":{"start_timeout_s":60,"period_s":5,"timeout_s":2,"failure_threshold":3}}""")]
    [InlineData(Python, "environment_variables.A=2", """{"environment_variables":{"A":"2","WORKER_COUNT":"2"}}""")]
    [InlineData(Python, "environment_variables.WORKER_COUNT=3", """{"environment_variables":{"A":"1","WORKER_COUNT":"3"},"concurrency":3}""")]
    [InlineData(Python, "instance_count=3", """{"concurrency":6}""")]
    [InlineData(Python, "data_collector.sampling_rate=1", """{"collection":{"inputs":true,"outputs":false,"sampling_rate":1,"mask":"ssn=drop","profiles":false}}""")]
    [InlineData(Python, "properties.slipway.mask=ssn=hash", """{"collection":{"inputs":true,"outputs":false,"sampling_rate":0.5,"mask":"ssn=hash","profiles":false}}""")]
    public async Task An_edit_changes_what_it_names_and_nothing_else(string settings, string edit, string changed)
    {
        var kept = JsonNode.Parse($$"""{"name":"blue","endpoint":"late","settings":{{settings}}}""")!;

        var merged = await MergedAsync(kept, edit.Length == 0 ? [] : [edit]);

        var expected = kept["settings"]!.DeepClone().AsObject();
        foreach (var (name, value) in changed.Length == 0 ? [] : JsonNode.Parse(changed)!.AsObject())
            expected[name] = value?.DeepClone();
        Assert.True(JsonNode.DeepEquals(expected, merged), merged.ToJsonString());
    }

    [Fact]
    public async Task What_is_removed_goes()
    {
        var kept = JsonNode.Parse($$"""{"name":"blue","endpoint":"late","settings":{{Python}}}""")!;

        var merged = await MergedAsync(kept, [DefinitionEdit.Remove("request_settings"), DefinitionEdit.Remove("environment_variables.A")]);

        Assert.Null(merged["max_queue_wait_ms"]);
        Assert.Equal("""{"WORKER_COUNT":"2"}""", merged["environment_variables"]!.ToJsonString());
        Assert.Equal("8", merged["concurrency"]!.ToString());
    }

    [Theory]
    [InlineData("""{"start_timeout_s":600}""", "liveness_probe")]
    [InlineData("""{"start_timeout_s":15,"period_s":5,"timeout_s":2,"failure_threshold":3}""", "startup_probe")]
    [InlineData(null, "startup_probe", "liveness_probe")]
    public async Task Probes_that_are_removed_go(string? left, params string[] removed)
    {
        var kept = JsonNode.Parse($$"""{"name":"blue","endpoint":"late","settings":{{Probed}}}""")!;

        var merged = await MergedAsync(kept, [.. removed.Select(DefinitionEdit.Remove)]);

        Assert.Equal(left, merged["probe"]?.ToJsonString());
    }

    private static async Task<JsonObject> MergedAsync(JsonNode kept, IReadOnlyList<DefinitionEdit> edits)
    {
        // Nothing is sent: neither code nor a model is named.
        using var client = new SlipwayClient(new Uri("http://127.0.0.1:9"));
        var before = ServingFile.OfKept("online-deployment", KeptServing.Deployment(kept), []);
        var after = ServingFile.OfKept("online-deployment", KeptServing.Deployment(kept), edits);
        return KeptServing.Merged(kept["settings"]!, await before.DeploymentSettingsAsync(client, Ct), await after.DeploymentSettingsAsync(client, Ct));
    }
}
