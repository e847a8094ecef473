using Slipway.Client;
using Slipway.Shared;

namespace Slipway.EndToEnd.Jobs;

/// <summary>A server as a process of its own, to be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly SlipwayHost _host;

    private ServerProcess(SlipwayHost host, string url)
    {
        _host = host;
        Url = url;
        Client = new SlipwayClient(new Uri(url));
    }

    public string Url { get; }

    public SlipwayClient Client { get; }

    /// <param name="url">Null: a free port.</param>
    /// <param name="database">Null: SQLite in the home.</param>
    public static async Task<ServerProcess> StartAsync(
        string home, CancellationToken ct, string? url = null, string? database = null, bool runSteps = true,
        params (string Name, string Value)[] variables)
    {
        url ??= $"http://127.0.0.1:{FreePort.Next()}";
        string[] records = database is null ? [] : ["--database", database];
        var host = await SlipwayHost.StartAsync("Slipway listens", ["server", "--home", home, "--urls", url, .. records], ct, [("Jobs__RunSteps", $"{runSteps}"), .. variables]);
        return new ServerProcess(host, url);
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync() => _host.KillAsync();

    public void Dispose()
    {
        Client.Dispose();
        _host.Dispose();
    }
}
