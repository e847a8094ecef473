using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class WorkspaceWireContract(TrackingServer server)
{
    private const string Workspaces = "/api/3.0/mlflow/workspaces";

    [Fact]
    public async Task Runs_of_one_workspace_are_not_seen_in_another()
    {
        var (status, created) = await server.SendAsync(
            HttpMethod.Post, Workspaces, new JsonObject { ["name"] = "team-a", ["description"] = "the A team" });
        var inside = await InAsync("team-a", HttpMethod.Post, "/api/2.0/mlflow/experiments/create", """{"name": "secret"}""");

        var elsewhere = await InAsync(null, HttpMethod.Get, "/api/2.0/mlflow/experiments/get-by-name?experiment_name=secret", null);
        var there = await InAsync("team-a", HttpMethod.Get, "/api/2.0/mlflow/experiments/get-by-name?experiment_name=secret", null);

        Assert.Equal((201, """{"workspace":{"name":"team-a","description":"the A team"}}"""), (status, created.ToJsonString()));
        Assert.Equal((200, 404, 200), (inside, elsewhere, there));
        Assert.Contains("\"workspaces_enabled\": true", await ServerInfoAsync());
        var listed = (await server.GetAsync(Workspaces))["workspaces"]!.AsArray().Select(workspace => (string)workspace!["name"]!).ToList();
        Assert.Equal(listed.Order(StringComparer.Ordinal), listed);
        Assert.Contains("default", listed);
        Assert.Contains("team-a", listed);
    }

    [Fact]
    public async Task A_workspace_is_described_anew_and_deleted_when_it_is_empty()
    {
        await CreateAsync("short-lived");

        var (_, updated) = await server.SendAsync(HttpMethod.Patch, Workspaces + "/short-lived", new JsonObject { ["description"] = "new" });
        await InAsync("short-lived", HttpMethod.Get, "/api/2.0/mlflow/experiments/search?max_results=5", null);
        var deleted = await InAsync(null, HttpMethod.Delete, Workspaces + "/short-lived", null);
        var gone = await InAsync("short-lived", HttpMethod.Get, "/api/2.0/mlflow/experiments/search?max_results=5", null);
        await CreateAsync("short-lived");
        var again = await InAsync("short-lived", HttpMethod.Get, "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default", null);

        Assert.Equal("new", (string)updated["workspace"]!["description"]!);
        Assert.Equal((204, 404, 200), (deleted, gone, again));
    }

    [Fact]
    public async Task A_workspace_that_holds_something_is_not_deleted_and_what_it_holds_is_named()
    {
        await CreateAsync("in-use");
        await InAsync("in-use", HttpMethod.Post, "/api/2.0/mlflow/experiments/create", """{"name": "kept"}""");

        var (status, refusal) = await server.SendAsync(HttpMethod.Delete, Workspaces + "/in-use", null);

        Assert.Equal((409, "INVALID_STATE"), (status, (string)refusal["error_code"]!));
        Assert.Contains("experiments (1)", (string)refusal["message"]!, StringComparison.Ordinal);
        Assert.Equal(200, await InAsync("in-use", HttpMethod.Get, "/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept", null));
    }

    [Theory]
    [InlineData("POST", "", "{}", 400, "'name'")]
    [InlineData("POST", "", """{"name": "x"}""", 400, "is not a workspace name")]
    [InlineData("POST", "", """{"name": "A-b"}""", 400, "is not a workspace name")]
    [InlineData("POST", "", """{"name": "a--b"}""", 400, "is not a workspace name")]
    [InlineData("POST", "", """{"name": "default"}""", 400, "reserved")]
    [InlineData("POST", "", """{"name": "ajax-api"}""", 400, "reserved")]
    [InlineData("POST", "", """{"name": "rooted", "default_artifact_root": "s3://bucket"}""", 501, "artifact_location")]
    [InlineData("GET", "/nobody", null, 404, "not found")]
    [InlineData("GET", "/No", null, 400, "is not a workspace name")]
    [InlineData("PATCH", "/nobody", """{"description": "x"}""", 404, "not found")]
    [InlineData("PATCH", "/default", "{}", 400, "at least one key")]
    [InlineData("DELETE", "/default", null, 400, "reserved")]
    [InlineData("DELETE", "/nobody", null, 404, "not found")]
    [InlineData("DELETE", "/nobody?mode=SOME", null, 400, "Invalid deletion mode")]
    [InlineData("DELETE", "/nobody?mode=CASCADE", null, 404, "not found")]
    [InlineData("DELETE", "/default?mode=CASCADE", null, 400, "reserved")]
    public async Task Wrong_requests_are_refused(string method, string path, string? body, int status, string message)
    {
        var (answered, refusal) = await server.SendTextAsync(new HttpMethod(method), Workspaces + path, body);

        Assert.Equal(status, answered);
        Assert.Contains(message, (string)refusal["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await CreateAsync("taken");

        var (status, refusal) = await server.SendAsync(HttpMethod.Post, Workspaces, new JsonObject { ["name"] = "taken" });

        Assert.Equal((400, "RESOURCE_ALREADY_EXISTS"), (status, (string)refusal["error_code"]!));
    }

    private async Task CreateAsync(string name) =>
        Assert.Equal(201, (await server.SendAsync(HttpMethod.Post, Workspaces, new JsonObject { ["name"] = name })).Status);

    private Task<string> ServerInfoAsync() =>
        server.Client.GetStringAsync("/api/3.0/mlflow/server-info", TestContext.Current.CancellationToken);

    private async Task<int> InAsync(string? workspace, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (workspace is not null)
            request.Headers.Add("X-MLFLOW-WORKSPACE", workspace);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}

public sealed class WorkspaceWireOnSqlite(TrackingServer server) : WorkspaceWireContract(server), IClassFixture<TrackingServer>;

public sealed class WorkspaceWireOnPostgres(TrackingServerOnPostgres server)
    : WorkspaceWireContract(server), IClassFixture<TrackingServerOnPostgres>;
