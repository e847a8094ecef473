using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Profiles;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Tests;

/// <summary>
/// GET /api/v1/data/{name}/versions/{version}/suggested-tests: a suite that this version passes, made of its profile, to be
/// read and cut by a person.
/// </summary>
internal sealed class SuggestTests(IDataProfiles profiles, ILakeTables tables)
{
    private const int MostValues = 20;
    private const int FewestRepeats = 5;

    // Greater integers are rounded in a profile, and the bound might cut the greatest one off.
    private const double MostExact = 1L << 53;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/data/{name}/versions/{version}/suggested-tests", HandleAsync).WithName("SuggestDataTests").WithTags("data")
            .Produces<string>(contentType: "application/yaml");

    private static async Task<ContentHttpResult> HandleAsync(
        string name, string version, Caller caller, SuggestTests operation, CancellationToken ct) =>
        TypedResults.Text(await operation.RunAsync(caller, AssetName.Parse(name), version, ct), "application/yaml; charset=utf-8");

    private async Task<string> RunAsync(Caller caller, AssetName name, string version, CancellationToken ct)
    {
        var (found, profile) = await profiles.OfVersionAsync(caller, name, version, ct);
        var table = await tables.TableAsync(found.Tree, ct);
        using var connection = tables.ConnectSandboxed(table.Files, []);
        return Write(found, profile, TableColumns.Read(connection, table.Expression, ct));
    }

    private static string Write(DataVersion version, TableProfile profile, IReadOnlyDictionary<string, string> types)
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"# Suggested from {version.Name}:{version.Version} ({profile.Rows} rows), which passes all of it.\n");
        yaml.Append("# Keep what must hold of every version; loosen what only happened to hold of this one.\n");
        yaml.Append(CultureInfo.InvariantCulture, $"name: {version.Name}\nexpectations:\n");
        yaml.Append("  - expect: columns\n    types:\n");
        foreach (var (column, type) in types)
            yaml.Append("      ").Append(Scalar(column)).Append(": ").Append(IsPlain(type) ? type.ToLowerInvariant() : "any").Append('\n');
        yaml.Append(CultureInfo.InvariantCulture, $"  - {{expect: row_count, min: {profile.Rows / 2}, max: {Math.Max(1, profile.Rows * 2)}}}\n");
        foreach (var column in profile.Columns.Where(column => types.ContainsKey(column.Name) && column.Count > 0))
            Column(yaml, column);
        return yaml.ToString();
    }

    private static void Column(StringBuilder yaml, ColumnProfile column)
    {
        var name = Scalar(column.Name);
        if (column.Nulls == 0)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{expect: not_null, column: {name}}}\n");
        else if (column.Nulls < column.Count)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{expect: not_null, column: {name}, mostly: {Floor(1 - ((double)column.Nulls / column.Count))}, severity: warn}}\n");

        var values = column.Count - column.Nulls;
        if (column.DistinctIsExact && column.Distinct == values && values > 1 && column.Nulls == 0)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{expect: unique, columns: [{name}]}}\n");
        else if (IsCategory(column, values))
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{expect: in_set, column: {name}, values: [{string.Join(", ", column.Frequent.Top(MostValues).Select(value => Scalar(value.Label!)).Order(StringComparer.Ordinal))}]}}\n");
        var isExact = Math.Max(Math.Abs(column.Moments.Min), Math.Abs(column.Moments.Max)) <= MostExact;
        if (column is { Kind: ColumnKind.Number or ColumnKind.Time, Moments.Count: > 0, NotFinite: 0 } && isExact)
            Range(yaml, name, column);
    }

    private static bool IsCategory(ColumnProfile column, long values) =>
        column is { Kind: ColumnKind.Text, DistinctIsExact: true, Distinct: > 0 and <= MostValues }
        && values >= FewestRepeats * column.Distinct
        && column.Frequent.Top(MostValues).All(value => value.Label is { Length: < 100 });

    private static void Range(StringBuilder yaml, string name, ColumnProfile column)
    {
        var (min, max) = (Exact(column, column.Moments.Min), Exact(column, column.Moments.Max));
        yaml.Append(CultureInfo.InvariantCulture, $"  - {{expect: between, column: {name}, min: {min}, max: {max}}}\n");
        if (column.Kind != ColumnKind.Number || column.Distinct < MostValues)
            return;
        var middle = column.Quantiles.Quantiles([0.25, 0.75]);
        yaml.Append(CultureInfo.InvariantCulture, $"  - {{expect: quantile, column: {name}, quantile: 0.5, min: {middle[0]:R}, max: {middle[1]:R}, severity: warn}}\n");
    }

    private static string Exact(ColumnProfile column, double value)
    {
        if (column.Kind != ColumnKind.Time)
            return value.ToString("R", CultureInfo.InvariantCulture);
        var time = CellText.Number(column.Kind, value);
        return $"\"{(column.Type == "DATE" ? time.Split('T')[0] : time)}\"";
    }

    private static string Floor(double share) => (Math.Floor(share * 1000) / 1000).ToString(CultureInfo.InvariantCulture);

    private static bool IsPlain(string type) => type.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '(' or ')' or ',' or '[' or ']' or '_');

    // Quoted always: a value such as "no", "1" or "null" stays a text.
    private static string Scalar(string text) => "\"" + string.Concat(text.Select(letter => letter switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        < ' ' or '\u0085' or '\u2028' or '\u2029' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}"),
        _ => letter.ToString(),
    })) + "\"";
}
