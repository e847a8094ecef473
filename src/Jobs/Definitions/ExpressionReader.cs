using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>Parses text with <c>${{…}}</c>.</summary>
internal static partial class ExpressionReader
{
    private const string Forms =
        "inputs.x, outputs.x, search_space.x, parent.inputs.x, parent.outputs.x, parent.jobs.step.outputs.x, "
        + "parent.jobs.step.inputs.x, name, output_name, default_datastore, creation_context.trigger_time, trigger.x";

    public static bool HasExpression(string text) => text.Contains("${{", StringComparison.Ordinal);

    /// <summary>The text's parts. A malformed expression is reported to <paramref name="wrong"/> and kept as text.</summary>
    public static Template Read(string text, Action<string> wrong)
    {
        var parts = new List<TemplatePart>();
        var at = 0;
        while (text.IndexOf("${{", at, StringComparison.Ordinal) is var open and >= 0)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                wrong($"'{Shorten(text[open..])}' opens with '${{{{' and is never closed by '}}}}'.");
                break;
            }

            if (open > at)
                parts.Add(new TemplatePart(text[at..open], null));
            var inner = text[(open + 3)..close].Trim();
            parts.Add(Parse(inner, wrong) is { } expression
                ? new TemplatePart(null, expression)
                : new TemplatePart(text[open..(close + 2)], null));
            at = close + 2;
        }

        if (at < text.Length || parts.Count == 0)
            parts.Add(new TemplatePart(text[at..], null));
        return new Template(parts);
    }

    private static Expression? Parse(string inner, Action<string> wrong)
    {
        if (Server(inner) is { } server)
            return new Expression(server, "");

        var match = Pattern().Match(inner);
        if (!match.Success)
        {
            wrong($"'${{{{{Shorten(inner)}}}}}' is not an expression.{Hint(inner)} Known: {Forms}.");
            return null;
        }

        var parent = match.Groups["parent"].Success;
        var name = match.Groups["name"].Value;
        var step = match.Groups["step"] is { Success: true } found ? found.Value : null;
        return (match.Groups["what"].Value, step, parent) switch
        {
            ("inputs", not null, _) => new Expression(ExpressionKind.StepInput, name, step),
            ("outputs", not null, _) => new Expression(ExpressionKind.StepOutput, name, step),
            ("inputs", _, true) => new Expression(ExpressionKind.ParentInput, name),
            ("outputs", _, true) => new Expression(ExpressionKind.ParentOutput, name),
            ("inputs", _, _) => new Expression(ExpressionKind.Input, name),
            ("trigger", _, _) => new Expression(ExpressionKind.TriggerFact, name),
            ("outputs", _, _) => new Expression(ExpressionKind.Output, name),
            _ => new Expression(ExpressionKind.SearchSpace, name),
        };
    }

    private static ExpressionKind? Server(string inner) => inner switch
    {
        "name" => ExpressionKind.JobName,
        "output_name" => ExpressionKind.OutputName,
        "default_datastore" => ExpressionKind.DefaultDatastore,
        "creation_context.trigger_time" => ExpressionKind.TriggerTime,
        _ => null,
    };

    // 'input.x' and 'parent.job.a.output.b' are the usual slips: only the fixed words are compared.
    private static string Hint(string inner)
    {
        string[] words = ["inputs", "outputs", "search_space", "parent", "jobs", "name", "output_name", "default_datastore", "trigger"];
        var wrongWord = inner.Split('.')
            .Where((word, index) => !words.Contains(word) && index is 0 or 1 or 3)
            .FirstOrDefault(word => Nearest.Find(word, words) is not null);
        return wrongWord is null ? "" : Nearest.Hint(wrongWord, words);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";

    [GeneratedRegex(
        @"\A((?<parent>parent)\.(jobs\.(?<step>[A-Za-z_][A-Za-z0-9_-]*)\.)?(?<what>inputs|outputs)|(?<what>inputs|outputs|search_space|trigger))\.(?<name>[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*)\z")]
    private static partial Regex Pattern();
}
