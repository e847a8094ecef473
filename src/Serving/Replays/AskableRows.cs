using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Replays;

/// <summary>
/// What was collected and can be asked again: not the rows of deployments that kept an input as hashes or not at all, since a model would
/// answer to something that nobody asked.
/// </summary>
/// <param name="Query">The rows.</param>
/// <param name="LeftOut">How many others there were.</param>
internal sealed record AskableRows(string Query, long LeftOut)
{
    /// <param name="counts">Of the window, by deployment.</param>
    /// <param name="columns">Those that were collected.</param>
    public static AskableRows Of(
        string query, IReadOnlyList<CollectedCounts> counts, ServedModel model, IReadOnlyCollection<string> columns, DuckDbConnection connection, CancellationToken ct)
    {
        var wanted = model.Inputs.Select(input => input.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var masking = counts.Where(count => count.Masked.Any(wanted.Contains)).ToList();
        var unkept = Without(query, [.. columns.Where(column => column.StartsWith("input_", StringComparison.Ordinal))], connection, ct)
            .Where(pair => !masking.Exists(count => (count.Deployment, count.ModelVersion) == pair))
            .ToList();
        var lost = masking.ConvertAll(count => (count.Deployment, count.ModelVersion)).Concat(unkept).ToList();
        if (lost.Count == 0)
            return new AskableRows(query, 0);
        var isLost = string.Join(" or ", lost.Select(pair =>
            $"deployment = {DuckDbSql.Literal(pair.Deployment)} and model_version = {pair.ModelVersion.ToString(CultureInfo.InvariantCulture)}"));
        var leftOut = connection.QueryScalar<long>($"select count(*) from ({query}) where {isLost}", ct);
        if (connection.QueryScalar<long>($"select count(*) from ({query}) where not ({isLost})", ct) > 0)
            return new AskableRows($"select * from ({query}) where not ({isLost})", leftOut);
        var reasons = masking.Select(count => $"'{count.Deployment}' masked {string.Join(", ", count.Masked.Where(wanted.Contains))}")
            .Concat(unkept.Select(pair => $"'{pair.Deployment}' kept no inputs"));
        throw SlipwayException.Invalid($"Nothing of this window can be asked again: deployment {string.Join(", ", reasons)}.");
    }

    private static IReadOnlyList<(string Deployment, int ModelVersion)> Without(
        string query, IReadOnlyList<string> inputs, DuckDbConnection connection, CancellationToken ct)
    {
        var isNothing = inputs.Count == 0 ? "true" : $"bool_and({string.Join(" and ", inputs.Select(name => $"{DuckDbSql.Identifier(name)} is null"))})";
        using var result = connection.Query($"select deployment, model_version from ({query}) group by all having {isNothing}", ct);
        return result.Read(row => (row.Get<string>(0)!, row.Get<int>(1)));
    }
}
