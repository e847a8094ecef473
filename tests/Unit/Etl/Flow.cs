using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

/// <summary>A dataflow that lands in an asset of its own, and what became of it.</summary>
internal sealed class Flow(EtlHost host)
{
    private int _runs;

    public static string Days => "{\"column\": \"date\", \"start\": \"2001-01-01\", \"every\": \"1d\"}";

    public AssetName Asset { get; } = AssetName.Parse($"flow-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="settings">Fields of the dataflow in JSON; the sink is the asset when none is said.</param>
    public Task<TestStep> RunAsync(string settings, int? window = null, string? id = null, params IEnumerable<StepInput> inputs) =>
        RunAsync(settings, id, runId: null, window is null ? inputs : inputs.Append(new StepInput { Name = "window", Literal = $"{window}" }));

    /// <summary>Another attempt of a step.</summary>
    public Task<TestStep> AgainAsync(string settings, string id, TestStep before) => RunAsync(settings, id, before.RunId, []);

    private Task<TestStep> RunAsync(string settings, string? id, string? runId, IEnumerable<StepInput> inputs)
    {
        var json = JsonNode.Parse(settings)!.AsObject();
        json["sink"] ??= new JsonObject();
        if (json["sink"]!["table"] is null)
            json["sink"]!["asset"] = Asset.Value;
        return host.RunAsync("dataflow", json.ToJsonString(), inputs, id: id ?? $"{Asset}/{++_runs}", runId: runId);
    }

    public async Task<SlipwayException> RefusalAsync(string settings, int? window = null)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => RunAsync(settings, window));
        return refusal;
    }

    public async Task<DataVersion?> LatestAsync(string suffix = "") =>
        await host.Get<IDataAssets>().FindAsync(Caller.System, AssetName.Parse(Asset + suffix), null, Ct);

    /// <summary>Rows of a query over $table as text, cells separated by '|'.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string query, string suffix = "") =>
        [.. (await host.RowsAsync((await LatestAsync(suffix))!.Tree, query)).Select(row => string.Join('|', row.Select(Text)))];

    public async Task<IReadOnlyList<string>> FilesAsync() =>
        [.. (await host.Get<ContentStore>().GetTreeAsync((await LatestAsync())!.Tree, Ct)).Entries.Select(entry => entry.Path)];

    private static string Text(object? cell) => cell switch
    {
        null => "null",
        IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => cell.ToString()!,
    };
}
