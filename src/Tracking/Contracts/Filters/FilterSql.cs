using System.Globalization;
using Dapper;
using Slipway.Data;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>Writes conditions as SQL; every value becomes a parameter.</summary>
public sealed class FilterSql(Dialect dialect)
{
    private int _count;

    public DynamicParameters Parameters { get; } = new();

    /// <summary>Adds a value; the name to write in the SQL.</summary>
    public string Add(object? value)
    {
        var name = "@f" + (_count++).ToString(CultureInfo.InvariantCulture);
        Parameters.Add(name, value);
        return name;
    }

    /// <summary>The whole tree, each condition written by the given function.</summary>
    public static string Tree(FilterNode node, Func<FilterCondition, string> write) => node switch
    {
        FilterAnd and => "(" + string.Join(" and ", and.Parts.Select(part => Tree(part, write))) + ")",
        FilterOr or => "(" + string.Join(" or ", or.Parts.Select(part => Tree(part, write))) + ")",
        FilterNot not => "(not " + Tree(not.Inner, write) + ")",
        FilterCondition condition => write(condition),
        _ => throw new InvalidOperationException($"A filter has no {node.GetType().Name}."),
    };

    /// <summary>Compares a column with the condition's value.</summary>
    public string Compare(string column, FilterCondition condition)
    {
        if (condition.Number is { } number)
            return $"{column} {Symbol(condition.Operator)} {Add(number)}";
        return condition.Operator switch
        {
            FilterOperators.Like => dialect.Like(column, Add(Pattern(condition.Text!))),
            FilterOperators.ILike => dialect.ILike(column, Add(Pattern(condition.Text!))),
            FilterOperators.RLike when dialect.Provider == DatabaseProvider.Postgres => $"{column} ~ {Add(FilterRegex.For(dialect, condition.Text!))}",
            FilterOperators.RLike => $"{column} regexp {Add(FilterRegex.For(dialect, condition.Text!))}",
            FilterOperators.In => dialect.AnyOf(column, Add(condition.List)),
            FilterOperators.NotIn => dialect.NoneOf(column, Add(condition.List)),
            FilterOperators.IsNull => $"{column} is null",
            FilterOperators.IsNotNull => $"{column} is not null",
            _ => $"{column} {Symbol(condition.Operator)} {Add(condition.Text)}",
        };
    }

    /// <summary>The operator as SQL writes it.</summary>
    public static string Symbol(FilterOperators comparison) => comparison switch
    {
        FilterOperators.Equal => "=",
        FilterOperators.NotEqual => "<>",
        FilterOperators.Greater => ">",
        FilterOperators.GreaterOrEqual => ">=",
        FilterOperators.Less => "<",
        FilterOperators.LessOrEqual => "<=",
        _ => throw new InvalidOperationException($"{comparison} is not a plain comparison."),
    };

    // MLflow's patterns have no escape; the dialect's have the backslash.
    private static string Pattern(string like) => like.Replace(@"\", @"\\", StringComparison.Ordinal);
}
