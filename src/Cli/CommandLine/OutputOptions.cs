using System.CommandLine;
using System.CommandLine.Parsing;
using Slipway.Cli.Output;
using Slipway.Cli.Output.JmesPath;
using Slipway.Kernel;

namespace Slipway.Cli.CommandLine;

/// <summary><c>--output</c> and <c>--query</c>: what a verb that has a result prints of it.</summary>
internal sealed class OutputOptions
{
    private readonly Option<OutputFormat?> _output;

    private readonly Option<JmesExpression?> _query = new("--query")
    {
        Description = "A JMESPath expression over the result: name, \"[?status=='Failed'].name\".",
        CustomParser = ParseQuery,
    };

    /// <param name="hasPage">The result can be had as HTML as well.</param>
    public OutputOptions(Command command, bool hasPage)
    {
        _output = new Option<OutputFormat?>("--output", "-o")
        {
            Description = $"json, jsonc, yaml, yamlc, table, tsv{(hasPage ? ", html" : "")} or none. Default: a table on a terminal, json in a pipe or with --query.",
            HelpName = "format",
            CustomParser = result => ParseFormat(result, hasPage),
        };
        command.Options.Add(_output);
        command.Options.Add(_query);
    }

    public OutputStyle Style(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        var isPipe = Console.IsOutputRedirected || output != Console.Out;
        var query = parsed.GetValue(_query);
        var format = parsed.GetValue(_output) ?? (isPipe || query is not null ? OutputFormat.Json : OutputFormat.Table);
        return new OutputStyle(format, query, output, parsed.InvocationConfiguration.Error, isPipe);
    }

    private static OutputFormat? ParseFormat(ArgumentResult result, bool hasPage)
    {
        var text = result.Tokens[0].Value;
        var known = Enum.GetValues<OutputFormat>()
            .Where(format => hasPage || format != OutputFormat.Html)
            .Select(format => format.ToString().ToLowerInvariant())
            .ToList();
        if (known.Contains(text.ToLowerInvariant()))
            return Enum.Parse<OutputFormat>(text, ignoreCase: true);
        result.AddError($"--output: '{text}' is not a format.{Nearest.Hint(text, known)} Known: {string.Join(", ", known)}.");
        return null;
    }

    private static JmesExpression? ParseQuery(ArgumentResult result)
    {
        try
        {
            return JmesExpression.Parse(result.Tokens[0].Value);
        }
        catch (SlipwayException refusal)
        {
            result.AddError(refusal.Message);
            return null;
        }
    }
}
