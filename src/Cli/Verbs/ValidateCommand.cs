using System.CommandLine;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring;

namespace Slipway.Cli.Verbs;

/// <summary>slipway validate: checks a definition of any kind without a server.</summary>
internal static class ValidateCommand
{
    private const int Misused = 2;

    private static readonly string[] s_kinds = [.. Definitions.Kinds.Concat(OwnKind.All.Select(own => own.Name)).Order(StringComparer.Ordinal)];

    public static Command Create()
    {
        var file = new Option<string>("--file", "-f") { Description = "The YAML file.", Required = true };
        var kind = new Option<string?>("--kind", "-k") { Description = $"What it is, if the file does not tell: {string.Join(", ", s_kinds)}." };
        var set = DefinitionOptions.Set();
        var command = new Command("validate", "Check a definition without a server.") { file, kind, set };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(kind), [.. parsed.GetValue(set) ?? []], parsed.InvocationConfiguration));
        return command;
    }

    private static int Run(string path, string? kind, DefinitionEdit[] edits, InvocationConfiguration console)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        if (kind is not null && !s_kinds.Contains(kind))
            throw SlipwayException.Invalid($"'{kind}' is not a kind of definition.{Nearest.Hint(kind, s_kinds)} Known: {string.Join(", ", s_kinds)}.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = JobFile.Describe(File.ReadAllText(path), Path.GetFileName(path), folder);
        if (OwnKind.Find(kind, file) is not { } own)
            return Run(file with { Kind = kind, Edits = edits }, path, console);
        own.Check(file with { Yaml = Edited(file.Yaml, file.Source, edits) });
        console.Output.WriteLine($"{path} is a valid {own.Name}.");
        return 0;
    }

    private static int Run(DefinitionFile definition, string path, InvocationConfiguration console)
    {
        var problems = Definitions.Validate(definition);
        foreach (var problem in problems)
            console.Error.WriteLine(problem);
        if (problems.Count > 0)
            return Misused;
        var known = Definitions.Detect(definition) ?? definition.Kind!;
        MonitoringModule.Check(known, Edited(definition.Yaml, definition.Source, definition.Edits), definition.Source);
        console.Output.WriteLine($"{path} is a valid {known}.");
        return 0;
    }

    private static string Edited(string yaml, string source, IReadOnlyList<DefinitionEdit> edits) =>
        edits.Count == 0 ? yaml : Definitions.Edit(yaml, source, edits);
}
