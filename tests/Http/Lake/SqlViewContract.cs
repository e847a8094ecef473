using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Lake;

public abstract class SqlViewContract(LakeServer server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_and_what_they_logged_are_tables()
    {
        var experiment = (string)(await MlflowAsync("experiments/create", new { name = "sql-views" }))["experiment_id"]!;
        var run = (string)(await MlflowAsync("runs/create", new { experiment_id = experiment, run_name = "first", start_time = 1_000 }))["run"]!["info"]!["run_id"]!;
        await MlflowAsync("runs/log-batch", new
        {
            run_id = run,
            metrics = new object[]
            {
                new { key = "auc", value = 0.5, timestamp = 1_000, step = 1 },
                new { key = "auc", value = 0.75, timestamp = 2_000, step = 2 },
                new { key = "loss", value = "NaN", timestamp = 1_000, step = 1 },
            },
            @params = new object[] { new { key = "depth", value = "6" } },
            tags = new object[] { new { key = "team", value = "a" } },
        });

        Assert.Equal(
            "run_name,experiment,status,start,lifecycle_stage\r\nfirst,sql-views,RUNNING,1000,active\r\n",
            await SqlAsync("select run_name, experiment, status, epoch_ms(start_time) as start, lifecycle_stage from 'tracking:runs' where experiment = 'sql-views'"));
        Assert.Equal(
            "key,value,step\r\nauc,0.75,2\r\nloss,,1\r\n",
            await SqlAsync("select m.key, m.value, m.step from 'tracking:metrics' m join 'tracking:runs' r using (run_id) where experiment = 'sql-views' order by 1"));
        Assert.Equal("n\r\n3\r\n", await SqlAsync($"select count(*) as n from 'tracking:points' where run_id = '{run}'"));
        Assert.Equal("value\r\n6\r\n", await SqlAsync($"select value from 'tracking:params' where run_id = '{run}' and key = 'depth'"));
        Assert.Equal("value\r\na\r\n", await SqlAsync("select value from 'tracking:tags' where key = 'team'"));
        Assert.Empty(Directory.GetDirectories(server.Home, "view-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Lines_of_a_jobs_log_are_a_table()
    {
        await server.Client.PostAsJsonAsync(
            "/api/v1/jobs", new { yaml = "type: command\ncommand: printf 'one\\ntwo\\n'\nenvironment: azureml:any@latest\n", name = "talker" }, Ct);
        await server.Client.GetStringAsync("/api/v1/jobs/talker/logs?follow=true", Ct);

        Assert.Equal("step,line,text\r\ntalker,1,one\r\ntalker,2,two\r\n", await SqlAsync("from 'logs:talker' order by line"));
    }

    [Theory]
    [InlineData("from 'tracking:run'", 400, "'tracking:run' is no table. Did you mean 'runs'?")]
    [InlineData("from 'logs:nobody'", 404, "Job 'nobody' does not exist.")]
    public async Task What_is_no_table_is_refused(string sql, int status, string message)
    {
        var refusal = await server.PostAsync("/api/v1/sql", new { Sql = sql });

        Assert.Equal(status, refusal.Status);
        Assert.StartsWith(message, refusal.Text, StringComparison.Ordinal);
    }

    private async Task<JsonNode> MlflowAsync(string path, object body)
    {
        using var answer = await server.Client.PostAsJsonAsync($"/api/2.0/mlflow/{path}", body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<string> SqlAsync(string sql)
    {
        var (status, text) = await server.PostAsync("/api/v1/sql", new { Sql = sql, Format = "csv" });
        Assert.True(status == 200, text);
        return text;
    }
}

public sealed class SqlViewsOnSqlite(LakeServer server) : SqlViewContract(server), IClassFixture<LakeServer>;

public sealed class SqlViewsOnPostgres(LakeServerOnPostgres server) : SqlViewContract(server), IClassFixture<LakeServerOnPostgres>;
