using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class IssueWireContract(TrackingServer server)
{
    private const string Issues = "/api/3.0/mlflow/issues";

    [Fact]
    public async Task An_issue_is_made_changed_and_read()
    {
        var experiment = await server.CreateExperimentAsync("one issue");
        var run = await server.CreateRunAsync(experiment);
        var id = await CreateAsync(experiment, "slow", $$""", "severity": "high", "root_causes": ["cold start"], "categories": ["latency"], "source_run_id": "{{run}}" """);

        var (_, updated) = await server.SendAsync(HttpMethod.Patch, $"{Issues}/{id}", JsonNode.Parse("""{"status": "resolved", "name": ""}"""));
        var issue = (await server.GetAsync($"{Issues}/{id}"))["issue"]!;

        Assert.StartsWith("iss-", id, StringComparison.Ordinal);
        Assert.Equal(issue.ToJsonString(), updated["issue"]!.ToJsonString());
        Assert.Equal(("slow", "resolved", "high", run), ((string)issue["name"]!, (string)issue["status"]!, (string)issue["severity"]!, (string)issue["source_run_id"]!));
        Assert.Equal("""["cold start"]""", issue["root_causes"]!.ToJsonString());
        Assert.Equal("local", (string)issue["created_by"]!);
    }

    [Fact]
    public async Task Issues_are_found_the_worst_first_with_the_number_of_their_traces()
    {
        var experiment = await server.CreateExperimentAsync("many issues");
        var low = await CreateAsync(experiment, "low", """, "severity": "low" """);
        var plain = await CreateAsync(experiment, "plain", "");
        var high = await CreateAsync(experiment, "high", """, "severity": "high", "status": "rejected" """);
        await server.PostAsync("/api/3.0/mlflow/traces", JsonNode.Parse($$"""
            {"trace": {"trace_info": {"trace_id": "tr-issue-{{experiment}}", "trace_location": {"mlflow_experiment": {"experiment_id": "{{experiment}}"} }, "state": "OK",
             "assessments": [{"assessment_name": "{{low}}", "trace_id": "x", "source": {"source_type": "HUMAN", "source_id": "eva"}, "issue": {"issue_name": "low"} }] } } }
            """)!.AsObject());

        var all = await SearchAsync($$"""{"experiment_id": "{{experiment}}", "include_trace_count": true}""");
        var pending = await SearchAsync($$"""{"experiment_id": "{{experiment}}", "filter_string": "status = 'pending' AND source_run_id != 'x'"}""");
        var page = await server.PostAsync(Issues + "/search", JsonNode.Parse($$"""{"experiment_id": "{{experiment}}", "max_results": 2}""")!.AsObject());
        var traces = await server.PostAsync("/api/3.0/mlflow/traces/search", JsonNode.Parse($$"""
            {"locations": [{"mlflow_experiment": {"experiment_id": "{{experiment}}"} }], "filter": "issue.id = '{{low}}'"}
            """)!.AsObject());

        Assert.Equal([(high, 0), (low, 1), (plain, 0)], all.Select(issue => ((string)issue!["issue_id"]!, (int)issue["trace_count"]!)));
        Assert.Empty(pending);
        Assert.Equal([low, plain], (await SearchAsync($$"""{"experiment_id": "{{experiment}}", "filter_string": "status = 'pending'"}""")).Select(issue => (string)issue!["issue_id"]!));
        Assert.Equal(2, page["issues"]!.AsArray().Count);
        var rest = await SearchAsync($$"""{"experiment_id": "{{experiment}}", "max_results": 2, "page_token": "{{page["next_page_token"]}}"}""");
        Assert.Equal(plain, (string)Assert.Single(rest)!["issue_id"]!);
        Assert.Single(traces["traces"]!.AsArray());
    }

    [Theory]
    [InlineData("POST", "", """{"experiment_id": "0", "name": "a"}""", 400)]
    [InlineData("POST", "", """{"experiment_id": "0", "name": "a", "description": "b", "status": "open"}""", 400)]
    [InlineData("POST", "", """{"experiment_id": "0", "name": "a", "description": "b", "severity": "worst"}""", 400)]
    [InlineData("POST", "", """{"experiment_id": "999999", "name": "a", "description": "b"}""", 404)]
    [InlineData("POST", "", """{"experiment_id": "0", "name": "a", "description": "b", "source_run_id": "none"}""", 404)]
    [InlineData("GET", "/iss-none", null, 404)]
    [InlineData("PATCH", "/iss-none", "{}", 404)]
    [InlineData("POST", "/search", """{"filter_string": "name = 'x'"}""", 400)]
    [InlineData("POST", "/search", """{"filter_string": "status > 'x'"}""", 400)]
    [InlineData("POST", "/invoke", "{}", 501)]
    public async Task Wrong_requests_are_refused(string method, string path, string? body, int status) =>
        Assert.Equal(status, (await server.SendTextAsync(new HttpMethod(method), Issues + path, body)).Status);

    private async Task<string> CreateAsync(string experiment, string name, string rest) => (string)(await server.PostAsync(
        Issues,
        JsonNode.Parse($$"""{"experiment_id": "{{experiment}}", "name": "{{name}}", "description": "it is {{name}}"{{rest}}}""")!.AsObject()))["issue"]!["issue_id"]!;

    private async Task<JsonArray> SearchAsync(string query) =>
        (await server.PostAsync(Issues + "/search", JsonNode.Parse(query)!.AsObject()))["issues"]!.AsArray();
}

public sealed class IssueWireOnSqlite(TrackingServer server) : IssueWireContract(server), IClassFixture<TrackingServer>;

public sealed class IssueWireOnPostgres(TrackingServerOnPostgres server)
    : IssueWireContract(server), IClassFixture<TrackingServerOnPostgres>;
