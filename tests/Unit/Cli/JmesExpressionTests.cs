using System.Text.Json.Nodes;
using Slipway.Cli.Output.JmesPath;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Cli;

/// <summary>The grammar and functions as https://jmespath.org/specification.html states them.</summary>
public sealed class JmesExpressionTests
{
    private const string Document =
        """
        {
          "a": {"b": {"c": [1, 2, 3]}, "list": [{"n": "x", "v": 3}, {"n": "y", "v": 1}, {"v": 2}]},
          "with space": {"a.b": 7},
          "deep": [[1, [2]], [], [3, null], 4],
          "jobs": [
            {"name": "j1", "status": "Failed", "tags": {"k": "1"}, "took": 10},
            {"name": "j2", "status": "Completed", "tags": {"k": "2"}, "took": 20},
            {"name": "j3", "status": "Failed", "tags": {}, "took": 5}
          ],
          "empty": [], "no": false, "zero": 0, "nothing": null, "text": "héllo"
        }
        """;

    [Theory]
    [InlineData("a.b.c", "[1,2,3]")]
    [InlineData("a.b.c[0]", "1")]
    [InlineData("a.b.c[-1]", "3")]
    [InlineData("a.b.c[7]", "null")]
    [InlineData("a.missing.c[0].d", "null")]
    [InlineData("\"with space\".\"a.b\"", "7")]
    [InlineData("@.zero", "0")]
    [InlineData("a.b.c[1:]", "[2,3]")]
    [InlineData("a.b.c[:-1]", "[1,2]")]
    [InlineData("a.b.c[::-1]", "[3,2,1]")]
    [InlineData("a.b.c[::2]", "[1,3]")]
    [InlineData("a.b.c[5:0:-2]", "[3]")]
    [InlineData("a.b.c[-100:100]", "[1,2,3]")]
    [InlineData("text[0:1]", "null")]
    [InlineData("jobs[].name", """["j1","j2","j3"]""")]
    [InlineData("jobs[*].tags.k", """["1","2"]""")]
    [InlineData("jobs[*].name | [0]", "\"j1\"")]
    [InlineData("jobs[*].name[0]", "[]")]
    [InlineData("jobs[1].name", "\"j2\"")]
    [InlineData("deep[]", "[1,[2],3,4]")]
    [InlineData("deep[][]", "[1,2,3,4]")]
    [InlineData("deep[*][0]", "[1,3]")]
    [InlineData("deep[0][1][0]", "2")]
    [InlineData("a.list[*].n", """["x","y"]""")]
    [InlineData("a.*.c", "[[1,2,3]]")]
    [InlineData("*.b.c[]", "[1,2,3]")]
    [InlineData("jobs[?status=='Failed'].name", """["j1","j3"]""")]
    [InlineData("jobs[?status==`Failed`].name", """["j1","j3"]""")]
    [InlineData("jobs[?took > `5` && status != 'Completed'].name", """["j1"]""")]
    [InlineData("jobs[?took <= `5` || name == 'j2'].name", """["j2","j3"]""")]
    [InlineData("jobs[?!tags].name", """["j3"]""")]
    [InlineData("jobs[?tags.k][].tags[].k", """["1","2"]""")]
    [InlineData("jobs[?contains(name, '2')].name | [0]", "\"j2\"")]
    [InlineData("jobs[?name > 'j1'].took", "[20,5]")]
    [InlineData("jobs[0].[name, tags.k, missing]", """["j1","1",null]""")]
    [InlineData("jobs[].{Name: name, \"the tag\": tags.k}", """[{"Name":"j1","the tag":"1"},{"Name":"j2","the tag":"2"},{"Name":"j3","the tag":null}]""")]
    [InlineData("nothing.[a]", "null")]
    [InlineData("nothing || no || text", "\"héllo\"")]
    [InlineData("zero && text", "\"héllo\"")]
    [InlineData("empty && text", "[]")]
    [InlineData("!no", "true")]
    [InlineData("(no || zero) == `0`", "true")]
    [InlineData("a.b.c == `[1, 2.0, 3]`", "true")]
    [InlineData("text < zero", "null")]
    [InlineData("`{\"x\": [1]}`.x[0]", "1")]
    [InlineData("'it\\'s'", "\"it's\"")]
    [InlineData("abs(`-3`)", "3")]
    [InlineData("avg(a.b.c)", "2")]
    [InlineData("avg(empty)", "null")]
    [InlineData("ceil(`1.2`)", "2")]
    [InlineData("floor(`-1.2`)", "-2")]
    [InlineData("contains(a.b.c, `2`)", "true")]
    [InlineData("starts_with(text, 'h')", "true")]
    [InlineData("ends_with(text, 'h')", "false")]
    [InlineData("join(', ', jobs[].name)", "\"j1, j2, j3\"")]
    [InlineData("keys(a)", """["b","list"]""")]
    [InlineData("values(`{\"p\": 1, \"q\": null}`)", "[1,null]")]
    [InlineData("length(jobs)", "3")]
    [InlineData("length(text)", "5")]
    [InlineData("jobs | length(@)", "3")]
    [InlineData("map(&missing, jobs)", "[null,null,null]")]
    [InlineData("max(a.b.c)", "3")]
    [InlineData("min(jobs[].name)", "\"j1\"")]
    [InlineData("max(empty)", "null")]
    [InlineData("max_by(jobs, &took).name", "\"j2\"")]
    [InlineData("min_by(jobs, &took).name", "\"j3\"")]
    [InlineData("merge(`{\"a\": 1, \"b\": 1}`, `{\"b\": 2}`)", """{"a":1,"b":2}""")]
    [InlineData("not_null(nothing, missing, text)", "\"héllo\"")]
    [InlineData("reverse(a.b.c)", "[3,2,1]")]
    [InlineData("reverse(text)", "\"olléh\"")]
    [InlineData("sort(`[3, 1, 2]`)", "[1,2,3]")]
    [InlineData("sort_by(jobs, &took)[].name", """["j3","j1","j2"]""")]
    [InlineData("sum(jobs[].took)", "35")]
    [InlineData("to_array(zero)", "[0]")]
    [InlineData("to_array(empty)", "[]")]
    [InlineData("to_number('1.5')", "1.5")]
    [InlineData("to_number(text)", "null")]
    [InlineData("to_string(a.b.c)", "\"[1,2,3]\"")]
    [InlineData("type(nothing)", "\"null\"")]
    [InlineData("type(no)", "\"boolean\"")]
    public void An_expression_gives_what_the_specification_says(string expression, string expected) =>
        Assert.Equal(
            JsonNode.Parse(expected)?.ToJsonString() ?? "null",
            JmesExpression.Parse(expression).Of(JsonNode.Parse(Document))?.ToJsonString() ?? "null");

