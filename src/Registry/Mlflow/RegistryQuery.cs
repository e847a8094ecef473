using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>What one request of a search of the registry asks for: the filter, the order and the page.</summary>
internal sealed class RegistryQuery
{
    private readonly string _scope;
    private readonly long _offset;

    /// <param name="what">Page tokens of one search are refused by the other.</param>
    public RegistryQuery(MlflowFields fields, string what, FilterGrammar filters, FilterGrammar orders, int usualResults, int mostResults)
    {
        Limit = PageSize.Of(fields, usualResults, mostResults);
        Filter = filters.Parse(fields.Text("filter"));
        Orders = orders.ParseOrders(fields.Texts("order_by"));
        _scope = $"{what} {fields.Text("filter")} {string.Join(',', Orders)}";
        _offset = PageToken.Decode(fields.Text("page_token"), _scope);
    }

    public int Limit { get; }

    public FilterNode? Filter { get; }

    public IReadOnlyList<OrderTerm> Orders { get; }

    /// <summary>With the parameters of the page: @Workspace, @Limit (one more than asked for) and @Offset.</summary>
    public FilterSql Sql(Dialect dialect, WorkspaceName workspace)
    {
        var sql = new FilterSql(dialect);
        sql.Parameters.Add("Workspace", workspace.Value);
        sql.Parameters.Add("Limit", Limit + 1);
        sql.Parameters.Add("Offset", _offset);
        return sql;
    }

    /// <param name="found">How many rows there were; more than the limit: another page follows.</param>
    public void WriteNextToken(Utf8JsonWriter json, int found)
    {
        if (found > Limit)
            json.WriteString("next_page_token", PageToken.Encode(_offset + Limit, _scope));
    }
}
