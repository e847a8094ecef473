using System.CommandLine;

namespace Slipway.Cli.Verbs;

/// <summary>The options of verbs that take a definition, by az ml's names.</summary>
internal static class DefinitionOptions
{
    public static Option<string> File(string what) => new("--file", "-f") { Description = $"The YAML of {what}.", Required = true };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Edits of the YAML before it is read, path=value: inputs.week=3, jobs.train.compute=local, inputs.files[0].path=x.csv.",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Option<bool> Web() => new("--web") { Description = "Print the address of its page in the Studio." };
}
