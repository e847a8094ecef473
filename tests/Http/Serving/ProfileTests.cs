using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Cli.CommandLine;
using Slipway.Data;
using Slipway.Registry.Contracts;
using Slipway.Statistics.Drift;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Profiles of a whole server's answers, over HTTP and by the command line.</summary>
public sealed class ProfileTests : IAsyncLifetime
{
    private const string Path = "/api/v1/online-endpoints/flights/deployments";

    private readonly ServingServer _server = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_profile_tells_of_every_answer_also_where_no_rows_are_kept()
    {
        await _server.PutAsync($"{Path}/sparing", """{"model":"late:1","settings":{"collection":{"sampling_rate":0}}}""");
        await MoveAsync("sparing");
        for (var i = 0; i < 40; i++)
            await AskAsync($"r{i}", i % 4 == 0 ? "AA" : "UA", 100 * (i % 10));
        await AskAsync("secret", "ZZ", 5, ("slipway-collect", "off"));

        var profile = await ProfileAsync("sparing");

        Assert.Equal((40, 1, "late", 1), ((long)profile["rows"]!, (long)profile["optedOut"]!, (string)profile["model"]!, (int)profile["modelVersion"]!));
        var (carrier, distance) = (Column(profile, "input_carrier"), Column(profile, "input_distance"));
        Assert.Equal([("UA", 30L), ("AA", 10)], carrier["bins"]!.AsArray().Select(bin => ((string)bin!["label"]!, (long)bin["count"]!)));
        Assert.Equal((40, 0, 450.0, 0.0, 900.0), ((long)distance["count"]!, (long)distance["nulls"]!, Math.Round((double)distance["mean"]!, 9), (double)distance["min"]!, (double)distance["max"]!));
        Assert.Equal(40, distance["bins"]!.AsArray().Sum(bin => (long)bin!["count"]!));
        Assert.Null(distance["populationStabilityIndex"]);
        Assert.Equal(40, (long)Column(profile, "output_score")["count"]!);
    }

    [Fact]
    public async Task Answers_are_counted_in_the_bins_of_what_the_model_learned_from()
    {
        await RegisterAsync(new TrainingProfile(
            100, [FeatureProfile.OfNumbers("distance", [.. Enumerable.Range(0, 100).Select(i => i * 10.0)]), FeatureProfile.OfCategories("carrier", [KeyValuePair.Create("AA", 100L)], 0)]));
        await _server.PutAsync($"{Path}/trained", """{"model":"late:3"}""");
        await MoveAsync("trained");
        for (var i = 0; i < 20; i++)
            await AskAsync($"r{i}", i < 5 ? "AA" : "UA", 950);

        var profile = await ProfileAsync("trained");

        var distance = Column(profile, "input_distance");
        Assert.Equal([0L, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0], distance["bins"]!.AsArray().Select(bin => (long)bin!["count"]!));
        Assert.All(distance["bins"]!.AsArray().SkipLast(1), bin => Assert.Equal(10, (long)bin!["reference"]!));
        Assert.InRange((double)distance["populationStabilityIndex"]!, 5, 10);
        Assert.Equal([5L, 15, 0], Column(profile, "input_carrier")["bins"]!.AsArray().Select(bin => (long)bin!["count"]!));
    }

    [Fact]
    public async Task A_profile_outlives_the_server_and_can_be_looked_at_window_by_window()
    {
        await AskAsync("a", "AA", 100);
        using (var told = await _server.InferAsync(
            """
            {"id":"b","parameters":{"event_time":"2001-01-31T08:20:00Z"},"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},
                                     {"name":"distance","shape":[1,1],"datatype":"FP32","data":[7]}]}
            """))
        {
            Assert.Equal(HttpStatusCode.OK, told.StatusCode);
        }

        await _server.RestartAsync();
        await AskAsync("c", "AA", 300);

        var (now, past, none) = (await ProfileAsync("blue"), await ProfileAsync("blue", "from=2001-01-31T08:00:00Z&to=2001-01-31T09:00:00Z"), await ProfileAsync("blue", "from=2001-01-31T08:01:00Z&to=2001-01-31T09:00:00Z"));

        Assert.Equal((2, 1, 0), ((long)now["rows"]!, (long)past["rows"]!, (long)none["rows"]!));
        Assert.Equal(("2001-01-31T08:00:00+00:00", "2001-01-31T09:00:00+00:00"), ((string)past["from"]!, (string)past["to"]!));
        var bin = Assert.Single(Column(past, "input_distance")["bins"]!.AsArray())!;
        Assert.Equal((7, 7, 1), ((double)bin["from"]!, (double)bin["to"]!, (long)bin["count"]!));
    }

