using System.Net;
using System.Net.Http.Json;
using Slipway.Http.Server;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>The registry in the whole server.</summary>
public sealed class RegistryInServerTests : RunningServer
{
    [Fact]
    public async Task The_server_answers_for_the_registry_on_both_roots_and_with_MLflows_errors()
    {
        foreach (var root in (string[])["/api", "/ajax-api"])
        {
            Assert.Equal("{}", await Client.GetStringAsync($"{root}/2.0/mlflow/registered-models/search?max_results=5", Ct));
            using var absent = await Client.GetAsync($"{root}/2.0/mlflow/registered-models/get?name=absent", Ct);
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
            Assert.Contains("RESOURCE_DOES_NOT_EXIST", await absent.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_model_that_has_no_version_yet_has_an_empty_list_of_them()
    {
        using var created = await Client.PostAsJsonAsync("/api/2.0/mlflow/registered-models/create", new { name = "empty" }, Ct);
        using var unknown = await Client.GetAsync("/api/v1/models/nope/versions", Ct);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (created.StatusCode, unknown.StatusCode));
        Assert.Equal("""{"versions":[]}""", await Client.GetStringAsync("/api/v1/models/empty/versions", Ct));
    }
}
