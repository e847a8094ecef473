using System.CommandLine;
using System.Text.Json;
using Slipway.Jobs.Contracts;
using Slipway.Server;

namespace Slipway.Cli.Verbs;

/// <summary>slipway schema: the JSON Schema of a kind of definition, for editors.</summary>
internal static class SchemaCommand
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var kind = new Argument<string>("kind") { Description = $"One of: {string.Join(", ", Definitions.Kinds)}." };
        var command = new Command("schema", "Print the JSON Schema of a kind of definition.") { kind };
        command.SetAction(parsed =>
        {
            Console.WriteLine(Definitions.Schema(parsed.GetValue(kind)!, ServerModule.StepKinds()).ToJsonString(s_indented));
            return 0;
        });
        return command;
    }
}
