using System.Net;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Server;

public sealed class ServerTests : RunningServer
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task The_server_says_that_it_is_well(string path)
    {
        Assert.Equal("OK", await Client.GetStringAsync(path, Ct));
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("192.168.1.5:5000", HttpStatusCode.Forbidden)]
    [InlineData("localhost:1", HttpStatusCode.OK)]
    [InlineData("[::1]:1", HttpStatusCode.OK)]
    public async Task Only_loopback_names_are_answered(string host, HttpStatusCode expected)
    {
        Assert.Equal(expected, (await SendAsync("Host", host)).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("null")]
    public async Task A_page_of_another_site_is_refused(string origin)
    {
        var answer = await SendAsync("Origin", origin);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("is another site", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Theory]
    [InlineData("//api/v1/data")]
    [InlineData("/api//v1///data")]
    public async Task Several_slashes_in_a_path_are_one(string path)
    {
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(new Uri(Url + path), Ct)).StatusCode);
    }

    [Fact]
    public async Task A_workspace_that_does_not_exist_is_told_in_the_shape_of_the_route()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/2.0/mlflow/experiments/get?experiment_id=0");
        request.Headers.Add("X-MLFLOW-WORKSPACE", "nowhere");
        using var answer = await Client.SendAsync(request, Ct);

        Assert.Equal("RESOURCE_DOES_NOT_EXIST", JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["error_code"]!.ToString());
    }

    [Fact]
    public async Task A_page_of_this_server_is_answered()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("Origin", Url)).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/data?limit=0", HttpStatusCode.BadRequest, "InvalidParameter", "limit is 0; it must be from 1 to 1000.")]
    [InlineData("/api/v1/data/nope/versions/1", HttpStatusCode.NotFound, "NotFound", "Data version 'nope@1' does not exist.")]
    [InlineData("/api/v1/nowhere", HttpStatusCode.NotFound, "NotFound", "There is no /api/v1/nowhere here; /openapi/v1.json lists the routes.")]
    public async Task A_refusal_is_problem_details_with_one_sentence(string path, HttpStatusCode status, string title, string detail)
    {
        using var answer = await Client.GetAsync(path, Ct);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal((title, detail), (problem["title"]!.ToString(), problem["detail"]!.ToString()));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"sql\": 5}")]
    [InlineData("[]")]
    public async Task A_body_that_is_not_what_the_route_takes_is_a_bad_request(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync("/api/v1/sql", content, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("The body is not the JSON that this route takes", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Theory]
    [InlineData("/api/v1/data")]
    [InlineData("/api/v1/jobs/nope")]
    [InlineData("/api/v1/nowhere")]
    public async Task An_answer_is_only_data_to_a_browser(string path)
    {
        using var answer = await Client.GetAsync(path, Ct);

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task The_openapi_document_lists_the_routes()
    {
        var document = JsonNode.Parse(await Client.GetStringAsync("/openapi/v1.json", Ct))!;

        Assert.NotNull(document["paths"]!["/api/v1/sql"]!["post"]);
    }

    [Fact]
    public async Task A_home_that_another_server_holds_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ServerModule.StartAsync(
            new ServerSettings { Home = Home, Urls = ["http://127.0.0.1:0"] }, Ct));

        Assert.Contains("uses the home folder", refusal.Message);
    }

    [Fact]
    public async Task A_port_in_use_is_refused()
    {
        using var other = new TempFolder();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ServerModule.StartAsync(
            new ServerSettings { Home = other.Path, Urls = [Url] }, Ct));

        Assert.Contains("Another program listens on", refusal.Message);
    }

    [Theory]
    [InlineData("http://0.0.0.0:5000")]
    [InlineData("http://[::]:5000")]
    [InlineData("http://10.0.0.1:5000")]
    [InlineData("ftp://localhost")]
    public async Task An_address_that_others_can_reach_is_refused_before_anything_starts(string url)
    {
        using var other = new TempFolder();

        await Assert.ThrowsAsync<SlipwayException>(() => ServerModule.StartAsync(
            new ServerSettings { Home = other.File("home"), Urls = [url] }, Ct));

        Assert.False(Directory.Exists(other.File("home")));
    }

    private async Task<HttpResponseMessage> SendAsync(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/data");
        request.Headers.TryAddWithoutValidation(header, value);
        return await Client.SendAsync(request, Ct);
    }
}
