using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Server.Studio;
using Xunit;

namespace Slipway.Http.Studio;

/// <summary>The files of the web application, from a folder that stands in for the built one.</summary>
public sealed class StudioFilesTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-studio-");
    private WebApplication? _app;
    private HttpClient? _client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "index.html"), "<title>Slipway</title>", Ct);
        _folder.CreateSubdirectory("assets");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "assets", "index-1a2b.js"), "let x", Ct);
        (_app, _client) = await StartAsync(_folder.FullName);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/models/flights-late?view=history")]
    [InlineData("/lineage?node=model:flights-late@3")]
    public async Task A_person_who_opens_an_address_of_the_application_gets_it(string address)
    {
        using var answer = await GetAsync(address, "text/html,*/*;q=0.8");

        Assert.Equal("<title>Slipway</title>", await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal("no-cache", answer.Headers.CacheControl!.ToString());
        Assert.StartsWith("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/nothing", "text/html")]
    [InlineData("/openapi/v2.json", "text/html")]
    [InlineData("/assets/old-9f9f.js", "text/html")]
    [InlineData("/models/flights-late", "application/json")]
    [InlineData("/models/flights-late", "*/*")]
    public async Task A_program_that_asks_for_what_is_not_there_gets_404_and_no_page(string address, string accept)
    {
        using var answer = await GetAsync(address, accept);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_route_of_the_server_comes_before_the_application()
    {
        using var answer = await GetAsync("/api/v1/known", "text/html");

        Assert.Equal("known", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Assets_are_kept_for_ever_because_their_names_change_with_their_content()
    {
        using var answer = await GetAsync("/assets/index-1a2b.js", "*/*");

        Assert.Equal("let x", await answer.Content.ReadAsStringAsync(Ct));
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_path_does_not_lead_out_of_the_folder()
    {
        await File.WriteAllTextAsync(_folder.FullName + ".secret", "secret", Ct);

        using var answer = await GetAsync($"/assets/..%2f..%2f{_folder.Name}.secret", "*/*");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_server_without_the_built_application_has_no_pages()
    {
        var (app, client) = await StartAsync(Path.Combine(_folder.FullName, "missing"));
        await using var _ = app;
        using var __ = client;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept", "text/html");

        using var answer = await client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        _folder.Delete(recursive: true);
        File.Delete(_folder.FullName + ".secret");
    }

    private static async Task<(WebApplication App, HttpClient Client)> StartAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseStudio(folder);
        app.MapGet("/api/v1/known", () => TypedResults.Text("known"));
        await app.StartAsync(Ct);
        return (app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    private Task<HttpResponseMessage> GetAsync(string address, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return _client!.SendAsync(request, Ct);
    }
}
