using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>A query that is ready to run, with the files that its views were written to.</summary>
internal sealed class BoundSql(LakeQuery query, string folder) : IDisposable
{
    public LakeQuery Query => query;

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

/// <summary>Puts tables in place of the views and versions that a user's query names.</summary>
internal sealed partial class SqlBinding(ILakeTables tables, Policies<ILakeView> views, LakeOptions options)
{
    public async Task<BoundSql> BindAsync(Caller caller, string sql, CancellationToken ct)
    {
        Directory.CreateDirectory(options.TempFolder);
        var folder = Directory.CreateDirectory(Path.Combine(options.TempFolder, $"view-{Path.GetRandomFileName()}")).FullName;
        try
        {
            var found = new Dictionary<string, LakeTable>();
            foreach (Match match in Reference().Matches(sql))
            {
                if (views.Find(match.Groups["view"].Value) is { } view && !found.ContainsKey(match.Value))
                    found[match.Value] = await view.TableAsync(caller, match.Groups["subject"].Value, folder, ct);
            }

            var text = Reference().Replace(sql, match => found.TryGetValue(match.Value, out var table) ? $"(select * from {table.Expression})" : match.Value);
            var query = await tables.BindAsync(caller, text, ct);
            return new BoundSql(query with { Files = [.. query.Files, .. found.Values.SelectMany(table => table.Files)] }, folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    // 'tracking:runs', 'predictions:flights'
    [GeneratedRegex("'(?<view>[a-z]+):(?<subject>[^']+)'")]
    private static partial Regex Reference();
}
