using System.Net;
using System.Net.Http.Json;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>The registry in the whole server.</summary>
public sealed class RegistryInServerTests
{
    [Fact]
    public async Task The_server_answers_for_the_registry_on_both_roots_and_with_MLflows_errors()
    {
        var ct = TestContext.Current.CancellationToken;
        using var home = new TempFolder();
        await using var app = await ServerModule.StartAsync(
            new ServerSettings { Home = home.Path, Urls = ["http://127.0.0.1:0"] }, ct);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        foreach (var root in (string[])["/api", "/ajax-api"])
        {
            Assert.Equal("{}", await client.GetStringAsync($"{root}/2.0/mlflow/registered-models/search?max_results=5", ct));
            using var absent = await client.GetAsync($"{root}/2.0/mlflow/registered-models/get?name=absent", ct);
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
            Assert.Contains("RESOURCE_DOES_NOT_EXIST", await absent.Content.ReadAsStringAsync(ct), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_model_that_has_no_version_yet_has_an_empty_list_of_them()
    {
        var ct = TestContext.Current.CancellationToken;
        using var home = new TempFolder();
        await using var app = await ServerModule.StartAsync(
            new ServerSettings { Home = home.Path, Urls = ["http://127.0.0.1:0"] }, ct);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var created = await client.PostAsJsonAsync("/api/2.0/mlflow/registered-models/create", new { name = "empty" }, ct);
        using var unknown = await client.GetAsync("/api/v1/models/nope/versions", ct);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (created.StatusCode, unknown.StatusCode));
        Assert.Equal("""{"versions":[]}""", await client.GetStringAsync("/api/v1/models/empty/versions", ct));
    }
}
