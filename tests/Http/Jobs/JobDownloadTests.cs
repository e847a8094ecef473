using Xunit;

namespace Slipway.Http.Jobs;

/// <summary><c>job download</c> by the names that a pipeline and its steps give their outputs.</summary>
public sealed class JobDownloadTests : IAsyncLifetime
{
    private const string Pipeline = """
        type: pipeline
        outputs: {out: {type: uri_folder}, o: {type: uri_folder}, never: {type: uri_folder}}
        jobs:
          say:
            command: echo said > ${{outputs.o}}/t
            environment: azureml:any@latest
            outputs: {o: "${{parent.outputs.out}}"}
          tell:
            command: echo told > ${{outputs.p}}/t
            environment: azureml:any@latest
            outputs: {p: "${{parent.outputs.o}}", own: {type: uri_folder}}
          fail:
            command: exit 3
            environment: azureml:any@latest
            outputs: {own: "${{parent.outputs.never}}"}
        """;

    private CommandServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await CommandServer.StartAsync();
        await _server.WriteAsync("pipeline.yml", Pipeline);
        await _server.RunAsync("job", "create", "-f", _server.File("pipeline.yml"), "-n", "talk", "--stream", "-o", "none");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("out", "out", "said")]
    [InlineData("o", "o", "told")]
    [InlineData("say.o", "say/o", "said")]
    [InlineData("tell.p", "tell/p", "told")]
    [InlineData("p", "p", "told")]
    public async Task The_pipelines_own_name_comes_before_that_of_a_step(string name, string folder, string said)
    {
        await _server.CallAsync("job", "download", "-n", "talk", "--output-name", name, "-p", _server.File("got"));

        Assert.Equal(said + "\n", await File.ReadAllTextAsync(_server.File($"got/named-outputs/{folder}/t"), Ct));
    }

    [Fact]
    public async Task A_model_is_made_of_the_output_that_the_pipeline_calls_so()
    {
        await _server.CallAsync("model", "create", "-n", "spoken", "-p", "azureml://jobs/talk/outputs/o", "--type", "custom_model");
        var never = await _server.RunAsync("model", "create", "-n", "none", "-p", "azureml://jobs/talk/outputs/never");
        await _server.CallAsync("model", "download", "-n", "spoken", "-v", "1", "-p", _server.File("model"));

        var file = Assert.Single(Directory.GetFiles(_server.File("model"), "t", SearchOption.AllDirectories));
        Assert.Equal("told\n", await File.ReadAllTextAsync(file, Ct));
        Assert.Equal((2, "--path: job 'talk' (Failed) has made no output 'never'; see slipway job show."), (never.Code, never.Errors));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("never")]
    public async Task What_is_none_or_not_made_is_refused_with_what_there_is(string name)
    {
        var (code, _, errors) = await _server.RunAsync("job", "download", "-n", "talk", "--output-name", name, "-p", _server.File("got"));

        Assert.Equal(1, code);
        Assert.Equal($"Job 'talk' (Failed) has made no output '{name}'. It has: out, o, say.o, tell.p, tell.own.", errors);
        Assert.False(Directory.Exists(_server.File("got")));
    }
}
