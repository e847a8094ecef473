using System.Net;
using System.Net.Sockets;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>What is wrong is told in a sentence, and by the exit code: 1 when it failed, 2 when it was misused.</summary>
public sealed class RefusalTests : IDisposable
{
    private const string Nowhere = "http://127.0.0.1:9";
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, "Unrecognized command or argument 'srver'.", "srver")]
    [InlineData(2, "Unrecognized command or argument '--hmoe'.", "server", "--hmoe", "x")]
    [InlineData(2, "http://0.0.0.0:5000 can be reached from other machines", "server", "--home", "$/home", "--urls", "http://0.0.0.0:5000")]
    [InlineData(2, "http://[::]:5000 can be reached from other machines", "server", "--home", "$/home", "--urls", "http://[::]:5000")]
    [InlineData(2, "'5000' is not an address to listen on", "server", "--home", "$/home", "--urls", "5000")]
    [InlineData(2, "There is no address to listen on", "server", "--home", "$/home", "--urls", ";")]
    [InlineData(1, "/dev/null/home", "server", "--home", "/dev/null/home", "--urls", "http://127.0.0.1:0")]
    [InlineData(1, "The database does not answer", "server", "--home", "$/home", "--urls", "http://127.0.0.1:0", "--database", "Host=127.0.0.1;Port=9;Username=x")]
    [InlineData(2, "The database connection string is not one of PostgreSQL", "server", "--home", "$/home", "--database", "nonsense")]
    [InlineData(2, "the data has weeks 0 to 25", "demo", "--home", "$/home", "--until-week", "26")]
    [InlineData(2, "--summary: there is no folder", "demo", "--home", "$/home", "--summary", "$/nowhere/summary.json")]
    [InlineData(1, "No Slipway server answers at http://127.0.0.1:9/", "model", "list", "--server", Nowhere)]
    [InlineData(2, "'here' is not the address of a server", "model", "list", "--server", "here")]
    [InlineData(2, "write flights-late@champion", "model", "show", "flights-late", "--server", Nowhere)]
    [InlineData(2, "there is no file", "job", "create", "--file", "$/missing.yml", "--server", Nowhere)]
    public async Task A_wrong_call_is_refused_in_a_sentence(int code, string message, params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync(arguments.Select(argument => argument.Replace("$", _folder.Path, StringComparison.Ordinal)));

        AssertRefused(call, code, message);
    }

    [Theory]
    [InlineData("unknown kind", "job.yml:4:11: jobs.land.type: 'dataflw' is not a type of a step. Did you mean 'dataflow'?")]
    [InlineData("typo", "job.yml:2:1: comand: 'comand' is not a field of a command job. Did you mean 'command'?")]
    [InlineData("cycle", "The steps need each other in a circle: 'a' (line 3) needs 'b', 'b' (line 7) needs 'a'.")]
    [InlineData("noise", "job.yml:1:1: Here is a control character")]
    public async Task A_definition_with_a_mistake_is_refused_by_file_line_and_field(string mistake, string message)
    {
        var file = _folder.File("job.yml");
        await File.WriteAllTextAsync(file, Definition(mistake), Ct);

        var call = await SlipwayProgram.RunAsync("job", "create", "--file", file, "--server", Nowhere);

        AssertRefused(call, 2, message);
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        var call = await SlipwayProgram.RunAsync("server", "--home", _folder.File("home"), "--urls", url);

        AssertRefused(call, 1, $"Another program listens on {url}; choose another address with --urls.");
    }

    [Fact]
    public async Task A_home_that_another_server_holds_is_refused_and_what_is_unknown_there_is_said()
    {
        var home = _folder.File("home");
        using var server = await ServerProcess.StartAsync(home, Ct);
        var address = server.Client.Server.ToString();

        var second = await SlipwayProgram.RunAsync("server", "--home", home, "--urls", "http://127.0.0.1:0");
        var model = await SlipwayProgram.RunAsync("model", "show", "flights-late@champion", "--server", address);
        var sql = await SlipwayProgram.RunAsync("sql", "selct 1", "--server", address);
        var node = await SlipwayProgram.RunAsync("lineage", "show", "prediction:none.0", "--server", address);

        AssertRefused(second, 1, "process ");
        AssertRefused(model, 1, "flights-late");
        AssertRefused(sql, 2, "syntax error");
        AssertRefused(node, 1, "prediction:none.0");
    }

    private static void AssertRefused(Executable.Finished call, int code, string message)
    {
        Assert.Contains(message, call.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", call.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", call.Error, StringComparison.Ordinal);
        Assert.Equal("", call.Output);
        Assert.Equal(code, call.ExitCode);
    }

    private static string Definition(string mistake) => mistake switch
    {
        "unknown kind" =>
            """
            type: pipeline
            jobs:
              land:
                type: dataflw
                source: {type: parquet, path: /flights.parquet}
            """,
        "typo" =>
            """
            type: command
            comand: ls
            environment: azureml:any@latest
            """,
        "cycle" =>
            """
            type: pipeline
            jobs:
              a:
                {command: ls, environment: azureml:any@latest,
                inputs: {x: "${{parent.jobs.b.outputs.y}}"},
                outputs: {y: {type: uri_folder}}}
              b:
                {command: ls, environment: azureml:any@latest,
                inputs: {x: "${{parent.jobs.a.outputs.y}}"},
                outputs: {y: {type: uri_folder}}}
            """,
        _ => "\u0000\u0001",
    };
}
