using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Series;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class ScrapeContract(DatabaseProvider provider) : AlertContract(provider)
{
    private const string Page =
        """
        # HELP http_requests_total All requests.
        # TYPE http_requests_total counter
        http_requests_total{method="post",code="200"} 1027
        http_requests_total{method="get",code="200"} 5
        node_load1 0.5
        odd NaN
        #
        """;

    [Fact]
    public async Task A_page_of_metrics_becomes_series()
    {
        await GivenAsync(rule: "", receiver: null);
        Hook.Answers.Enqueue(response => _ = response.WriteAsync(Page, Ct));

        var started = await Act.RunAsync(Caller.System, Work("{\"url\": \"URL\", \"metrics\": [\"http_.*\", \"odd\"], \"labels\": {\"team\": \"a\"}}"), Ct);

        Assert.Equal("series:http_requests_total", started.Node);
        var instance = new Uri(Hook.Url).Authority;
        Assert.Equal(
            [
                $$"""http_requests_total {"code":"200","instance":"{{instance}}","method":"get","team":"a"} 5""",
                $$"""http_requests_total {"code":"200","instance":"{{instance}}","method":"post","team":"a"} 1027""",
                $$"""up {"instance":"{{instance}}","team":"a"} 1""",
            ],
            await KeptAsync());
    }

    [Fact]
    public async Task A_page_that_cannot_be_read_is_down_and_its_occurrence_fails()
    {
        await GivenAsync(rule: "", receiver: null);
        Hook.AnswerNext(500);
        var work = Work("{\"url\": \"URL\"}");

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Act.RunAsync(Caller.System, work, Ct));
        Time.Advance(TimeSpan.FromMinutes(1));
        var nonsense = await Assert.ThrowsAsync<SlipwayException>(() => Act.RunAsync(Caller.System, work, Ct));

        Assert.Equal($"{Hook.Url} answered 500.", refusal.Message);
        Assert.Equal($"{Hook.Url}: line 1: after the series comes its value, and maybe a time in milliseconds: 'thanks'.", nonsense.Message);
        Assert.All(await KeptAsync(), point => Assert.Matches("^up .* 0$", point));
    }

    [Theory]
    [InlineData("{\"url\": \"ftp://x/metrics\"}", "Invalid URL scheme")]
    [InlineData("{\"url\": \"URL\", \"metrics\": [\"(\"]}", "'(' is not a pattern")]
    [InlineData("{\"url\": \"URL\", \"labels\": {\"a b\": \"c\"}}", "'a b' is no label")]
    public async Task A_mistake_is_refused_when_the_schedule_is_made(string definition, string told)
    {
        await GivenAsync(rule: "", receiver: null);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Act.CheckAsync(Caller.System, Work(definition), Ct));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    private ScrapeAct Act => Host.Get<IEnumerable<IScheduledAct>>().OfType<ScrapeAct>().Single();

    private async Task<IReadOnlyList<string>> KeptAsync()
    {
        var pushed = Host.Get<PushedStore>();
        var kept = new List<string>();
        foreach (var series in await pushed.ListAsync(WorkspaceName.Default, null, Ct))
            kept.AddRange((await pushed.PointsAsync(series.Id, 0, long.MaxValue, 10, Ct)).Select(point => $"{series.Name} {series.Labels} {point.Value}"));
        return kept;
    }

    private ScheduledWork Work(string definition) => new()
    {
        Schedule = "node",
        Name = "node-1",
        Time = Time.GetUtcNow(),
        Trigger = [],
        Definition = JsonNode.Parse(definition.Replace("URL", Hook.Url, StringComparison.Ordinal))!,
        FileYaml = "",
        FileSource = "",
        Files = new Dictionary<string, Digest>(),
    };
}

public sealed class ScrapesOnSqlite() : ScrapeContract(DatabaseProvider.Sqlite);

public sealed class ScrapesOnPostgres() : ScrapeContract(DatabaseProvider.Postgres);
