using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class HttpFlowTests(EtlHost host) : IClassFixture<EtlHost>, IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _asked = [];
    private WebApplication _app = null!;
    private RequestDelegate _answer = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Url => $"{_app.Urls.First()}/orders";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(context =>
        {
            _asked.Enqueue(context.Request.QueryString.Value ?? "");
            return _answer(context);
        });
        await _app.StartAsync(Ct);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("\"paging\": {\"type\": \"page\", \"size\": 2}", "?limit=2&page=1", "?limit=2&page=3")]
    [InlineData("\"paging\": {\"type\": \"offset\", \"size\": 2}", "?limit=2&offset=0", "?limit=2&offset=4")]
    [InlineData("\"paging\": {\"type\": \"cursor\", \"parameter\": \"after\", \"cursor\": \"meta.next\"}", "", "?after=4")]
    [InlineData("\"paging\": {\"type\": \"link\"}", "", "?at=4")]
    public async Task All_pages_are_read(string paging, string first, string last)
    {
        _answer = context => PageAsync(context, 5);
        var flow = new Flow(host);

        await flow.RunAsync($$"""{"source": {"type": "http", "url": "{{Url}}", "records": "data.items", {{paging}} } }""");

        Assert.Equal(["0|0.5|x0", "1|1.5|x1", "2|2.5|x2", "3|3.5|x3", "4|4.5|x4"], await flow.RowsAsync("select id, price, name from $table order by id"));
        Assert.Equal((first, last, 3), (_asked.First(), _asked.Last(), _asked.Count));
    }

    [Fact]
    public async Task Requests_prove_who_asks_and_name_the_window()
    {
        await host.Get<IVault>().SetAsync(Caller.System, "api", "sesame", Ct);
        _answer = context => context.Request.Headers.Authorization == "Bearer sesame"
            ? context.Response.WriteAsync("""[{"date": "2001-01-02T10:00:00", "x": 1}]""")
            : FailAsync(context, 401);
        var flow = new Flow(host);
        var source = $$"""{"type": "http", "url": "{{Url}}", "from_parameter": "since", "to_parameter": "until", "auth": {"type": "bearer", "secret": "api"} }""";

        await flow.RunAsync($$"""{"source": {{source}}, "window": {{Flow.Days}} }""", window: 1);
        var refusal = await new Flow(host).RefusalAsync($$"""{"source": {"type": "http", "url": "{{Url}}" } }""");

        Assert.Equal("?since=2001-01-02T00%3A00%3A00Z&until=2001-01-03T00%3A00%3A00Z", _asked.First());
        Assert.Equal(["1"], await flow.RowsAsync("select x from $table"));
        Assert.Equal(ErrorCode.PermissionDenied, refusal.Code);
        Assert.Equal($"{Url} refuses the credentials (it answers 401 Unauthorized): check source.auth and its secret.", refusal.Message);
    }

    [Fact]
    public async Task An_interface_is_asked_for_what_comes_from_a_whole_number_on()
    {
        _answer = context => context.Response.WriteAsync("""[{"id": 7}, {"id": 9}]""");
        var flow = new Flow(host);

        await flow.RunAsync($$"""{"source": {"type": "http", "url": "{{Url}}", "from_parameter": "since_id", "to_parameter": "until_id"}, "window": {"column": "id", "from": 7} }""");

        Assert.Equal("?since_id=7", _asked.First());
        Assert.Equal(["7", "9"], await flow.RowsAsync("select id from $table order by id"));
    }

    [Fact]
    public async Task An_interface_that_fails_now_and_then_is_asked_again()
    {
        _answer = context => _asked.Count switch
        {
            1 => FailAsync(context, 503),
            3 => BreakAsync(context),
            _ => PageAsync(context, 4),
        };
        var flow = new Flow(host);

        await flow.RunAsync($$"""{"source": {"type": "http", "url": "{{Url}}", "records": "data.items", "paging": {"type": "page", "size": 2} } }""");

        Assert.Equal(["4"], await flow.RowsAsync("select count(*) from $table"));
        Assert.Equal(5, _asked.Count);
    }

    [Fact]
    public async Task The_metadata_of_a_cloud_is_no_source()
    {
        var refusal = await new Flow(host).RefusalAsync("""{"source": {"type": "http", "url": "http://169.254.169.254/latest/meta-data"} }""");

        Assert.Equal("'169.254.169.254' is a link-local address, from which nothing is read.", refusal.Message);
    }

    [Theory]
    [InlineData("dies", "Page 2 of $ could not be read, tried 2 times: it answers 500 Internal Server Error. Nothing was landed.")]
    [InlineData("noise", "Page 1 of $ is no JSON: ")]
    [InlineData("object", "Page 1 of $ has no 'data.items'; correct source.records. Nothing was landed.")]
    [InlineData("numbers", "Page 1 of $: record 1 is no object. Nothing was landed.")]
    [InlineData("loop", "Page 2 of $ is one that was read before: its paging does not advance. Nothing was landed.")]
    [InlineData("elsewhere", "The next page of $ is on another host, evil.example; credentials are not sent there.")]
    [InlineData("nothing", "The source $ has no records; nothing was landed.")]
    [InlineData("missing", "Page 1 of $ does not exist (it answers 404 Not Found). Nothing was landed.")]
    [InlineData("moved", "Page 1 of $ cannot be read: it answers 302 Found. Nothing was landed.")]
    public async Task An_interface_that_is_not_what_it_should_be_lands_nothing(string kind, string message)
    {
        _answer = context => kind switch
        {
            "dies" => _asked.Count == 1 ? PageAsync(context, 5) : FailAsync(context, 500),
            "noise" => context.Response.WriteAsync("<html>"),
            "object" => context.Response.WriteAsync("{}"),
            "numbers" => context.Response.WriteAsync("""{"data": {"items": [1]}}"""),
            "loop" => context.Response.WriteAsync("""{"data": {"items": [{"a": 1}]}, "meta": {"next": "SELF"}}""".Replace("SELF", Url, StringComparison.Ordinal)),
            "elsewhere" => context.Response.WriteAsync("""{"data": {"items": [{"a": 1}]}, "meta": {"next": "http://evil.example/"}}"""),
            "nothing" => context.Response.WriteAsync("""{"data": {"items": []}}"""),
            "missing" => FailAsync(context, 404),
            _ => FailAsync(context, 302),
        };
        var flow = new Flow(host);

        var refusal = await flow.RefusalAsync($$"""{"source": {"type": "http", "url": "{{Url}}", "records": "data.items", "attempts": 2, "paging": {"type": "cursor", "cursor": "meta.next"} } }""");

        Assert.StartsWith(message.Replace("$", Url, StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
        Assert.Null(await flow.LatestAsync());
    }

    private static async Task PageAsync(HttpContext context, int total)
    {
        var query = context.Request.Query;
        var start = query.TryGetValue("page", out var page) ? (int.Parse(page!, null) - 1) * 2
            : int.Parse(query["offset"].FirstOrDefault() ?? query["after"].FirstOrDefault() ?? query["at"].FirstOrDefault() ?? "0", null);
        var items = Enumerable.Range(start, Math.Clamp(total - start, 0, 2)).Select(i => $$"""{"id": {{i}}, "price": {{i}}.5, "name": "x{{i}}"}""");
        var next = start + 2 < total ? $"{start + 2}" : "null";
        if (next != "null")
            context.Response.Headers.Link = $"</orders?at=0>; rel=\"first\", </orders?at={next}>; rel=\"next\"";
        await context.Response.WriteAsync($$"""{"data": {"items": [{{string.Join(", ", items)}}]}, "meta": {"next": {{next}} } }""");
    }

    private static Task FailAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task BreakAsync(HttpContext context)
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("[{\"a\":");
        await context.Response.Body.FlushAsync();
        context.Abort();
    }
}
