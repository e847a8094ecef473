using Slipway.Cli.Output.JmesPath;

namespace Slipway.Cli.Output;

/// <summary>What the user wants to see of a result, and where it goes.</summary>
/// <param name="Out">Only the result goes here, so that <c>x=$(slipway … -o tsv)</c> works; all else goes to <paramref name="Error"/>.</param>
/// <param name="IsPipe">Nobody looks: no colours, and nothing is cut to a width.</param>
internal sealed record OutputStyle(OutputFormat Format, JmesExpression? Query, TextWriter Out, TextWriter Error, bool IsPipe)
{
    /// <summary>True when a verb may draw something of its own for people.</summary>
    public bool IsForPeople => Format == OutputFormat.Table && Query is null;
}
