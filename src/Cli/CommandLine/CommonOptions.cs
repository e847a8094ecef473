using System.CommandLine;
using System.CommandLine.Parsing;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.CommandLine;

/// <summary>The options that every verb over a server shares.</summary>
internal sealed class CommonOptions
{
    private readonly Option<Uri?> _server = new("--server")
    {
        Description = "The server's address. Default: $SLIPWAY_SERVER, else http://127.0.0.1:5000.",
        DefaultValueFactory = result => Parse(
            Environment.GetEnvironmentVariable("SLIPWAY_SERVER") is { Length: > 0 } text ? text : "http://127.0.0.1:5000", result),
        CustomParser = result => Parse(result.Tokens[0].Value, result),
    };

    private readonly Option<string?> _workspace = new("--workspace-name", "-w") { Description = "The workspace. Default: default." };

    private readonly Option<OutputFormat?> _output = new("--output", "-o") { Description = "json, table, tsv or none." };

    public CommonOptions(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_workspace);
        command.Options.Add(_output);
    }

    public SlipwayClient Client(ParseResult parsed) => new(parsed.GetValue(_server)!, parsed.GetValue(_workspace));

    /// <summary>Table for people, JSON for pipes, unless asked otherwise.</summary>
    public OutputFormat Format(ParseResult parsed) =>
        parsed.GetValue(_output) ?? (Console.IsOutputRedirected ? OutputFormat.Json : OutputFormat.Table);

    public static Uri? Parse(string text, ArgumentResult result)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "http" or "https")
            return server;
        result.AddError($"'{text}' is not the address of a server; write http://127.0.0.1:5000 or the like.");
        return null;
    }
}
