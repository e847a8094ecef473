using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>An endpoint that two processes answer for, one of them with TLS, while its server is killed and comes back.</summary>
public sealed class ServeStoryTests : IAsyncLifetime
{
    private const int Requests = 20;

    private readonly TempFolder _folder = new();
    private readonly OwnAuthority _authority = new();
    private readonly string _url = $"http://127.0.0.1:{FreePort.Next()}";
    private readonly int[] _ports = [FreePort.Next(), FreePort.Next()];
    private readonly List<SlipwayHost> _processes = [];
    private ServerProcess _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Uri Server => new(_url);

    public async ValueTask InitializeAsync()
    {
        _authority.Issue();
        await StartServerAsync();
        await DoublingModel.DeployAsync(_folder, Server);
    }

    public ValueTask DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        _server.Dispose();
        _authority.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact(Timeout = 180_000)]
    public async Task Two_processes_answer_while_the_server_is_killed_and_nothing_is_missing_when_it_is_back()
    {
        await StartAsync(0);
        await StartAsync(1, "--certificate", _authority.CertificateFile, "--certificate-key", _authority.KeyFile);
        using var plain = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_ports[0]}") };
        using var secure = _authority.Client(new Uri($"https://127.0.0.1:{_ports[1]}"));

        await AskManyAsync(plain, "plain-before");
        await AskManyAsync(secure, "secure-before");
        await _server.KillAsync();
        await AskManyAsync(plain, "plain-away");
        await AskManyAsync(secure, "secure-away");
        await AskAsync(plain, "mine", "off");

        // One ends and begins again while nobody is there to take what it has.
        Assert.Equal(0, await _processes[0].StopAsync(Ct));
        await StartAsync(0);
        await AskManyAsync(plain, "plain-again");
        _server.Dispose();
        await StartServerAsync();

        var counts = await CountsAsync(5 * Requests);
        var instances = await SlipwayProgram.AskAsync(Server, "online-endpoint", "instances", "-n", "flights", "-o", "json");
        var found = await SlipwayProgram.AskAsync(Server, "sql", "select count(distinct prediction_id) n, sum(output_score) s from 'predictions:flights'", "-o", "json");

        Assert.Equal((5 * Requests, 1), ((int)counts["rows"]!, (int)counts["opted_out"]!));
        Assert.Equal((5 * Requests, 5 * 2.0 * Enumerable.Range(0, Requests).Sum()), ((int)found[0]!["n"]!, (double)found[0]!["s"]!));
        Assert.All(instances.AsArray(), instance => Assert.Equal(0, (int)instance!["lost_rows"]!));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_cannot_be_answered_for_is_told_with_an_exit_code()
    {
        string[] serve = ["serve", "--server", _url, "--home", _folder.File("none"), "--urls"];

        var unknown = await SlipwayProgram.RunAsync([.. serve, "http://127.0.0.1:0", "--endpoint", "flihgts"]);
        var keyless = await SlipwayProgram.RunAsync([.. serve, "https://127.0.0.1:0", "--endpoint", "flights"]);
        var alone = await SlipwayProgram.RunAsync([.. serve, "http://127.0.0.1:0", "--endpoint", "flights", "--certificate-key", "key.pem"]);
        var rate = await SlipwayProgram.RunAsync([.. serve, "http://127.0.0.1:0", "--endpoint", "flights", "--min-data-rate", "-1"]);
        var help = await SlipwayProgram.RunAsync("serve", "--help");

        Assert.Equal((1, 2, 2, 2, 0), (unknown.ExitCode, keyless.ExitCode, alone.ExitCode, rate.ExitCode, help.ExitCode));
        Assert.Contains("flihgts", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("needs a certificate", keyless.Error, StringComparison.Ordinal);
        Assert.Contains("--max-connections", help.Output, StringComparison.Ordinal);
    }

    private async Task StartServerAsync() => _server = await ServerProcess.StartAsync(_folder.File("server"), Ct, _url);

    private async Task StartAsync(int number, params string[] more) => _processes.Add(await SlipwayHost.StartAsync(
        "Slipway answers for flights",
        [
            "serve", "--endpoint", "flights", "--server", _url, "--home", _folder.File($"edge{number}"),
            "--urls", $"{(more.Length == 0 ? "http" : "https")}://127.0.0.1:{_ports[number]}", .. more,
        ],
        Ct));

    private static async Task AskManyAsync(HttpClient client, string id)
    {
        for (var i = 0; i < Requests; i++)
            Assert.Equal(2.0 * i, await AskAsync(client, $"{id}-{i}", "on", i));
    }

    private static async Task<double> AskAsync(HttpClient client, string id, string collect, int distance = 1)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/endpoints/flights/v2/models/double/infer")
        {
            Content = new StringContent($$"""{"id":"{{id}}","inputs":[{"name":"distance","shape":[1,1],"datatype":"FP64","data":[{{distance}}]}]}"""),
        };
        request.Headers.Add("slipway-collect", collect);
        using var answer = await client.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (double)(await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!["outputs"]![0]!["data"]![0]!;
    }

    // Once so many rows have come.
    private async Task<JsonNode> CountsAsync(int rows)
    {
        while (true)
        {
            var counts = await SlipwayProgram.AskAsync(Server, "online-endpoint", "collected", "-n", "flights", "-o", "json");
            if (counts.AsArray() is [{ } blue] && (int)blue["rows"]! >= rows)
                return blue;
        }
    }
}
