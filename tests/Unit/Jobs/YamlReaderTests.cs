using Slipway.Jobs.Definitions;
using Slipway.Jobs.Definitions.Yaml;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("", "f.yml:1:1: The file is empty")]
    [InlineData("# only a comment\n", "f.yml:1:1: The file is empty")]
    [InlineData("---\n...\n", "The file is empty")]
    [InlineData("- a\n- b", "f.yml:1:1: The file holds a list; a definition is a mapping")]
    [InlineData("just text", "f.yml:1:1: The file holds a single value")]
    [InlineData("a: 1\nb: 2\na: 3", "f.yml:3:1: 'a' stands here a second time; the first is in line 1.")]
    [InlineData("a: 1\n---\nb: 2", "f.yml:2:1: A second document begins here")]
    [InlineData("a: [1, 2", "This is not YAML")]
    [InlineData("a: 'x", "This is not YAML")]
    [InlineData("a:\n\t- b", "This is not YAML")]
    [InlineData("a: *b", "f.yml:1:4: '*b' has no '&b' before it.")]
    [InlineData("a: &b [*b]", "which would make it endless")]
    [InlineData("name: {{NAME}}", "A key of this mapping is a mapping or a list; keys are text.")]
    [InlineData("a: b\nc: d\u0000", "f.yml:2:5: Here is a control character (U+0000)")]
    [InlineData("<<: 3", "'<<' takes a mapping")]
    public void What_is_no_definition_is_refused_with_its_place(string yaml, string said)
    {
        var problems = new Problems();

        Assert.True(YamlReader.Read(yaml, "f.yml", problems) is null || problems.Any);

        Assert.Contains(said, string.Join('\n', problems.InOrder));
    }

    [Fact]
    public void Aliases_and_merge_keys_mean_what_they_stand_for()
    {
        var problems = new Problems();

        var root = YamlReader.Read(
            """
            base: &base {a: 1, b: 2}
            more: {<<: *base, b: 3}
            list: [*base, *base]
            """,
            "f.yml",
            problems)!;

        Assert.False(problems.Any);
        Assert.Equal("1", root.Map("more")!.Text("a"));
        Assert.Equal("3", root.Map("more")!.Text("b"));
        Assert.Equal(2, ((YamlList)root["list"]!).Items.Count);
    }

    [Fact]
    public void Aliases_of_aliases_do_not_explode()
    {
        var lines = Enumerable.Range(1, 30).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]");

        var refusal = Yaml.Refusal($"a0: &a0 [lol, lol]\n{string.Join('\n', lines)}");

        Assert.Contains("With its aliases the file holds more than 200,000 values.", refusal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Assert.Contains("nested more than 100 levels deep", Yaml.Refusal("a: " + new string('[', 5000)));
    }

    [Fact]
    public void A_file_of_more_than_a_megabyte_is_refused()
    {
        Assert.Contains("a definition has at most 1,048,576", Yaml.Refusal("command: " + new string('x', 1 << 20)));
    }

    [Theory]
    [InlineData("01", "1")]
    [InlineData("+7", "7")]
    [InlineData("-0", "0")]
    [InlineData("-007", "-7")]
    [InlineData("'01'", "01")]
    [InlineData("1.0", "1.0")]
    [InlineData("1.0.0", "1.0.0")]
    [InlineData("true", "true")]
    [InlineData("2026-01-31", "2026-01-31")]
    public void A_scalar_counts_by_its_text(string written, string text)
    {
        var root = YamlReader.Read($"v: {written}", "f.yml", new Problems())!;

        Assert.Equal(text, root.Text("v"));
    }

    [Fact]
    public void Windows_line_ends_byte_order_marks_and_trailing_blanks_do_no_harm()
    {
        var job = Yaml.Job("\uFEFFcommand: echo hi   \r\nenvironment: azureml:e:1 \t\r\n");

        Assert.Equal("echo hi", (string)job.Pipeline.Steps[0].Settings["command"]!);
    }

    [Fact]
    public void Block_scalars_keep_or_fold_their_lines()
    {
        var job = Yaml.Job("command: |\n  a\n  # b\n  c\nenvironment: azureml:e:1\ndescription: >-\n  one\n  two");

        Assert.Equal("a\n# b\nc\n", (string)job.Pipeline.Steps[0].Settings["command"]!);
        Assert.Equal("one two", job.Description);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("=1")]
    [InlineData("[0]=1")]
    [InlineData("a[99999999999]=1")]
    [InlineData("a[99999]=1")]
    [InlineData("a[b]=1")]
    [InlineData("a..b=1")]
    public void An_edit_that_is_none_is_refused(string edit)
    {
        var refusal = Yaml.Refusal(Yaml.Text("command: x\nenvironment: azureml:e:1") with { Edits = [edit] });

        Assert.Contains($"'{edit}' is not an edit: write path=value", refusal);
    }

    [Fact]
    public void An_edit_reaches_into_lists_and_makes_what_is_missing()
    {
        var root = YamlReader.Read("a: [1, {b: 2}]", "f.yml", new Problems())!;

        var edited = YamlEdit.Apply(root, ["a[1].b=3", "a[3]=x", "c.d.e=True"], new Problems());

        Assert.Equal("3", ((YamlMap)((YamlList)edited["a"]!).Items[1]).Text("b"));
        Assert.Equal(4, ((YamlList)edited["a"]!).Items.Count);
        Assert.Equal("True", edited.Map("c")!.Map("d")!.Text("e"));
    }
}
