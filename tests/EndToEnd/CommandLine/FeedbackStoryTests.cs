using System.Text.Json.Nodes;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>True outcomes that come late, twice and for nobody, as somebody at a terminal sends them.</summary>
public sealed class FeedbackStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 180_000)]
    public async Task Labels_are_sent_from_a_file_corrected_and_counted()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        await DoublingModel.DeployAsync(_folder, server.Client.Server);
        await AskModelAsync(server.Client.Server);

        var first = await SendAsync(server.Client.Server, "id,label", "r.0,1", "r.1,0", "");
        var second = await SendAsync(server.Client.Server, "r.1,1", "nobody.7,1");
        var broken = await TryAsync(server.Client.Server, "r.2,1", "r.2,NaN");
        var shown = await SlipwayProgram.AskAsync(server.Client.Server, "online-endpoint", "feedback", "-n", "flights");
        var strange = await SlipwayProgram.RunAsync("online-endpoint", "feedback", "-n", "fights", "--server", server.Url);
        var rows = await SlipwayProgram.AskAsync(server.Client.Server, "sql", "select prediction_id, label from 'predictions:flights' order by 1", "-o", "json");

        Assert.Equal([2, 2, 0, 0], Counts(first));
        Assert.Equal([4, 3, 1, 1], Counts(second));
        Assert.Equal(2, broken.ExitCode);
        Assert.Contains("line 2: 'r.2,NaN' is not ID,LABEL with a number", broken.Error, StringComparison.Ordinal);
        Assert.Equal(Counts(second), Counts(shown));
        Assert.Equal((1, "Endpoint 'fights' does not exist."), (strange.ExitCode, strange.Error.Trim()));
        Assert.Equal([("r.0", 1.0), ("r.1", 1.0), ("r.2", null)], rows.AsArray().Select(row => ((string)row!["prediction_id"]!, (double?)row["label"])));
    }

    private static int[] Counts(JsonNode told) =>
        [(int)told["labels"]!, (int)told["predictions"]!, (int)told["corrected"]!, (int)told["unknown"]!];

    private async Task<JsonNode> SendAsync(Uri server, params string[] lines)
    {
        await File.WriteAllLinesAsync(_folder.File("labels.csv"), lines, Ct);
        return await SlipwayProgram.AskAsync(server, "online-endpoint", "feedback", "-n", "flights", "-f", _folder.File("labels.csv"));
    }

    private async Task<Executable.Finished> TryAsync(Uri server, params string[] lines)
    {
        await File.WriteAllLinesAsync(_folder.File("labels.csv"), lines, Ct);
        return await SlipwayProgram.RunAsync("online-endpoint", "feedback", "-n", "flights", "-f", _folder.File("labels.csv"), "--server", server.ToString());
    }

    private static async Task AskModelAsync(Uri server)
    {
        using var client = new HttpClient { BaseAddress = server };
        using var body = new StringContent("""{"id":"r","inputs":[{"name":"distance","shape":[3,1],"datatype":"FP64","data":[1,2,3]}]}""");
        using var answer = await client.PostAsync("/endpoints/flights/v2/models/double/infer", body, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }
}
