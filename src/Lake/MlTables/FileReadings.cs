using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Lake.Yaml;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.MlTables;

/// <summary>Reads read_delimited, read_parquet and read_json_lines.</summary>
internal static class FileReadings
{
    private static readonly (string, string)[] s_encodings =
        [("utf8", "utf-8"), ("utf8bom", "utf-8"), ("ascii", "utf-8"), ("iso88591", "latin-1"), ("latin1", "latin-1"), ("utf16", "utf-16")];

    private static readonly (string, string)[] s_headers =
        [("all_files_same_headers", "same"), ("all_files_different_headers", "different"), ("no_header", "none"), ("from_first_file", "first")];

    public static FileReading Of(string name, YamlNode node, YamlNode? value, YamlProblems problems)
    {
        if (value is not (null or YamlMappingNode or YamlScalarNode { Value: "" or "true" or "null" or "~" }))
            problems.Add(value, $"{name} is a mapping of its settings.");
        var fields = new YamlFields(value as YamlMappingNode ?? new YamlMappingNode(), problems);
        var path = Flag(fields, "include_path_column", absent: false);
        switch (name)
        {
            case "read_parquet":
                fields.AllowOnly(name, ["include_path_column"]);
                return new FileReading(".parquet", []) { HasPathColumn = path };
            case "read_json_lines":
                fields.AllowOnly(name, ["encoding", "invalid_lines", "include_path_column"]);
                fields.Choice("encoding", "", ("utf8", ""), ("ascii", ""));
                // The engine makes an empty row of such a line, and does not leave it out.
                fields.Choice("invalid_lines", "", ("error", ""));
                return new FileReading(".jsonl", ["format = 'newline_delimited'"]) { HasPathColumn = path };
            default:
                fields.AllowOnly(
                    name, ["delimiter", "encoding", "header", "empty_as_string", "include_path_column", "support_multi_line", "infer_column_types", "path"]);
                return Delimited(fields, problems) with { HasPathColumn = path };
        }
    }

    private static FileReading Delimited(YamlFields fields, YamlProblems problems)
    {
        // Both read a line break within quotes as a part of the field.
        Flag(fields, "support_multi_line", absent: false);
        var encoding = fields.Choice("encoding", "utf-8", s_encodings);
        var header = fields.Choice("header", "same", s_headers);
        var delimiter = fields.Text("delimiter") ?? ",";
        if (delimiter.Length is 0 or > 4)
            problems.Add(fields.Find("delimiter")!, "delimiter has 1 to 4 characters.");
        return new FileReading(
            ".csv",
            [
                $"delim = {DuckDbSql.Literal(delimiter == "\\t" ? "\t" : delimiter)}",
                $"header = {(header == "none" ? "false" : "true")}",
                "skip = 0",
                $"encoding = {DuckDbSql.Literal(encoding)}",
                .. Types(fields, problems),
            ])
        {
            Delimiter = delimiter.Length == 1 && encoding != "utf-16" ? delimiter[0] : null,
            HasNoHeader = header == "none",
            HasOneHeader = header == "first",
            EmptyIsText = Flag(fields, "empty_as_string", absent: false),
        };
    }

    private static IEnumerable<string> Types(YamlFields fields, YamlProblems problems)
    {
        if (fields.Find("infer_column_types") is not YamlMappingNode map)
            return Flag(fields, "infer_column_types", absent: true) ? [] : ["all_varchar = true"];

        var inferring = new YamlFields(map, problems);
        inferring.AllowOnly("infer_column_types", ["sample_size", "column_type_overrides"]);
        var options = new List<string>();
        if (inferring.Number("sample_size", 1, int.MaxValue) is { } sample)
            options.Add(string.Create(CultureInfo.InvariantCulture, $"sample_size = {(long)sample}"));
        if (inferring.Find("column_type_overrides") is { } overrides)
        {
            var types = inferring.Map("column_type_overrides").Select(
                type => $"{DuckDbSql.Literal(type.Key)}: '{ColumnTypes.Sql(type.Value, overrides, problems)}'");
            options.Add($"types = {{{string.Join(", ", types)}}}");
        }

        return options;
    }

    private static bool Flag(YamlFields fields, string field, bool absent) =>
        fields.Choice(field, absent, ("true", true), ("false", false), ("True", true), ("False", false));
}
