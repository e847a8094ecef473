using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Security.Contracts;
using Xunit;

namespace Slipway.Http.Server;

/// <summary>Workspaces that hold something are deleted with it, or give it to the default one.</summary>
public abstract class WorkspaceDeletionContract : RunningServer
{
    private const string Hello = "type: command\ncommand: echo hello\nenvironment: azureml:any@latest\n";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await SendAsync("POST", "/api/v1/workspaces", """{"name": "team"}""", workspace: null);
    }

    [Fact]
    public async Task Every_table_of_a_workspace_says_what_becomes_of_its_rows()
    {
        var database = Part<Database>();
        var rows = Services.GetServices<WorkspaceRows>().ToList();
        var kept = rows.SelectMany(module => module.Kept);
        var deleted = rows.SelectMany(module => module.Contents.Concat(module.Deletions))
            .Where(statement => statement.EndsWith("where workspace = @Workspace", StringComparison.Ordinal))
            .Select(statement => statement.Split(' ')[2]);

        var tables = await database.QueryAsync<string>(database.Dialect.TablesWithWorkspace, null, Ct);

        // Jobs that are not over and endpoints forbid the deletion; roles go and the audit stays by the deletion itself.
        Assert.Equal(
            ["audit_log", "jobs", "online_deployments", "online_endpoints", "role_assignments"],
            tables.Except(kept).Except(deleted).Order());
        Assert.Empty(kept.Concat(deleted).Except(tables));
    }

    [Fact]
    public async Task All_that_a_workspace_holds_goes_with_it_and_nothing_of_another()
    {
        var run = await FillAsync("team");
        var other = await FillAsync(null);
        await RunJobAsync("hello");

        var restricted = await SendAsync("DELETE", "/api/v1/workspaces/team", null, workspace: null);
        var deleted = await SendAsync("DELETE", "/api/v1/workspaces/team?mode=cascade", null, workspace: null);
        await SendAsync("POST", "/api/v1/workspaces", """{"name": "team"}""", workspace: null);

        Assert.Equal((409, 204), (restricted.Status, deleted.Status));
        Assert.Contains("experiments (", restricted.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await SendAsync("GET", "/api/2.0/mlflow/runs/get?run_id=" + run)).Status);
        Assert.Equal(404, (await SendAsync("GET", "/api/2.0/mlflow/registered-models/get?name=churn")).Status);
        Assert.DoesNotContain("token", (await SendAsync("GET", "/api/v1/secrets")).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await SendAsync("GET", "/api/v1/jobs/hello")).Status);
        var kept = await SendAsync("GET", "/api/2.0/mlflow/runs/get?run_id=" + other, null, workspace: null);
        Assert.Contains("\"loss\"", kept.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await SendAsync("GET", "/api/2.0/mlflow/registered-models/get?name=churn", null, workspace: null)).Status);
        Assert.Equal(
            ["metrics 3", "latest_metrics 2", "params 1", "run_tags 3", "trace_metadata 1", "logged_model_params 1", "experiment_tags 1"],
            await CountsAsync());
        var audit = await SendAsync("GET", "/api/v1/audit?target=workspace:team", null, workspace: null);
        Assert.Contains("Cascade", audit.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_is_not_deleted_while_it_is_at_work()
    {
        await SendAsync("POST", "/api/v1/jobs", new JsonObject { ["yaml"] = Hello.Replace("echo hello", "sleep 60", StringComparison.Ordinal), ["name"] = "long" }.ToJsonString());
        await SendAsync("POST", "/api/v1/online-endpoints", """{"yaml": "name: flights\nauth_mode: key\n"}""");

        var (status, text) = await SendAsync("DELETE", "/api/3.0/mlflow/workspaces/team?mode=CASCADE", null, workspace: null);

        Assert.Equal(409, status);
        Assert.Contains("job long is", text, StringComparison.Ordinal);
        Assert.Contains("Cancel its jobs", text, StringComparison.Ordinal);
        Assert.Equal(202, (await SendAsync("POST", "/api/v1/jobs/long/cancel")).Status);
    }

    [Fact]
    public async Task A_workspace_that_once_ran_a_job_is_deleted_when_the_run_is()
    {
        var run = await RunJobAsync("hello");

        var before = await RefusedWithoutAsync("jobs (");
        var shown = (string)JsonNode.Parse((await SendAsync("GET", "/api/2.0/mlflow/runs/get?run_id=" + run)).Text)!["run"]!["info"]!["experiment_id"]!;
        await SendAsync("POST", "/api/2.0/mlflow/experiments/delete", new JsonObject { ["experiment_id"] = shown }.ToJsonString());
        await SendAsync("POST", "/api/v1/runs/purge", """{"olderThanDays": 0}""");
        await SendAsync("POST", "/api/v1/experiments/purge", """{"olderThanDays": 0}""");
        var after = await SendAsync("DELETE", "/api/v1/workspaces/team", null, workspace: null);

        Assert.Equal(409, before);
        Assert.Equal((204, ""), after);
    }

    [Fact]
    public async Task Experiments_and_models_go_to_the_default_workspace()
    {
        var run = await FillAsync("team");
        await SendAsync("DELETE", "/api/v1/secrets/token");

        var (status, text) = await SendAsync("DELETE", "/api/3.0/mlflow/workspaces/team?mode=SET_DEFAULT", null, workspace: null);

        Assert.Equal((204, ""), (status, text));
        var there = JsonNode.Parse((await SendAsync("GET", "/api/2.0/mlflow/runs/get?run_id=" + run, null, workspace: null)).Text)!["run"]!;
        Assert.Equal(["auc", "loss"], there["data"]!["metrics"]!.AsArray().Select(metric => (string)metric!["key"]!));
        var place = ((string)there["info"]!["artifact_uri"]!)["mlflow-artifacts:/".Length..];
        Assert.Equal("hello", (await SendAsync("GET", $"/api/2.0/mlflow-artifacts/artifacts/{place}/net/a.txt", null, workspace: null)).Text);
        var version = JsonNode.Parse((await SendAsync("GET", "/api/2.0/mlflow/registered-models/alias?name=churn&alias=live", null, workspace: null)).Text)!;
        Assert.Equal(run, (string)version["model_version"]!["run_id"]!);
        Assert.Contains("registered", (await SendAsync("GET", "/api/v1/models/churn/history", null, workspace: null)).Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("tr-1", (await SendAsync("GET", "/api/3.0/mlflow/traces/tr-1", null, workspace: null)).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await SendAsync("GET", "/api/v1/workspaces/team", null, workspace: null)).Status);
    }

    [Fact]
    public async Task What_has_a_name_that_is_taken_there_or_is_no_part_of_MLflow_stays_where_it_is()
    {
        await FillAsync("team");

        var secret = await SendAsync("DELETE", "/api/v1/workspaces/team?mode=set-default", null, workspace: null);
        await FillAsync(null);
        var taken = await SendAsync("DELETE", "/api/v1/workspaces/team?mode=set-default", null, workspace: null);

        Assert.Equal((409, 409), (secret.Status, taken.Status));
        Assert.Contains("secrets (1)", secret.Text, StringComparison.Ordinal);
        Assert.Contains("experiment e1, trace tr-1, model churn", taken.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await SendAsync("GET", "/api/2.0/mlflow/registered-models/get?name=churn")).Status);
    }

    // The rows that no workspace hides.
    private async Task<IEnumerable<string>> CountsAsync()
    {
        var database = Part<Database>();
        var counts = new List<string>();
        foreach (var table in new[] { "metrics", "latest_metrics", "params", "run_tags", "trace_metadata", "logged_model_params", "experiment_tags" })
        {
            var count = await database.FindAsync<long>($"select count(*) from {table}", null, Ct);
            counts.Add(string.Create(CultureInfo.InvariantCulture, $"{table} {count}"));
        }

        return counts;
    }

    /// <summary>An experiment with a run, its points, files, traces, a registered model, and a secret.</summary>
    private async Task<string> FillAsync(string? workspace)
    {
        async Task<JsonNode> CallAsync(string method, string path, string? body = null)
        {
            var (status, text) = await SendAsync(method, path, body, workspace);
            Assert.True(status is 200 or 201 or 204, $"{path}: {status} {text}");
            return text.StartsWith('{') ? JsonNode.Parse(text)! : new JsonObject();
        }

        var experiment = (string)(await CallAsync("POST", "/api/2.0/mlflow/experiments/create", """{"name": "e1", "tags": [{"key": "a", "value": "b"}]}"""))["experiment_id"]!;
        var info = (await CallAsync("POST", "/api/2.0/mlflow/runs/create", $$"""{"experiment_id": "{{experiment}}"}"""))["run"]!["info"]!;
        var run = (string)info["run_id"]!;
        await CallAsync("POST", "/api/2.0/mlflow/runs/log-batch", $$"""
            {"run_id": "{{run}}", "metrics": [{"key": "loss", "value": 1, "timestamp": 1}, {"key": "loss", "value": 2, "timestamp": 2}, {"key": "auc", "value": 2, "timestamp": 2}],
             "params": [{"key": "p", "value": "1"}], "tags": [{"key": "t", "value": "1"}, {"key": "u", "value": "1"}]}
            """);
        await CallAsync("PUT", $"/api/2.0/mlflow-artifacts/artifacts/{((string)info["artifact_uri"]!)["mlflow-artifacts:/".Length..]}/net/a.txt", "hello");
        await CallAsync("POST", "/api/3.0/mlflow/traces", """
            {"trace": {"trace_info": {"trace_id": "tr-1", "state": "OK", "request_time": "2026-01-01T00:00:00Z", "tags": {"a": "b"},
             "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "EXPERIMENT"}}}}}
            """.Replace("EXPERIMENT", experiment, StringComparison.Ordinal));
        await CallAsync("POST", "/api/2.0/mlflow/logged-models", $$"""{"experiment_id": "{{experiment}}", "name": "m", "params": [{"key": "a", "value": "1"}]}""");
        await CallAsync("POST", "/api/2.0/mlflow/registered-models/create", """{"name": "churn"}""");
        await CallAsync("POST", "/api/2.0/mlflow/model-versions/create", $$"""{"name": "churn", "source": "runs:/{{run}}/net", "run_id": "{{run}}"}""");
        await CallAsync("POST", "/api/2.0/mlflow/registered-models/alias", """{"name": "churn", "alias": "live", "version": "1"}""");
        await CallAsync("PUT", "/api/v1/secrets/token", """{"value": "s3cret"}""");
        return run;
    }

    /// <summary>Runs a job to its end; the id of its run.</summary>
    private async Task<string> RunJobAsync(string name)
    {
        var (status, text) = await SendAsync("POST", "/api/v1/jobs", new JsonObject { ["yaml"] = Hello, ["name"] = name }.ToJsonString());
        Assert.True(status is 200 or 201 or 202, text);
        Assert.Contains("\"status\":\"Completed\"", (await SendAsync("GET", $"/api/v1/jobs/{name}/logs?follow=true")).Text, StringComparison.Ordinal);
        return (string)JsonNode.Parse((await SendAsync("GET", $"/api/v1/jobs/{name}")).Text)!["runId"]!;
    }

    /// <summary>The status with which the workspace stays, once it no longer does for this: what follows a job's end is told a moment after it.</summary>
    private async Task<int> RefusedWithoutAsync(string reason)
    {
        while (true)
        {
            var (status, text) = await SendAsync("DELETE", "/api/v1/workspaces/team", null, workspace: null);
            if (!text.Contains(reason, StringComparison.Ordinal))
                return status;
            await Task.Delay(20, Ct);
        }
    }

    private async Task<(int Status, string Text)> SendAsync(string method, string path, string? body = null, string? workspace = "team")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (workspace is not null)
            request.Headers.Add(path.StartsWith("/api/v1", StringComparison.Ordinal) ? "X-Slipway-Workspace" : "X-MLFLOW-WORKSPACE", workspace);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request, Ct);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }
}

public sealed class WorkspaceDeletionOnSqlite : WorkspaceDeletionContract;

public sealed class WorkspaceDeletionOnPostgres : WorkspaceDeletionContract
{
    protected override DatabaseProvider Provider => DatabaseProvider.Postgres;
}
