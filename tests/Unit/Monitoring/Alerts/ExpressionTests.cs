using FsCheck;
using FsCheck.Fluent;
using Slipway.Kernel;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Rules.Expressions;
using Xunit;

namespace Slipway.Unit.Monitoring.Alerts;

public sealed class ExpressionTests
{
    private static readonly string[] s_names = ["a", "b", "psi"];

    [Theory]
    [InlineData("a > 1", true)]
    [InlineData("a > 2", false)]
    [InlineData("a >= 2 and b <= 3", true)]
    [InlineData("a == 2 or missing > 1", true)]
    [InlineData("a != 2 and missing > 1", false)]
    [InlineData("a == 2 and missing > 1", null)]
    [InlineData("not a > 1", false)]
    [InlineData("not (a > 1 and b > 5)", true)]
    [InlineData("not missing > 1", null)]
    [InlineData("a + b * 2 == 8", true)]
    [InlineData("(a + b) * 2 == 10", true)]
    [InlineData("b - a - 1 == 0", true)]
    [InlineData("-a < -1.5e0", true)]
    [InlineData("b / a > 1.4", true)]
    [InlineData("a / 0 > 1", null)]
    [InlineData("a > 5 or b > 2 and a > 5", false)]
    public void A_condition_is_true_false_or_unknown(string text, bool? holds)
    {
        var found = Evaluate(text, ("a", [Of(2)]), ("b", [Of(3)]), ("missing", [Of(null)]));

        Assert.Equal(holds, Assert.Single(found).Holds);
    }

