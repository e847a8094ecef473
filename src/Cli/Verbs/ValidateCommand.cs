using System.CommandLine;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring;

namespace Slipway.Cli.Verbs;

/// <summary>slipway validate: checks a definition of any kind without a server.</summary>
internal static class ValidateCommand
{
    private const int Misused = 2;

    public static Command Create()
    {
        var file = new Option<string>("--file", "-f") { Description = "The YAML file.", Required = true };
        var kind = new Option<string?>("--kind", "-k") { Description = $"What it is, if the file does not tell: {string.Join(", ", Definitions.Kinds)}." };
        var set = DefinitionOptions.Set();
        var command = new Command("validate", "Check a definition without a server.") { file, kind, set };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(kind), [.. parsed.GetValue(set) ?? []], parsed.InvocationConfiguration));
        return command;
    }

    private static int Run(string path, string? kind, DefinitionEdit[] edits, InvocationConfiguration console)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = JobFile.Describe(File.ReadAllText(path), Path.GetFileName(path), folder);
        var definition = file with { Kind = kind, Edits = edits };
        var problems = Definitions.Validate(definition);
        foreach (var problem in problems)
            console.Error.WriteLine(problem);
        if (problems.Count > 0)
            return Misused;
        var known = Definitions.Detect(definition) ?? kind;
        MonitoringModule.Check(known!, edits.Length == 0 ? file.Yaml : Definitions.Edit(file.Yaml, file.Source, edits), file.Source);
        console.Output.WriteLine($"{path} is a valid {known}.");
        return 0;
    }
}
