using System.CommandLine;
using System.CommandLine.Parsing;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.CommandLine;

/// <summary>The options that every verb over a server shares, by az ml's names.</summary>
internal sealed class CommonOptions
{
    private readonly Option<Uri?> _server = new("--server")
    {
        Description = "The server's address; $SLIPWAY_SERVER says it for all calls.",
        DefaultValueFactory = result => Parse(
            Environment.GetEnvironmentVariable("SLIPWAY_SERVER") is { Length: > 0 } text ? text : "http://127.0.0.1:5000", result),
        CustomParser = result => Parse(result.Tokens[0].Value, result),
    };

    private readonly Option<string?> _workspace = new("--workspace-name", "--workspace", "-w") { Description = "The workspace. Default: default." };

    private readonly OutputOptions _output;

    /// <param name="hasPage">The result can be had as HTML as well.</param>
    public CommonOptions(Command command, bool hasPage = false)
    {
        _output = new OutputOptions(command, hasPage);
        command.Options.Add(_server);
        command.Options.Add(_workspace);

        // Scripts for Azure name what is not here; their commands run as they are.
        Accept<string?>(command, "--resource-group", "-g");
        Accept<string?>(command, "--subscription");
        Accept<string?>(command, "--registry-name"); // there is one registry
        Accept<bool>(command, "--no-wait"); // what is asked for is done when a verb returns
        Accept<bool>(command, "--yes", "-y"); // nothing is asked
        Accept<bool>(command, "--skip-validation");
        Accept<bool>(command, "--only-show-errors");
        Accept<bool>(command, "--debug");
    }

    public SlipwayClient Client(ParseResult parsed) => new(parsed.GetValue(_server)!, parsed.GetValue(_workspace));

    public OutputStyle Style(ParseResult parsed) => _output.Style(parsed);

    // Where a verb means something by it, it has the option already.
    private static void Accept<T>(Command command, string name, params string[] aliases)
    {
        if (command.Options.All(option => option.Name != name && !option.Aliases.Contains(name)))
            command.Options.Add(new Option<T>(name, [.. aliases.Where(alias => command.Options.All(option => !option.Aliases.Contains(alias)))]) { Hidden = true });
    }

    public static Uri? Parse(string text, ArgumentResult result)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "http" or "https")
            return server;
        result.AddError($"'{text}' is not the address of a server; write http://127.0.0.1:5000 or the like.");
        return null;
    }
}
