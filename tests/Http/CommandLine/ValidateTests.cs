using System.Text.RegularExpressions;
using Slipway.Cli.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.CommandLine;

/// <summary>Slipway's own kinds of files are checked without a server as Azure ML's are, as the guides and examples have them.</summary>
public sealed partial class ValidateTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("docs/guides/dataflows.md", "type: dataflow\ninputs", "job")]
    [InlineData("docs/guides/dataflows.md", "name: orders\ntype: dataflow\nincremental", "dataflow")]
    [InlineData("docs/guides/data-tests.md", "expectations:", "data-test")]
    [InlineData("examples/flights/tests.yml", "", "data-test")]
    [InlineData("examples/flights/retraining.yml", "", "retraining")]
    public async Task What_is_shown_is_valid(string path, string part, string kind)
    {
        var text = await File.ReadAllTextAsync(Repository.Path(path), TestContext.Current.CancellationToken);
        var yaml = part.Length == 0 ? text : Block.Matches(text).Select(match => match.Groups[1].Value).First(block => block.Contains(part, StringComparison.Ordinal));

        var (code, output, errors) = await ValidateAsync(yaml);

        Assert.Equal((0, ""), (code, errors));
        Assert.EndsWith($"is a valid {kind}.", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("type: retraining\nname: x\nmonitor: m\nmodel: m\ntriggers: {drif: {}}", "drif")]
    [InlineData("expectations: [{expect: not_nul, column: a}]", "Did you mean 'not_null'?")]
    [InlineData("name: x\ntype: dataflow\nincremental: {column: a, start: 2001-01-01, every: 1dd}\nsource: {type: data, asset: a}\nsink: {asset: b}", "'1dd' is no length of time")]
    [InlineData("name: x\ntype: dataflow\nincremental: {column: a, start: 2001-01-01, every: 1d}\nsource: {type: data, asset: a}\nsinc: {asset: b}", "file.yml:5:1: sinc")]
    [InlineData("expectations: [", "file.yml:2:1: This is not YAML")]
    public async Task What_is_wrong_is_told(string yaml, string message)
    {
        var (code, output, errors) = await ValidateAsync(yaml);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_that_is_said_counts_and_one_that_there_is_not_is_told()
    {
        var said = await ValidateAsync("name: x", "--kind", "data-test");
        var unknown = await ValidateAsync("name: x", "--kind", "datatest");

        Assert.Equal((2, 2), (said.Code, unknown.Code));
        Assert.Contains("expectations", said.Errors, StringComparison.Ordinal);
        Assert.StartsWith("'datatest' is not a kind of definition. Did you mean 'data-test'?", unknown.Errors, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Errors)> ValidateAsync(string yaml, params string[] more)
    {
        await File.WriteAllTextAsync(_folder.File("file.yml"), yaml, TestContext.Current.CancellationToken);
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync(["validate", "--file", _folder.File("file.yml"), .. more], output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }
}