    [Theory]
    [InlineData("", "at character 1, something is missing.")]
    [InlineData("a.", "at character 3, something is missing.")]
    [InlineData("a b", "at character 3, 'b' cannot stand.")]
    [InlineData("a[", "'[' cannot stand")]
    [InlineData("a]", "']' cannot stand")]
    [InlineData("[?a", "something is missing")]
    [InlineData("a = b", "to compare, write '=='")]
    [InlineData("'open", "' is not closed")]
    [InlineData("`\"`", "is not JSON")]
    [InlineData("a > 5", "'5' cannot stand")]
    [InlineData("[0:1:0]", "its step is not 0")]
    [InlineData("[1:2:3:]", "a slice is [start:stop:step]")]
    [InlineData("{a}", "'}' cannot stand")]
    [InlineData("[99999999999]", "is not an index")]
    [InlineData("lenght(@)", "there is no function 'lenght'. Did you mean 'length'?")]
    [InlineData("length()", "length takes 1 argument, and 0 are given")]
    [InlineData("sort_by(@, name)", "argument 2 of sort_by is an expression: &name")]
    [InlineData("length(&a)", "argument 1 of length is a value")]
    [InlineData("#", "'#' has no meaning")]
    public void A_malformed_expression_is_refused_with_the_place(string expression, string told)
    {
        var refusal = Assert.Throws<SlipwayException>(() => JmesExpression.Parse(expression));

        Assert.StartsWith($"--query: '{expression}' is not a JMESPath expression: at character ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("length(zero)", "argument 1 of length must be string or array or object, and it is number: 0")]
    [InlineData("sum(jobs[].name)", "argument 1 of sum must be an array of numbers")]
    [InlineData("sort_by(jobs, &tags)", "for an item the expression gives object")]
    [InlineData("sort_by(`[{\"k\": 1}, {\"k\": \"a\"}]`, &k)", "numbers and texts cannot be ordered together")]
    public void A_value_of_a_wrong_type_is_refused(string expression, string told)
    {
        var parsed = JmesExpression.Parse(expression);

        var refusal = Assert.Throws<SlipwayException>(() => parsed.Of(JsonNode.Parse(Document)));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_that_is_nested_without_end_is_refused() =>
        Assert.Contains(
            "nested more than",
            Assert.Throws<SlipwayException>(() => JmesExpression.Parse(new string('(', 100_000) + "a")).Message,
            StringComparison.Ordinal);
}
