using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Serving.Batch.Scoring;

/// <summary>How a table is scored; Azure ML's batch settings, and the columns that are kept beside the answers.</summary>
internal sealed record BatchScoreSettings
{
    public required int MiniBatchSize { get; init; }

    /// <summary>False: the rows are counted and none are written.</summary>
    public required bool AppendsRows { get; init; }

    public required string OutputFile { get; init; }

    /// <summary>Files that may fail; -1: any number.</summary>
    public required int ErrorThreshold { get; init; }

    public required int Concurrency { get; init; }

    public required int MaxRetries { get; init; }

    /// <summary>Of one file; null: as long as it takes.</summary>
    public required TimeSpan? Timeout { get; init; }

    public required IReadOnlyList<string> KeepColumns { get; init; }

    /// <summary>Null: as the model's files say.</summary>
    public required string? Runtime { get; init; }

    public static IReadOnlyList<StepField> Fields { get; } =
    [
        new("mini_batch_size", FieldType.Integer, false, "Files of a mini-batch; 10 when absent."),
        new("output_action", FieldType.Text, false, "append_row (rows are written) or summary_only (they are counted)."),
        new("output_file_name", FieldType.Text, false, "The file of the answers: predictions.csv when absent; one that ends in .parquet is Parquet."),
        new("error_threshold", FieldType.Integer, false, "Files that may fail; -1, when absent: any number, but not all."),
        new("max_concurrency", FieldType.Integer, false, "Mini-batches at once; as many as there are cores when absent."),
        new("max_retries", FieldType.Integer, false, "How often a file is tried again; 3 when absent."),
        new("mini_batch_timeout", FieldType.Integer, false, "Seconds that a file may take; no limit when absent."),
        new("keep_columns", FieldType.List, false, "Columns of the input that are written beside the answers."),
        new("runtime", FieldType.Text, false, "onnx or python; as the model's files say when absent."),
    ];

    public static BatchScoreSettings Read(JsonObject settings) => new()
    {
        MiniBatchSize = Whole(settings, "mini_batch_size", 1) ?? 10,
        AppendsRows = settings["output_action"]?.ToString() switch
        {
            null or "append_row" => true,
            "summary_only" => false,
            var other => throw SlipwayException.Invalid($"output_action is '{other}'; it is append_row or summary_only."),
        },
        OutputFile = FileName(settings["output_file_name"]?.ToString() ?? "predictions.csv"),
        ErrorThreshold = Whole(settings, "error_threshold", -1) ?? -1,
        Concurrency = Whole(settings, "max_concurrency", 1) ?? Environment.ProcessorCount,
        MaxRetries = Whole(settings, "max_retries", 0) ?? 3,
        Timeout = Whole(settings, "mini_batch_timeout", 1) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        KeepColumns = [.. (settings["keep_columns"] as JsonArray ?? []).Select(column => column!.ToString())],
        Runtime = settings["runtime"]?.ToString(),
    };

    /// <summary>A plain name, so that it stays in the output's folder.</summary>
    public static string FileName(string name) =>
        name.Length is > 0 and <= 200 && name is not ("." or "..") && name.IndexOfAny(['/', '\\', '\0', '\n', '\'', '"', '$', '`']) < 0
            ? name
            : throw SlipwayException.Invalid($"output_file_name is '{name}'; give the name of a file, without folders and quotes.");

    private static int? Whole(JsonObject settings, string field, int least) => settings[field]?.ToString() switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least => value,
        var text => throw SlipwayException.Invalid($"{field} is '{text}'; it is a whole number of {least} or more."),
    };
}
