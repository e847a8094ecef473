using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>The files of models that a process has pulled: fetched when one is missing, freed when no deployment needs them.</summary>
public sealed class EdgeFilesTests : EdgeHome
{
    [Fact(Timeout = 180_000)]
    public async Task The_files_of_a_model_that_is_not_deployed_any_more_are_freed()
    {
        var other = await RegisterAsync("other", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        await PutAsync($"{Api}/deployments/other", """{"model":"other:1"}""");
        using var edge = await StartEdgeAsync("one");
        var content = Edges[0].Services.GetRequiredService<ContentStore>();
        var whileDeployed = await CollectAsync(other);
        using var deleted = await Control.DeleteAsync($"{Api}/deployments/other", Ct);
        await MoveAsync("green");
        await UntilAsync(edge, "green");

        var after = await CollectAsync(other);
        await Edges[0].StopAsync(Ct);
        await Edges[0].DisposeAsync();
        using var again = await StartEdgeAsync("one");

        Assert.Equal((HttpStatusCode.NoContent, true, false), (deleted.StatusCode, whileDeployed, after));
        await UntilAsync(again, "green");

        // Twice: what is found without a record is condemned first.
        async Task<bool> CollectAsync(Digest tree)
        {
            var collections = Edges[0].Services.GetRequiredService<Collections>();
            for (var i = 0; i < 2; i++)
            {
                var begun = await BeginAsync(collections);
                while (await collections.FindAsync(begun.Id, Ct) is { EndedAt: null })
                    await Task.Delay(20, Ct);
            }

            return await content.ExistsAsync(tree, Ct);
        }

        // A process collects by itself when it starts, and one at a time.
        async Task<Collection> BeginAsync(Collections collections)
        {
            while (true)
            {
                try
                {
                    return await collections.StartAsync("test", dryRun: false, TimeSpan.Zero, Ct);
                }
                catch (SlipwayException exception) when (exception.Code == ErrorCode.Conflict)
                {
                    await Task.Delay(20, Ct);
                }
            }
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task A_file_of_a_model_that_was_lost_is_fetched_again_though_the_list_of_its_files_is_there()
    {
        var other = await RegisterAsync("other", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Double));
        await PutAsync($"{Api}/deployments/other", """{"model":"other:1"}""");
        using var edge = await StartEdgeAsync("one");
        var content = Edges[0].Services.GetRequiredService<ContentStore>();
        var file = (await content.GetTreeAsync(other, Ct)).Entries.Single().Digest;
        File.Delete(await content.LocalFileAsync(file, Ct));

        await PutAsync($"{Api}/deployments/again", """{"model":"other:1"}""");

        while (!await content.ExistsAsync(file, Ct))
            await Task.Delay(20, Ct);
    }
}
