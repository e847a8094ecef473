using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Cli.CommandLine;

/// <summary>What is wrong with a command line, in sentences.</summary>
internal static partial class Misuses
{
    private const string EndOfOptions = "--";

    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var unknown = Unknown(parsed).ToList();
        return unknown.Count > 0
            ? [.. unknown.Select(word => Explain(word, parsed))]
            : [.. parsed.Errors.Select(Message), .. Empty(parsed)];
    }

    /// <summary>The words that are no option, command or argument of the verb.</summary>
    public static IEnumerable<string> Unknown(ParseResult parsed) =>
        Mistaken(parsed).Concat(parsed.UnmatchedTokens).Distinct(StringComparer.Ordinal);

    // The library's own sentence of a value that it cannot convert names .NET's types.
    private static string Message(ParseError error) =>
        error.Message.Contains("as expected type", StringComparison.Ordinal)
        && error.SymbolResult is OptionResult { Option: var option, Tokens: [{ Value: var text }, ..] } && Expected(option.ValueType) is { } expected
            ? $"{option.Name}: '{text}' is not {expected}."
            : error.Message;

    private static string? Expected(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.Int32 => "a whole number below 2147483648",
        TypeCode.Int64 => "a whole number below 9223372036854775808",
        TypeCode.Double => "a number",
        TypeCode.Boolean => "true or false",
        TypeCode.Object when (Nullable.GetUnderlyingType(type) ?? type) == typeof(DateTimeOffset) => "a time such as 2026-01-31T08:00:00Z",
        _ => null,
    };

    // As scripts give it that use a variable which is not set.
    private static IEnumerable<string> Empty(ParseResult parsed) => parsed.CommandResult.Children
        .Where(given => given is OptionResult { Option.Required: true } or ArgumentResult { Argument.Arity.MinimumNumberOfValues: > 0 })
        .Where(given => given.Tokens.Any(token => token.Value.Length == 0))
        .Select(given => given is OptionResult { Option.Name: var name } ? $"{name} is empty." : $"<{((ArgumentResult)given).Argument.Name}> is empty.");

    // The parser takes an option that it does not know for an argument, where the verb has room for one.
    private static IEnumerable<string> Mistaken(ParseResult parsed)
    {
        var literal = parsed.Tokens.Select(token => token.Value).SkipWhile(value => value != EndOfOptions).ToHashSet(StringComparer.Ordinal);
        return parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .Where(value => OptionName.IsMatch(value) && !literal.Contains(value));
    }

    private static string Explain(string word, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var known = word.StartsWith('-')
            ? command.Options.Where(option => !option.Hidden).Select(option => option.Name)
            : command.Subcommands.Select(below => below.Name);
        return $"Unrecognized command or argument '{word}'.{Nearest.Hint(word, known)}";
    }

    [GeneratedRegex("^--?[a-zA-Z][a-zA-Z-]*$")]
    private static partial Regex OptionName { get; }
}
