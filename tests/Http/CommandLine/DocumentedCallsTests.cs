using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Slipway.Cli.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.CommandLine;

/// <summary>Whoever types what a document shows finds the verb and its flags.</summary>
public sealed partial class DocumentedCallsTests
{
    [Fact]
    public void Every_call_in_a_document_names_a_verb_and_flags_that_it_has()
    {
        var calls = Directory.EnumerateFiles(Repository.Path("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.Path("README.md")).Append(Repository.Path("CONTRIBUTING.md"))
            .SelectMany(file => Calls(File.ReadAllText(file)).Select(call => (File: Path.GetRelativePath(Repository.Root(), file), Call: call)))
            .ToList();

        var wrong = calls.Select(call => (call.File, call.Call, Why: Mistake(call.Call))).Where(call => call.Why is not null).Select(call => $"{call.File}: {call.Call}: {call.Why}").ToList();

        Assert.True(calls.Count > 200);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // A line of a block of code, or a piece of code in a sentence; a line may go on behind a backslash.
    private static IEnumerable<string> Calls(string text) => Call.Matches(Continued.Replace(text, " ")).Select(match => match.Groups[1].Value.Trim());

    /// <summary>Null: there is such a verb, with all these flags.</summary>
    private static string? Mistake(string call)
    {
        Command command = CommandTree.Build();
        var options = command.Options.ToList();
        var words = CommandLineParser.SplitCommandLine(call).ToList();
        var next = 0;
        for (; next < words.Count && command.Subcommands.FirstOrDefault(verb => verb.Name == words[next]) is { } verb; next++)
        {
            command = verb;
            options.AddRange(command.Options);
        }

        if (command.Subcommands.Count > 0 && next < words.Count && Word.IsMatch(words[next]))
            return $"'{command.Name}' has no '{words[next]}'";
        var known = options.SelectMany(option => option.Aliases.Append(option.Name)).ToHashSet();
        return words.Skip(next).Select(word => word.Trim('[', ']', ',', '.').Split('=', '|')[0]).FirstOrDefault(word => Flag.IsMatch(word) && !known.Contains(word)) is { } flag
            ? $"there is no {flag}"
            : null;
    }

    [GeneratedRegex(@"(?:^(?:    |\t)?(?:\w+=\S+ )*(?:\./)?|`(?:\./)?|\$\()slipway ([^`|#\n)]+)", RegexOptions.Multiline)]
    private static partial Regex Call { get; }

    [GeneratedRegex(@" *\\\n *")]
    private static partial Regex Continued { get; }

    [GeneratedRegex("^[a-z][a-z-]*$")]
    private static partial Regex Word { get; }

    [GeneratedRegex("^--?[a-z][a-z-]*$")]
    private static partial Regex Flag { get; }
}