    [Theory]
    [InlineData("", "ends where a value was expected")]
    [InlineData("a", "'a' is a number; a condition compares")]
    [InlineData("a >", "ends where a value was expected")]
    [InlineData("a > 1 b", "'b' was not expected, at 7.")]
    [InlineData("a > 1 > 2", "'>' cannot follow another comparison")]
    [InlineData("c > 1", "'c' is not one of the values. Did you mean 'a'? Known: a, b, psi.")]
    [InlineData("psy > 1", "Did you mean 'psi'?")]
    [InlineData("a and b", "'and' needs conditions")]
    [InlineData("a > (b > 1)", "'>' needs numbers")]
    [InlineData("(a > 1", "The condition ends where ')' was expected.")]
    [InlineData("cont(a > 1) > 2", "'cont' is not a function. Did you mean 'count'?")]
    [InlineData("count(a) > 2", "'count' needs conditions")]
    [InlineData("max(1) > 2", "max(…) needs a value to look at")]
    [InlineData("a > 1; drop", "';' at 6 is no part of a condition")]
    public void A_mistake_is_told_where_it_is(string text, string told)
    {
        var refusal = Assert.Throws<SlipwayException>(() => ExpressionReader.Read(text, s_names));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Brackets_without_end_are_refused()
    {
        Assert.Throws<SlipwayException>(() => ExpressionReader.Read(new string('(', 1500) + "a > 1", s_names));
        Assert.Throws<SlipwayException>(() => ExpressionReader.Read(string.Concat(Enumerable.Repeat("not ", 400)) + "a > 1", s_names));
        Assert.Throws<SlipwayException>(() => ExpressionReader.Read(new string('-', 400) + "a > 1", s_names));
    }

    [Fact]
    public void Any_text_is_read_or_refused() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<string>>(),
        text => ReadOrRefuse(text.Get)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_row_of_words_is_read_or_refused() => Prop.ForAll(
        Gen.Elements("a", "psi", "1", "0.5", ">", "<=", "==", "and", "or", "not", "(", ")", "+", "-", "*", "/", "count", "max", " ").ListOf().ToArbitrary(),
        words => ReadOrRefuse(string.Join(' ', words))).QuickCheckThrowOnFailure();

    [Fact]
    public void Figures_of_one_feature_go_together_and_each_feature_is_looked_at()
    {
        var found = Evaluate(
            "psi > 0.2 and rows > 100",
            ("psi", [Of(0.3, ("feature", "hour")), Of(0.1, ("feature", "origin")), Of(0.5, ("feature", "day"))]),
            ("rows", [Of(500, ("feature", "hour")), Of(500, ("feature", "origin")), Of(50, ("feature", "day"))]));

        Assert.Equal([("hour", true), ("origin", false), ("day", false)], found.Select(one => (one.Dimensions["feature"], one.Holds!.Value)));
    }

    [Fact]
    public void What_tells_nothing_apart_goes_with_everything()
    {
        var found = Evaluate("psi > limit", ("psi", [Of(0.3, ("feature", "hour")), Of(0.1, ("feature", "origin"))]), ("limit", [Of(0.2)]));

        Assert.Equal([true, false], found.Select(one => one.Holds));
    }

    [Theory]
    [InlineData("count(psi > 0.15) == 2", true)]
    [InlineData("max(psi) == 0.3", true)]
    [InlineData("min(psi) == 0.1", true)]
    [InlineData("sum(psi) > 0.59 and sum(psi) < 0.61", true)]
    [InlineData("avg(psi) > 0.19 and avg(psi) < 0.21", true)]
    [InlineData("any(psi > 0.25)", true)]
    [InlineData("all(psi > 0.15)", false)]
    [InlineData("count(none > 1) >= 1", null)]
    public void Figures_are_taken_together(string text, bool? holds)
    {
        var found = Evaluate(
            text, ("psi", [Of(0.3, ("feature", "a")), Of(0.2, ("feature", "b")), Of(0.1, ("feature", "c")), Of(null, ("feature", "d"))]), ("none", []));

        Assert.Equal(holds, Assert.Single(found).Holds);
    }

    [Fact]
    public void Figures_can_be_compared_with_all_of_their_kind()
    {
        var found = Evaluate("psi > 2 * avg(psi)", ("psi", [Of(0.1, ("feature", "a")), Of(0.1, ("feature", "b")), Of(0.9, ("feature", "c"))]));

        Assert.Equal([false, false, true], found.Select(one => one.Holds));
    }

    [Fact]
    public void Values_that_combine_in_too_many_ways_are_refused()
    {
        Figure[] many = [.. Enumerable.Range(0, 40).Select(i => Of(i, ("feature", $"f{i}")))];
        Figure[] others = [.. Enumerable.Range(0, 40).Select(i => Of(i, ("segment", $"s{i}")))];

        var refusal = Assert.Throws<SlipwayException>(() => Evaluate("a > b", ("a", many), ("b", others)));

        Assert.Contains("combine in more than 1000 ways", refusal.Message, StringComparison.Ordinal);
    }

    private static List<(IReadOnlyDictionary<string, string> Dimensions, bool? Holds)> Evaluate(
        string text, params (string Name, IReadOnlyList<Figure> Figures)[] values)
    {
        var expression = ExpressionReader.Read(text, values.Select(value => value.Name));
        return [.. Binding.Of(expression, values.ToDictionary(value => value.Name, value => value.Figures))
            .Select(binding => (binding.Dimensions, expression.Of(binding) is { } worth ? (bool?)(worth == 1) : null))];
    }

    internal static Figure Of(double? value, params (string Name, string Value)[] dimensions) => new()
    {
        Dimensions = dimensions.ToDictionary(pair => pair.Name, pair => pair.Value),
        Labels = new Dictionary<string, string> { ["monitor"] = "flights" },
        Value = value,
        From = DateTimeOffset.UnixEpoch,
        To = DateTimeOffset.UnixEpoch.AddDays(1),
        Evidence = "monitor-run:1",
        Origin = "monitor flights",
    };

    private static void ReadOrRefuse(string text)
    {
        try
        {
            ExpressionReader.Read(text, s_names);
        }
        catch (SlipwayException refusal)
        {
            Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        }
    }
}
