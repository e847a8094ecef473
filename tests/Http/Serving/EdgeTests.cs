using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A server that can be taken away and brought back, and processes that answer for its endpoint "flights".</summary>
public sealed class EdgeTests : IAsyncLifetime
{
    private const string Api = "/api/v1/online-endpoints/flights";

    private readonly TempFolder _folder = new();
    private readonly Uri _url = new($"http://127.0.0.1:{FreePort.Next()}");
    private readonly List<WebApplication> _edges = [];
    private HttpClient _control = null!;
    private WebApplication? _server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _control = new HttpClient { BaseAddress = _url };
        await StartServerAsync();
        foreach (var _ in new[] { 1, 2 })
            await RegisterAsync("late", OnnxModels.Classifier().ToByteArray());
        await PutAsync(Api, "{}");
        await PutAsync($"{Api}/deployments/blue", """{"model":"late:1"}""");
        await PutAsync($"{Api}/deployments/green", """{"model":"late:2"}""");
        await MoveAsync("blue");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in _edges)
            await edge.DisposeAsync();
        await StopServerAsync();
        _control.Dispose();
        _folder.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Processes_elsewhere_answer_alike_and_follow_the_traffic()
    {
        using var one = await StartEdgeAsync("one");
        using var two = await StartEdgeAsync("two");
        await UntilAsync(one, "blue");
        await UntilAsync(two, "blue");

        await MoveAsync("green");

        await UntilAsync(one, "green");
        await UntilAsync(two, "green");
        while ((await InstancesAsync()).Count(instance => (long)instance!["deployments"]![1]!["requests"]! > 0) < 2)
            await Task.Delay(50, Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_answered_while_the_server_was_away_is_found_there_when_it_is_back()
    {
        using (var before = await StartEdgeAsync("one"))
            await UntilAsync(before, "blue");
        await StopServerAsync();
        await _edges[0].StopAsync(Ct);
        await _edges[0].DisposeAsync();
        using var edge = await StartEdgeAsync("one");

        Assert.Equal("blue", await AskAsync(edge, "away"));
        await StartServerAsync();

        while (true)
        {
            using var found = await _control.GetAsync($"{Api}/predictions/away.0", Ct);
            if (found.StatusCode == HttpStatusCode.OK)
                break;
            Assert.Equal(HttpStatusCode.NotFound, found.StatusCode);
            await Task.Delay(50, Ct);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Profiles_of_what_was_answered_elsewhere_are_added_up_at_the_server()
    {
        foreach (var name in new[] { "one", "two" })
        {
            using var edge = await StartEdgeAsync(name);
            await AskAsync(edge, "a");
            await AskAsync(edge, "b");
        }

        foreach (var edge in _edges)
            await edge.StopAsync(Ct);

        var profile = (await _control.GetFromJsonAsync<JsonNode>($"{Api}/deployments/blue/profile", Ct))!;
        Assert.Equal(4, (long)profile["rows"]!);
        Assert.Equal(100, (double)profile["columns"]!.AsArray().Single(column => (string)column!["name"]! == "input_distance")!["mean"]!);
    }

    [Fact(Timeout = 60_000)]
    public async Task Rows_that_find_no_room_while_the_server_is_away_are_counted()
    {
        using var edge = await StartEdgeAsync("one", spoolBytes: 0);
        await StopServerAsync();
        await AskAsync(edge, "lost");
        await _edges[0].StopAsync(Ct);
        await _edges[0].DisposeAsync();
        await StartServerAsync();
        using var again = await StartEdgeAsync("one");

        while ((await InstancesAsync()).All(instance => (long)instance!["lostRows"]! == 0))
            await Task.Delay(50, Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_files_of_a_model_that_is_not_deployed_any_more_are_freed()
    {
        var other = await RegisterAsync("other", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        await PutAsync($"{Api}/deployments/other", """{"model":"other:1"}""");
        using var edge = await StartEdgeAsync("one");
        var content = _edges[0].Services.GetRequiredService<ContentStore>();
        var whileDeployed = await CollectAsync(other);
        using var deleted = await _control.DeleteAsync($"{Api}/deployments/other", Ct);
        await MoveAsync("green");
        await UntilAsync(edge, "green");

        var after = await CollectAsync(other);
        await _edges[0].StopAsync(Ct);
        await _edges[0].DisposeAsync();
        using var again = await StartEdgeAsync("one");

        Assert.Equal((HttpStatusCode.NoContent, true, false), (deleted.StatusCode, whileDeployed, after));
        await UntilAsync(again, "green");

        // Twice: what is found without a record is condemned first.
        async Task<bool> CollectAsync(Digest tree)
        {
            var collections = _edges[0].Services.GetRequiredService<Collections>();
            for (var i = 0; i < 2; i++)
            {
                var begun = await BeginAsync(collections);
                while (await collections.FindAsync(begun.Id, Ct) is { EndedAt: null })
                    await Task.Delay(20, Ct);
            }

            return await content.ExistsAsync(tree, Ct);
        }

        // A process collects by itself when it starts, and one at a time.
        async Task<Collection> BeginAsync(Collections collections)
        {
            while (true)
            {
                try
                {
                    return await collections.StartAsync("test", dryRun: false, TimeSpan.Zero, Ct);
                }
                catch (SlipwayException exception) when (exception.Code == ErrorCode.Conflict)
                {
                    await Task.Delay(20, Ct);
                }
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_of_a_model_that_was_lost_is_fetched_again_though_the_list_of_its_files_is_there()
    {
        var other = await RegisterAsync("other", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Double));
        await PutAsync($"{Api}/deployments/other", """{"model":"other:1"}""");
        using var edge = await StartEdgeAsync("one");
        var content = _edges[0].Services.GetRequiredService<ContentStore>();
        var file = (await content.GetTreeAsync(other, Ct)).Entries.Single().Digest;
        File.Delete(await content.LocalFileAsync(file, Ct));

        await PutAsync($"{Api}/deployments/again", """{"model":"other:1"}""");

        while (!await content.ExistsAsync(file, Ct))
            await Task.Delay(20, Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_endpoint_that_is_deleted_is_not_answered_any_more()
    {
        using var edge = await StartEdgeAsync("one");
        await PutAsync($"{Api}/traffic", """{"traffic":{},"reason":"the end"}""");
        using var deleted = await _control.DeleteAsync(Api, Ct);

        await UntilAsync(edge, null);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_a_server_or_an_endpoint_it_does_not_start_and_says_why()
    {
        var unknown = await Assert.ThrowsAsync<SlipwayException>(() => StartEdgeAsync("one", endpoint: "flihgts"));
        await StopServerAsync();
        var away = await Assert.ThrowsAsync<SlipwayException>(() => StartEdgeAsync("two"));

        Assert.Equal((ErrorCode.NotFound, ErrorCode.Unavailable), (unknown.Code, away.Code));
        Assert.Contains("flihgts", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_is_taken_only_when_its_file_holds_what_is_said()
    {
        var content = _server!.Services.GetRequiredService<ContentStore>();
        var text = await content.PutBytesAsync("no parquet"u8.ToArray(), Ct);

        var refusals = new[]
        {
            await TellAsync($$"""{"deployment":"blue","model":"late","modelVersion":1,"digest":"{{text.Digest}}"}"""),
            await TellAsync($$"""{"deployment":"blue","model":"late","modelVersion":1,"digest":"{{Digest.Of("nothing"u8)}}"}"""),
            await TellAsync("""{"deployment":"blue"}"""),
            await TellAsync("[]"),
        };

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], refusals);
    }

    [Theory]
    [InlineData("one", "{}")]
    [InlineData("01980000000070008000000000000001", "{}")]
    [InlineData("01980000000070008000000000000001", "nothing")]
    public async Task A_report_that_is_none_is_refused(string instance, string report)
    {
        using var answer = await _control.PutAsync($"{Api}/instances/{instance}", ServingServer.Json(report), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await InstancesAsync());
    }

    private async Task<Digest> RegisterAsync(string model, byte[] onnx)
    {
        var content = _server!.Services.GetRequiredService<ContentStore>();
        var blob = await content.PutBytesAsync(onnx, Ct);
        var tree = await content.PutTreeAsync([new TreeEntry("model.onnx", blob.Digest, blob.Size)], Ct);
        await _server.Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            ServingServer.Caller, new NewModelVersion { Model = model, Tree = tree.Digest, Flavor = "onnx" }, Ct);
        return tree.Digest;
    }

    private async Task<HttpStatusCode> TellAsync(string segment)
    {
        using var answer = await _control.PostAsync($"{Api}/segments", ServingServer.Json(segment), Ct);
        return answer.StatusCode;
    }

    private async Task<JsonArray> InstancesAsync() =>
        (await _control.GetFromJsonAsync<JsonNode>($"{Api}/instances", Ct))!["instances"]!.AsArray();

    private async Task<HttpClient> StartEdgeAsync(string name, string endpoint = "flights", long spoolBytes = 1024 * 1024)
    {
        var edge = await EdgeModule.StartAsync(
            new EdgeSettings
            {
                Endpoint = endpoint,
                Server = _url,
                SpoolBytes = spoolBytes,
                Own = new ServerSettings { Home = _folder.File(name), Urls = ["http://127.0.0.1:0"], LogLevel = LogLevel.Critical },
            },
            Ct);
        _edges.Add(edge);
        return new HttpClient { BaseAddress = new Uri(edge.Urls.First()) };
    }

    private async Task StartServerAsync() => _server = await ServerModule.StartAsync(
        new ServerSettings { Home = _folder.File("server"), Urls = [_url.ToString()] }, Ct);

    private async Task StopServerAsync()
    {
        if (_server is null)
            return;
        await _server.StopAsync(Ct);
        await _server.DisposeAsync();
        _server = null;
    }

    private Task MoveAsync(string deployment) => PutAsync($"{Api}/traffic", $$"""{"traffic":{"{{deployment}}":100},"reason":"told"}""");

    private async Task PutAsync(string path, string json)
    {
        using var response = await _control.PutAsync(path, ServingServer.Json(json), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    // Who answered; null: nobody does.
    private static async Task<string?> AskAsync(HttpClient client, string id)
    {
        var body = $$"""
            {"id":"{{id}}","inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},
                                     {"name":"distance","shape":[1,1],"datatype":"FP32","data":[100]}]}
            """;
        using var answer = await client.PostAsync("/endpoints/flights/v2/models/late/infer", ServingServer.Json(body), Ct);
        return answer.Headers.TryGetValues("slipway-deployment", out var names) ? names.Single() : null;
    }

    private static async Task UntilAsync(HttpClient client, string? deployment)
    {
        while (await AskAsync(client, "ask") != deployment)
            await Task.Delay(50, Ct);
    }
}
