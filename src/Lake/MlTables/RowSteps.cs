using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Yaml;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.MlTables;

/// <summary>Reads what is done with the rows of an MLTable.</summary>
internal static class RowSteps
{
    public static IReadOnlyList<string> Known { get; } =
        ["convert_column_types", "take", "skip", "take_random_sample", "keep_columns", "drop_columns", "filter"];

    /// <exception cref="SlipwayException">InvalidParameter: what is wrong with a filter.</exception>
    public static Func<string, string> Of(string name, YamlNode node, YamlNode? value, YamlProblems problems)
    {
        switch (name)
        {
            case "take":
                return Cut("limit", 1, value);
            case "skip":
                return Cut("offset", 0, value);
            case "take_random_sample":
                return Sample(value, node, problems);
            case "keep_columns":
                return Select(Columns(value));
            case "drop_columns":
                return Select($"* exclude ({Columns(value)})");
            case "convert_column_types":
                return Select($"* replace ({string.Join(", ", ColumnTypes.Conversions(value, node, problems))})");
            default:
                var text = (value as YamlScalarNode)?.Value ?? throw SlipwayException.Invalid("it is a text, such as col(\"delay\") > 15");
                var condition = FilterExpression.ToSql(text);
                return from => $"(select * from {from} where {condition})";
        }
    }

    private static Func<string, string> Select(string columns) => from => $"(select {columns} from {from})";

    private static Func<string, string> Cut(string clause, long least, YamlNode? value)
    {
        if (!long.TryParse((value as YamlScalarNode)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) || rows < least)
            throw SlipwayException.Invalid($"it is a number of rows from {least} on");
        return from => string.Create(CultureInfo.InvariantCulture, $"(select * from {from} {clause} {rows})");
    }

    private static string Columns(YamlNode? value)
    {
        var names = value switch
        {
            YamlScalarNode { Value: { Length: > 0 } one } => [one],
            YamlSequenceNode list => list.Children.OfType<YamlScalarNode>().Select(name => name.Value!).ToList(),
            _ => [],
        };
        return names.Count > 0 ? string.Join(", ", names.Select(DuckDbSql.Identifier)) : throw SlipwayException.Invalid("it is a list of columns");
    }

    // A version is the same each time that it is read, so its sample is, too, with a seed or without. Rows are chosen by a hash of their
    // number: the engine's own sample depends on its threads.
    private static Func<string, string> Sample(YamlNode? value, YamlNode node, YamlProblems problems)
    {
        var fields = new YamlFields(value as YamlMappingNode ?? new YamlMappingNode(), problems);
        fields.AllowOnly("take_random_sample", ["probability", "seed"]);
        var share = fields.Number("probability", 0, 1);
        if (share is null && fields.Find("probability") is null)
            problems.Add(node, "take_random_sample has a probability from 0 to 1.");
        var seed = fields.Number("seed", long.MinValue, long.MaxValue) ?? 0;
        return from => string.Create(
            CultureInfo.InvariantCulture,
            $"(select * exclude (slipway_row) from (select *, row_number() over () as slipway_row from {from}) where hash(slipway_row, {(long)seed}) / 18446744073709551616.0 < {share ?? 0:R})");
    }
}
