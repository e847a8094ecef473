using System.CommandLine;
using System.CommandLine.Parsing;
using Slipway.Cli.CommandLine;
using Slipway.Http.Jobs;
using Xunit;

namespace Slipway.Http.CommandLine;

/// <summary>What holds for all verbs, so that nobody has to say it of each one.</summary>
public sealed class EveryVerbTests
{
    private const string Nowhere = "http://127.0.0.1:9";
    private const int Misused = 2;

    // They go on until they are told to end.
    private static readonly HashSet<string> s_hosts = ["demo", "server", "serve", "worker"];

    private const string Signs = "\u0001é😀'\"%00{";

    private static readonly string[] s_oddTexts = ["nope", "", "../../etc/passwd", new('a', 5000)];

    // Some verbs read what they are not given from standard input.
    static EveryVerbTests() => Console.SetIn(TextReader.Null);

    private static IReadOnlyList<Verb> Verbs { get; } = [.. Walk(CommandTree.Build(), [])];

    private static IEnumerable<Verb> Leaves => Verbs.Where(verb => verb.Command.Subcommands.Count == 0 && !s_hosts.Contains(verb.Path[0]));

    [Fact]
    public void Every_verb_and_all_that_it_takes_is_described()
    {
        var silent = Verbs.SelectMany(verb => Symbols(verb.Command)
            .Where(symbol => string.IsNullOrWhiteSpace(symbol.Description))
            .Select(symbol => $"{verb} {symbol.Name}"));

        Assert.Empty(silent);
    }

    [Fact]
    public void A_default_is_told_once()
    {
        var twice = Verbs.SelectMany(verb => verb.Command.Options
            .Where(option => option.HasDefaultValue && option.GetDefaultValue()?.ToString() is { Length: > 0 }
                && option.Description?.Contains("default:", StringComparison.OrdinalIgnoreCase) == true)
            .Select(option => $"{verb} {option.Name}: {option.Description} [default: {option.GetDefaultValue()}]"));

        Assert.Empty(twice);
    }

    // The library writes the default of an argument behind the description of its verb, where nobody knows of what it is.
    [Fact]
    public void No_argument_has_a_default_that_a_list_of_verbs_would_tell() =>
        Assert.DoesNotContain(Verbs, verb => verb.Command.Arguments.Any(argument => argument.HasDefaultValue));

    [Fact]
    public async Task Every_verb_tells_its_help_and_refuses_a_flag_that_it_does_not_have()
    {
        foreach (var verb in Verbs.Where(verb => verb.Path.Count > 0))
        {
            var help = await CallAsync([.. verb.Path, "--help"]);
            var wrong = await CallAsync([.. verb.Path, "--no-such-flag"]);

            Assert.True(help is { Code: 0, Errors: "" } && help.Output.Contains(verb.Command.Description!, StringComparison.Ordinal), $"{verb} --help: {help}");
            Assert.True(wrong.Code == Misused && wrong.Errors.Contains("'--no-such-flag'", StringComparison.Ordinal), $"{verb} --no-such-flag: {wrong}");
        }
    }