    [Fact]
    public async Task A_deployment_that_is_told_to_keeps_no_profiles()
    {
        await _server.PutAsync($"{Path}/silent", """{"model":"late:1","settings":{"collection":{"profiles":false}}}""");
        await MoveAsync("silent");
        await AskAsync("a", "AA", 100);

        Assert.Equal(0, (long)(await ProfileAsync("silent"))["rows"]!);
    }

    [Fact]
    public async Task Questions_that_cannot_be_answered_are_refused()
    {
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"{Path}/nobody/profile"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync($"{Path}/blue/profile?from=2001-02-01T00:00:00Z&to=2001-01-01T00:00:00Z"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync($"{Path}/blue/profile?from=yesterday"));
    }

    [Theory]
    [InlineData("""{"id":"x","deployment":"blue","model":"late","modelVersion":1,"from":0,"to":60000,"profile":"AAAA"}""", "cannot be read")]
    [InlineData("""{"id":"x","deployment":"blue","model":"late","modelVersion":1,"from":5,"to":60005,"profile":"AAAA"}""", "whole minute")]
    [InlineData("""{"id":"","deployment":"blue","model":"late","modelVersion":1,"from":0,"to":60000,"profile":"AAAA"}""", "an id of at most")]
    public async Task A_profile_from_elsewhere_that_cannot_be_is_refused(string body, string said)
    {
        using var answer = await _server.Client.PostAsync("/api/v1/online-endpoints/flights/profiles", ServingServer.Json(body), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(said, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_shows_columns_as_a_table_and_all_as_json()
    {
        await AskAsync("a", "AA", 100);
        await AskAsync("b", "UA", 300);

        var table = await CallAsync("online-deployment", "profile", "-e", "flights", "-n", "blue", "-o", "table");
        var mean = await CallAsync("online-deployment", "profile", "-e", "flights", "-n", "blue", "--query", "columns[?name=='input_distance'].mean | [0]", "-o", "json");

        Assert.Contains("input_distance", table, StringComparison.Ordinal);
        Assert.Equal(200, double.Parse(mean, CultureInfo.InvariantCulture));
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        Assert.Equal(1, await CommandTree.RunAsync(["online-deployment", "profile", "-e", "flights", "-n", "nobody", "--server", _server.Client.BaseAddress!.ToString()], output, errors));
    }

    private static JsonNode Column(JsonNode profile, string name) => profile["columns"]!.AsArray().Single(column => (string)column!["name"]! == name)!;

    private async Task<JsonNode> ProfileAsync(string deployment, string query = "") =>
        (await _server.Client.GetFromJsonAsync<JsonNode>($"{Path}/{deployment}/profile?{query}", Ct))!;

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _server.Client.GetAsync(path, Ct);
        return answer.StatusCode;
    }

    private Task MoveAsync(string deployment) =>
        _server.PutAsync("/api/v1/online-endpoints/flights/traffic", $$"""{"traffic":{"{{deployment}}":100},"reason":"told"}""");

    private async Task AskAsync(string id, string carrier, int distance, params (string Name, string Value)[] headers)
    {
        using var answer = await _server.AskAsync(id, carrier, distance, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<string> CallAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        var code = await CommandTree.RunAsync([.. arguments, "--server", _server.Client.BaseAddress!.ToString()], output, errors);
        Assert.True(code == 0, errors.ToString());
        return output.ToString();
    }

    private async Task RegisterAsync(TrainingProfile profile)
    {
        var content = _server.Services.GetRequiredService<ContentStore>();
        var model = await content.PutBytesAsync(OnnxModels.Classifier().ToByteArray(), Ct);
        var training = await content.PutBytesAsync(profile.ToJson(), Ct);
        var tree = await content.PutTreeAsync([new TreeEntry("model.onnx", model.Digest, model.Size), new TreeEntry(TrainingProfile.FileName, training.Digest, training.Size)], Ct);
        await _server.Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            ServingServer.Caller, new NewModelVersion { Model = "late", Tree = tree.Digest, Flavor = "onnx" }, Ct);
    }
}
