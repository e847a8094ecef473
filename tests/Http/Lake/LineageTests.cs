using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class LineageTests(LakeServer server) : IClassFixture<LakeServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_that_was_uploaded_is_shown_without_parents_and_one_that_is_not_there_is_not_found()
    {
        var version = await server.TableAsync("uploaded", "select 1 as x");
        await server.Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            Caller.System, new NewModelVersion { Model = "uploaded", Tree = version.Tree, Flavor = "custom" }, Ct);

        foreach (var direction in new[] { "upstream", "downstream" })
        {
            foreach (var node in new[] { "data:uploaded@1", "model:uploaded@1" })
                Assert.Empty((await server.GetAsync($"/api/v1/lineage/{direction}?node={node}"))["edges"]!.AsArray());
            foreach (var node in new[] { "data:uploaded@2", "data:other@1", "data:uploaded", "model:uploaded@2", "model:uploaded@x", "model:uploaded", "run:none" })
            {
                using var answer = await server.Client.GetAsync($"/api/v1/lineage/{direction}?node={node}", Ct);
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }
    }
}
