using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>The file MLTable.</summary>
internal static class MLTableTable
{
    private static readonly Field[] s_delimited =
    [
        F("delimiter", Text, "What is between two fields."),
        F(
            "encoding",
            new ChoiceShape("utf8", "iso88591", "latin1", "ascii", "utf16", "utf32", "utf8bom", "windows1252"),
            "The encoding of the files."),
        F("header", Choice("all_files_same_headers", "no_header", "from_first_file", "all_files_different_headers"), "Where column names are."),
        F("empty_as_string", Flag, "False: an empty field is missing."),
        F("include_path_column", Flag, "Whether the file's path becomes a column."),
        F("support_multi_line", Flag, "Whether a quoted field may span lines."),
        F("infer_column_types", new EitherShape(Flag, Map(Any)), "Whether types are guessed."),
    ];

    private static readonly ObjectShape s_delta = new("a delta table reading", [
        F("timestamp_as_of", Text, "The time."),
        F("version_as_of", Integer(0), "The version.")])
    {
        Rules = [Rule.AtMostOne("timestamp_as_of", "version_as_of")],
    };

    private static readonly ObjectShape s_conversion = Object(
        "a conversion",
        Required("columns", TextList, "Columns by name."),
        Required(
            "column_type",
            new EitherShape(Choice("int", "float", "string", "boolean", "datetime", "stream_info"), Map(Any)),
            "Their type."));

    private static readonly ObjectShape s_transformation = new("a transformation", [
        F("read_delimited", new EitherShape(Flag, Object("a delimited reading", s_delimited)), "Reads lines of fields."),
        F("read_parquet", Object("a parquet reading", F("include_path_column", Flag, "Whether the file's path becomes a column.")), "Reads Parquet."),
        F(
            "read_json_lines",
            Object(
                "a JSON lines reading",
                F("encoding", Text, "The encoding of the files."),
                F("invalid_lines", Choice("error", "drop"), "What happens to lines that are no JSON."),
                F("include_path_column", Flag, "Whether the file's path becomes a column.")),
            "Reads JSON lines."),
        F("read_delta_lake", s_delta, "Reads a Delta table."),
        F("convert_column_types", OneOrMore(s_conversion), "Converts columns."),
        F("take", Integer(1), "The first rows."),
        F("skip", Integer(0), "Without the first rows."),
        F(
            "take_random_sample",
            Object("a sample", Required("probability", Number(0, 1), "The chance of a row."), F("seed", Integer(), "Makes it repeatable.")),
            "Some of the rows."),
        F("keep_columns", TextList, "Only these columns."),
        F("drop_columns", TextList, "Without these columns."),
        F("filter", Text, "Only rows for which it is true."),
        F("extract_columns_from_partition_format", Text, "Columns from the path."),
        F("extract_partition_format_into_columns", Text, "Columns from the path.")]);

    public static ObjectShape Table { get; } = Object(
        "an MLTable",
        CommonTables.Schema,
        F("type", Choice("mltable"), "mltable."),
        Required(
            "paths",
            List(new ObjectShape("a path", [
                F("file", Text, "A file."),
                F("folder", Text, "A folder."),
                F("pattern", Text, "A pattern of files.")])
            { Rules = [Rule.ExactlyOne("file", "folder", "pattern")] }),
            "The files, from the folder of this one."),
        F("transformations", List(new EitherShape(Choice("read_delimited", "read_parquet", "read_json_lines", "read_delta_lake"), s_transformation)), "What is done with them, in this order."),
        F("metadata", Map(Any), "Words about the table."),
        F("traits", Map(Any), "The time column, and the size of partitions."));
}
