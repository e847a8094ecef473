using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Slipway.Cli.CommandLine;

/// <summary>The library's help, and below it what is typed most often.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public static void Add(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExamples((HelpAction)option.Action!);
    }

    public override int Invoke(ParseResult parsed)
    {
        var code = help.Invoke(parsed);
        if (!VerbExamples.All.TryGetValue(Verb(parsed.CommandResult), out var lines))
            return code;
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var line in lines)
            output.WriteLine($"  {line}");
        output.WriteLine();
        return code;
    }

    private static string Verb(CommandResult command) =>
        command.Parent is CommandResult { Parent: CommandResult } above ? $"{Verb(above)} {command.Command.Name}" : command.Command.Name;
}
