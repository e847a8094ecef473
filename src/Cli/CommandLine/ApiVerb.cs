using System.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.CommandLine;

/// <summary>Makes a verb that talks to a server.</summary>
internal static class ApiVerb
{
    public delegate Task<int> Body(SlipwayClient client, ParseResult parsed, OutputStyle format, CancellationToken ct);

    /// <summary>A command with the common options; its body gets a client and what the user wants to see.</summary>
    /// <param name="hasPage">The result can be had as HTML as well: <see cref="OutputFormat.Html"/>.</param>
    public static Command Create(string name, string description, IEnumerable<Symbol> parameters, Body body, bool hasPage = false)
    {
        var command = new Command(name, description);
        foreach (var parameter in parameters)
        {
            if (parameter is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)parameter);
        }

        var common = new CommonOptions(command, hasPage);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = common.Client(parsed);
            return await body(client, parsed, common.Style(parsed), ct);
        });
        return command;
    }
}
