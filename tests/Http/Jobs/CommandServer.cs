using Microsoft.AspNetCore.Builder;
using Slipway.Cli.CommandLine;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Jobs;

/// <summary>A whole server with a folder of its own, and the command line that talks to it.</summary>
internal sealed class CommandServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private WebApplication _app = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string Url => _app.Urls.First();

    public static async Task<CommandServer> StartAsync()
    {
        var server = new CommandServer();
        server._app = await ServerModule.StartAsync(new ServerSettings { Home = server.File("home"), Urls = ["http://127.0.0.1:0"] }, Ct);
        return server;
    }

    public string File(string name) => _folder.File(name);

    public async Task<string> WriteAsync(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File(name))!);
        await System.IO.File.WriteAllTextAsync(File(name), text, Ct);
        return File(name);
    }

    /// <summary>What a verb prints, which must have ended well.</summary>
    public async Task<string> CallAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    public async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync([.. arguments, "--server", Url], output, errors);
        return (code, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