    [Fact]
    public async Task Every_example_of_a_help_is_a_call_of_its_verb()
    {
        foreach (var (verb, examples) in VerbExamples.All)
        {
            var help = await CallAsync([.. verb.Split(' '), "--help"]);
            foreach (var example in examples)
            {
                var words = CommandLineParser.SplitCommandLine(example[example.IndexOf("slipway ", StringComparison.Ordinal)..].TrimEnd(')')).Skip(1).ToArray();

                Assert.StartsWith(verb + " ", string.Join(' ', words) + " ", StringComparison.Ordinal);
                Assert.Empty(Misuses.Of(Abbreviations.Parse(CommandTree.Build(), words)));
                Assert.Contains($"  {example}\n", help.Output, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("Unrecognized command or argument 'jbo'. Did you mean 'job'?", "jbo")]
    [InlineData("Unrecognized command or argument '--max-reslts'. Did you mean '--max-results'?", "job", "list", "--max-reslts")]
    [InlineData("Unrecognized command or argument '--htlm'. Did you mean '--html'?", "data", "profile", "--htlm")]
    [InlineData("--name is empty.", "job", "show", "--name", "")]
    [InlineData("<query> is empty.", "sql", "")]
    [InlineData("--max-results: 'many' is not a whole number below 2147483648.", "job", "list", "--max-results", "many")]
    [InlineData("--change: 'then' is not a time such as 2026-01-31T08:00:00Z.", "monitor", "backtest", "--change", "then")]
    public async Task A_misuse_is_told_with_what_was_meant(string message, params string[] arguments)
    {
        var call = await CallAsync(arguments);

        Assert.Equal((Misused, ""), (call.Code, call.Output));
        Assert.Contains(message, call.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_follows_two_hyphens_is_an_argument()
    {
        var call = await CallAsync(["data", "profile", "--server", Nowhere, "--", "--html"]);

        Assert.StartsWith("No Slipway server answers", call.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_verb_says_what_it_misses()
    {
        foreach (var verb in Leaves.Where(verb => Needed(verb, "x").Count > 0))
        {
            var call = await CallAsync([.. verb.Path, "--server", Nowhere]);

            Assert.True(call.Code == Misused && IsSentence(call.Errors), $"{verb}: {call}");
        }
    }

    [Fact]
    public async Task Every_verb_says_that_no_server_answers()
    {
        foreach (var verb in Leaves)
        {
            var call = await CallAsync([.. verb.Path, .. Needed(verb, "x1"), .. verb.Command.Options.Any(option => option.Name == "--server") ? new[] { "--server", Nowhere } : []]);

            Assert.True(call.Code == 0 || IsSentence(call.Errors), $"{verb}: {call}");
        }
    }

    [Fact]
    public async Task Every_verb_takes_odd_texts_or_refuses_them_in_a_sentence()
    {
        await using var server = await CommandServer.StartAsync();
        var failures = new List<string>();
        foreach (var verb in Leaves)
        {
            var calls = s_oddTexts.Select(text => Needed(verb, text)).Concat(Optional(verb).Select(option => (IReadOnlyList<string>)[.. Needed(verb, Signs), option.Name, Signs]));
            foreach (var call in calls)
            {
                var (code, output, errors) = await server.RunAsync([.. verb.Path, .. call]);
                if (code is not (0 or 1 or Misused) || (code != 0 && output.Length == 0 && !IsSentence(errors)))
                    failures.Add($"{verb} {string.Join(' ', call.Select(Short))}: {code} {Short(output)} {errors}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count}: {string.Join('\n', failures)}");
    }

    private static IEnumerable<Verb> Walk(Command command, IReadOnlyList<string> path) =>
        command.Subcommands.SelectMany(below => Walk(below, [.. path, below.Name])).Prepend(new Verb(path, command));

    private static IEnumerable<Symbol> Symbols(Command command) =>
        [command, .. command.Arguments.Where(argument => !argument.Hidden), .. command.Options.Where(option => !option.Hidden && option is not System.CommandLine.Help.HelpOption and not VersionOption)];

    private static IReadOnlyList<string> Needed(Verb verb, string text) =>
    [
        .. verb.Command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0).Select(_ => text),
        .. verb.Command.Options.Where(option => option.Required).SelectMany(option => new[] { option.Name, text }),
    ];

    // Those that all verbs share are left out.
    private static IEnumerable<Option> Optional(Verb verb) => verb.Command.Options
        .Where(option => option is { Required: false, Hidden: false } && option.Arity.MaximumNumberOfValues > 0)
        .Where(option => option.Name is not ("--server" or "--output" or "--query" or "--workspace-name"));

    private static bool IsSentence(string errors) =>
        errors.Length > 0
        && !errors.Contains("This is a defect", StringComparison.Ordinal)
        && !errors.Contains("The server failed", StringComparison.Ordinal)
        && !errors.Contains("'System.", StringComparison.Ordinal)
        && !errors.Contains("Exception", StringComparison.Ordinal)
        && !errors.Contains("   at ", StringComparison.Ordinal);

    private static string Short(string text) => text.Length > 100 ? text[..100] + "…" : $"'{text}'";

    private static async Task<(int Code, string Output, string Errors)> CallAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private sealed record Verb(IReadOnlyList<string> Path, Command Command)
    {
        public override string ToString() => $"slipway {string.Join(' ', Path)}";
    }
}
