using Slipway.Serving.Contracts;

namespace Slipway.Bench.Serving;

/// <summary>The memory of a process that has a hundred small models, each of which has answered.</summary>
internal sealed class ManyModels(SpeedServer server)
{
    private const int Count = 100;

    public async Task MeasureAsync(CancellationToken ct)
    {
        await server.RegisterAsync("small", TreeModel.Create(trees: 100, depth: 6), ct);
        var before = ResidentMemory.Read();
        for (var i = 0; i < Count; i++)
        {
            await server.DeployAsync($"many-{i}", "small:1", DeploymentSettings.Default, ct);
            using var connection = new HttpConnection(server.Url, Requests.Json(1, $"/endpoints/many-{i}/v2/models/small/infer"));
            if (!connection.Ask())
                throw new IOException($"Endpoint many-{i} did not answer.");
        }

        var after = ResidentMemory.Read();
        LoadProcess.Say($"{Count} deployments: {after}; {(after.Bytes - before.Bytes) / 1e6 / Count:N2} MB for each");
    }
}
