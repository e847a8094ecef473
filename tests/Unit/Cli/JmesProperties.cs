using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Cli.Output.JmesPath;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Cli;

public sealed class JmesProperties
{
    private const string Document = """{"a": [{"b": 1, "c": "x"}, {"b": 2}, [3, [4]], null], "d": {"e": {"f": true}}}""";

    private static readonly string[] s_pieces =
    [
        "a", "b", "d", ".", "*", "[]", "[*]", "[0]", "[-1:]", "[?", "]", "[", "{", "}", ":", ",", "==", ">", "&&", "||", "!", "|", "@",
        "(", ")", "&", "length(", "sort_by(", "'x'", "`1`", "\"c\"", "to_array(", " ", "2",
    ];

    /// <summary>Whatever is typed gives a value or a sentence, and never anything else.</summary>
    [Fact]
    public void Any_text_is_answered_or_refused() => Prop.ForAll(
        Gen.Elements(s_pieces).ListOf().ToArbitrary(),
        pieces =>
        {
            try
            {
                JmesExpression.Parse(string.Concat(pieces)).Of(JsonNode.Parse(Document));
            }
            catch (SlipwayException refusal)
            {
                return refusal.Message.StartsWith("--query: ", StringComparison.Ordinal);
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void A_slice_is_what_stepping_through_the_list_gives() => Prop.ForAll(
        (from count in Gen.Choose(0, 9)
         from bounds in Gen.Choose(-12, 12).ArrayOf(2)
         from step in Gen.Choose(-4, 4).Where(value => value != 0)
         select (count, bounds, step)).ToArbitrary(),
        given =>
        {
            var list = new JsonArray([.. Enumerable.Range(0, given.count).Select(item => (JsonNode)item)]);

            var slice = JmesExpression.Parse($"[{given.bounds[0]}:{given.bounds[1]}:{given.step}]").Of(list)!.AsArray();

            return slice.Select(item => item!.GetValue<int>()).SequenceEqual(Stepped(given.count, given.bounds[0], given.bounds[1], given.step));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_filter_and_its_negation_part_a_list() => Prop.ForAll(
        (from numbers in Gen.Choose(-5, 5).ListOf() from limit in Gen.Choose(-5, 5) select (numbers, limit)).ToArbitrary(),
        given =>
        {
            var list = new JsonArray([.. given.numbers.Select(number => (JsonNode)number)]);
            int Count(string condition) => JmesExpression.Parse($"[?{condition}]").Of(list)!.AsArray().Count;

            return Count($"@ > `{given.limit}`") + Count($"!(@ > `{given.limit}`)") == list.Count
                && Count($"@ > `{given.limit}`") == given.numbers.Count(number => number > given.limit);
        }).Check(Config.QuickThrowOnFailure);

    // Python's rule, which the specification takes over: negative bounds count from the end, then all is clamped.
    private static IEnumerable<int> Stepped(int count, int start, int stop, int step)
    {
        for (var at = From(start); step > 0 ? at < From(stop) : at > From(stop); at += step)
            yield return at;

        int From(int bound)
        {
            var place = bound < 0 ? bound + count : bound;
            return step > 0 ? Math.Clamp(place, 0, count) : Math.Clamp(place, -1, count - 1);
        }
    }
}
