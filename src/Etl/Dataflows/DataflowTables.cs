using System.Text.RegularExpressions;
using Slipway.Engines.DuckDb;
using Slipway.Jobs.Contracts;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>The tables that a dataflow's transforms name, beside its source.</summary>
/// <param name="Views">Inputs of the step by their names.</param>
/// <param name="Features">For each point-in-time join what stands in its FROM clause.</param>
/// <param name="Transform">The SQL with data versions bound; null: there is none.</param>
internal sealed record DataflowTables(
    IReadOnlyDictionary<string, LakeTable> Views, IReadOnlyDictionary<string, string> Features, string? Transform, IReadOnlyList<string> Files)
{
    public static async Task<DataflowTables> OpenAsync(
        ILakeTables tables, StepContext step, DataflowSettings settings, CancellationToken ct)
    {
        var views = new Dictionary<string, LakeTable>();
        var files = new List<string>();
        foreach (var input in step.Inputs.Values.Where(input => input.Tree is not null && input.Name != "source" && Names(settings, input.Name)))
        {
            views[input.Name] = await tables.TableAsync(input.Tree!.Value, ct);
            files.AddRange(views[input.Name].Files);
        }

        var features = new Dictionary<string, string>();
        foreach (var join in settings.Joins)
            features[join.Features] = views.ContainsKey(join.Features) ? DuckDbSql.Identifier(join.Features) : await BindAsync($"'data:{join.Features}'");
        var transform = settings.Transform is { } sql ? await BindAsync(sql) : null;
        return new DataflowTables(views, features, transform, files);

        async Task<string> BindAsync(string sql)
        {
            var bound = await tables.BindAsync(step.Caller, sql, ct);
            foreach (var node in bound.Reads.Select(read => read.Node).Distinct())
                step.Read(node);
            files.AddRange(bound.Files);
            return bound.Sql;
        }
    }

    private static bool Names(DataflowSettings settings, string input) =>
        settings.Joins.Any(join => join.Features == input)
        || (settings.Transform is { } sql && Regex.IsMatch(sql, $@"(?<![\w.]){Regex.Escape(input)}(?!\w)", RegexOptions.IgnoreCase));
}
