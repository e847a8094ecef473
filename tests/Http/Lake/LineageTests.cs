using System.Net;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class LineageTests(LakeServer server) : IClassFixture<LakeServer>
{
    [Fact]
    public async Task A_version_that_was_uploaded_is_shown_without_parents_and_one_that_is_not_there_is_not_found()
    {
        await server.TableAsync("uploaded", "select 1 as x");

        foreach (var direction in new[] { "upstream", "downstream" })
        {
            Assert.Empty((await server.GetAsync($"/api/v1/lineage/{direction}?node=data:uploaded@1"))["edges"]!.AsArray());
            foreach (var node in new[] { "data:uploaded@2", "data:other@1", "data:uploaded", "model:uploaded@1" })
            {
                using var answer = await server.Client.GetAsync($"/api/v1/lineage/{direction}?node={node}", TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }
    }
}
