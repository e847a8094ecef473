using System.Globalization;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Search;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class FilterGrammarTests
{
    private static readonly string[] s_keys = ["auc", "val/loss", "a.b", "run name", "m-1", "größe", "x:y"];
    private static readonly string[] s_texts = ["", "a", "b%", "it's", "say \"x\"", "`", "OR", ") and ("];

    [Theory]
    [InlineData("metrics.auc > 0.5", "metric:auc:Greater:0.5")]
    [InlineData("metric.`val loss` <= -1.5e-3", "metric:val loss:LessOrEqual:-0.0015")]
    [InlineData("params.\"a.b\" = 'x'", "param:a.b:Equal:x")]
    [InlineData("parameters.a.b != \"x\"", "param:a.b:NotEqual:x")]
    [InlineData("tags.`mlflow.user` like '%x%'", "tag:mlflow.user:Like:%x%")]
    [InlineData("attributes.status = 'FINISHED'", "attribute:status:Equal:FINISHED")]
    [InlineData("Run Name ilike 'a'", "attribute:run_name:ILike:a")]
    [InlineData("Created>=12", "attribute:start_time:GreaterOrEqual:12")]
    [InlineData("run_id not in ('a','b')", "attribute:run_id:NotIn:a,b")]
    [InlineData("tag.x IS not Null", "tag:x:IsNotNull:")]
    [InlineData("dataset.context = 'training'", "dataset:context:Equal:training")]
    public void A_condition_is_understood(string filter, string expected)
    {
        var condition = Assert.IsType<FilterCondition>(RunFilters.Mlflow.Parse(filter));

        Assert.Equal(expected, Describe(condition));
    }

    [Theory]
    [InlineData("metrics.auc >", 14, "number")]
    [InlineData("metrics.auc > 'x'", 15, "number")]
    [InlineData("params.a = 5", 12, "quotes")]
    [InlineData("params.a > 'x'", 10, "compared with =, !=")]
    [InlineData("metrics.a = 1 or metrics.b = 2", 15, "OR")]
    [InlineData("(metrics.a = 1)", 1, "parentheses")]
    [InlineData("metrics.a = 1; metrics.b = 2", 14, "multiple expressions")]
    [InlineData("metrics.a = 1 and", 18, "missing")]
    [InlineData("metrics.a 1", 11, "comparator")]
    [InlineData("statsu = 'x'", 1, "Did you mean 'status'?")]
    [InlineData("metrcs.a = 1", 1, "Did you mean 'metrics'?")]
    [InlineData("tags.a = 'x", 10, "not closed")]
    [InlineData("run_id in ()", 12, "non-empty list")]
    [InlineData("run_id in ('a'", 15, "not closed")]
    [InlineData("status in ('RUNNING')", 8, "compared with")]
    [InlineData("metrics. = 1", 8, "key is missing")]
    [InlineData("metrics.a = 1e", 13, "not a number")]
    [InlineData("metrics.a = 1 metrics.b = 2", 15, "AND or the end")]
    [InlineData("?", 1, "no meaning")]
    [InlineData("'a' = 'b'", 1, "name of a field")]
    [InlineData("tags.a is 'x'", 11, "NULL")]
    public void A_mistake_is_told_with_its_position(string filter, int position, string reason)
    {
        var refusal = Assert.Throws<SlipwayException>(() => RunFilters.Mlflow.Parse(filter));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains($"at position {position} of", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_that_are_written_out_are_read_back_as_they_were()
    {
        var random = new Random(4711);
        for (var i = 0; i < 2000; i++)
        {
            var tree = Any(random, 3);

            var read = RunFilters.Extended.Parse(Write(tree));

            Assert.Equal(Describe(tree), Describe(read!));
        }
    }

    [Fact]
    public void No_text_whatever_breaks_the_parser()
    {
        var random = new Random(42);
        string[] pieces =
        [
            "metrics.a", "params.`b", "and", "or", "not", "(", ")", "'", "\"", "`", "=", ">", "in", "like", "is", "null", "1", "-",
            ".", ";", ",", "e5", " ", "\t", "é", "\u0000", "run_name", "'x'",
        ];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Join(random.Next(2) == 0 ? " " : "", random.GetItems(pieces, random.Next(1, 12)));
            var grammar = random.Next(2) == 0 ? RunFilters.Mlflow : RunFilters.Extended;
            try
            {
                grammar.Parse(text);
            }
            catch (SlipwayException refusal)
            {
                Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
            }
        }
    }

    [Theory]
    [InlineData("metrics.auc DESC", "metric auc False")]
    [InlineData("params.`a b`", "param a b True")]
    [InlineData("start_time asc", "attribute start_time True")]
    public void An_order_has_a_field_and_a_direction(string order, string expected)
    {
        var term = RunFilters.Mlflow.ParseOrder(order);

        Assert.Equal(expected, $"{term.Entity} {term.Key} {term.Ascending}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("metrics.auc sideways")]
    [InlineData("dataset.nothing")]
    [InlineData("metrics.auc desc, start_time")]
    public void An_order_with_a_mistake_is_refused(string order) =>
        Assert.Equal(
            ErrorCode.InvalidParameter, Assert.Throws<SlipwayException>(() => RunFilters.Mlflow.ParseOrder(order)).Code);

    [Fact]
    public void A_field_cannot_be_ordered_by_twice() =>
        Assert.Throws<SlipwayException>(() => RunFilters.Mlflow.ParseOrders(["metrics.a", "metric.a DESC"]));

    private static FilterNode Any(Random random, int depth)
    {
        switch (depth == 0 ? 0 : random.Next(4))
        {
            case 1:
                return new FilterAnd([Any(random, depth - 1), Any(random, depth - 1)]);
            case 2:
                return new FilterOr([Any(random, depth - 1), Any(random, depth - 1)]);
            case 3:
                return new FilterNot(Any(random, depth - 1));
            default:
                return random.Next(2) == 0
                    ? new FilterCondition
                    {
                        Entity = "metric",
                        Key = random.GetItems(s_keys, 1)[0],
                        Operator = FilterOperators.LessOrEqual,
                        Number = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)),
                        Position = 0,
                    }
                    : new FilterCondition
                    {
                        Entity = "tag",
                        Key = random.GetItems(s_keys, 1)[0],
                        Operator = FilterOperators.Like,
                        Text = random.GetItems(s_texts, 1)[0],
                        Position = 0,
                    };
        }
    }

    private static string Write(FilterNode node) => node switch
    {
        FilterAnd and => "(" + string.Join(" AND ", and.Parts.Select(Write)) + ")",
        FilterOr or => "(" + string.Join(" or ", or.Parts.Select(Write)) + ")",
        FilterNot not => $"NOT ({Write(not.Inner)})",
        FilterCondition { Number: { } number } condition =>
            string.Create(CultureInfo.InvariantCulture, $"metrics.`{condition.Key}` <= {number:R}"),
        FilterCondition condition => $"tags.`{condition.Key}` like {Quote(condition.Text!)}",
        _ => throw new InvalidOperationException(),
    };

    private static string Quote(string text) => text.Contains('\'', StringComparison.Ordinal) ? $"\"{text}\"" : $"'{text}'";

    private static string Describe(FilterNode node) => node switch
    {
        FilterAnd and => $"and({string.Join(' ', and.Parts.Select(Describe))})",
        FilterOr or => $"or({string.Join(' ', or.Parts.Select(Describe))})",
        FilterNot not => $"not({Describe(not.Inner)})",
        FilterCondition c => $"{c.Entity}:{c.Key}:{c.Operator}:"
            + (c.Number?.ToString("R", CultureInfo.InvariantCulture) ?? c.Text ?? string.Join(',', c.List)),
        _ => "",
    };
}
