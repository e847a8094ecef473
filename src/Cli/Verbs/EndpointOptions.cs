using System.CommandLine;
using Slipway.Cli.Output;
using Slipway.Jobs.Contracts;

namespace Slipway.Cli.Verbs;

/// <summary>The options that az ml's verbs of serving share.</summary>
internal static class EndpointOptions
{
    public static Option<string?> File(string what) => new("--file", "-f") { Description = $"Azure ML's YAML of {what}." };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Changes to the file: a.b=c.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    public static Option<string> Endpoint() => new("--endpoint-name", "--endpoint", "-e") { Description = "The endpoint's name.", Required = true };

    /// <summary>Taken for the scripts that name them: what is asked for is done when a verb returns, and the server is local.</summary>
    public static IEnumerable<Option> Accepted() =>
    [
        new Option<bool>("--no-wait") { Hidden = true },
        new Option<bool>("--local") { Hidden = true },
        new Option<bool>("--skip-script-validation") { Hidden = true },
        new Option<bool>("--package-model", "--with-package") { Hidden = true },
        new Option<bool>("--yes", "-y") { Hidden = true },
    ];

    /// <summary>The definition's references begin with "azureml:".</summary>
    public static string? Reference(string? model) =>
        model is null || model.StartsWith("azureml:", StringComparison.Ordinal) ? model : "azureml:" + model;

    /// <summary>Edits, with what flags say on top.</summary>
    public static List<DefinitionEdit> Edits(string[]? sets, params (string Field, string? Value)[] flags) =>
        [.. sets ?? [], .. flags.SelectMany(flag => DefinitionEdit.Option(flag.Field, flag.Value))];

    /// <summary>Tells what a file says that nothing here does anything with.</summary>
    public static async Task TellUnusedAsync(IReadOnlyList<string> fields, OutputStyle style)
    {
        if (fields.Count > 0)
            await style.Error.WriteLineAsync($"Without effect here: {string.Join(", ", fields)}.");
    }
}
