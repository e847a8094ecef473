using System.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.CommandLine;

/// <summary>Makes a verb that talks to a server.</summary>
internal static class ApiVerb
{
    public delegate Task<int> Body(SlipwayClient client, ParseResult parsed, OutputStyle format, CancellationToken ct);

    /// <summary>A command with the common options; its body gets a client and what the user wants to see.</summary>
    public static Command Create(string name, string description, IEnumerable<Symbol> parameters, Body body)
    {
        var command = new Command(name, description);
        foreach (var parameter in parameters)
        {
            if (parameter is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)parameter);
        }

        var common = new CommonOptions(command);
        command.SetAction(async (parsed, ct) =>
        {
            using var client = common.Client(parsed);
            return await body(client, parsed, common.Style(parsed), ct);
        });
        return command;
    }
}
