namespace Slipway.Cli.Output;

/// <summary>How a verb prints what it found.</summary>
internal enum OutputFormat
{
    Json,
    Jsonc,
    Yaml,
    Yamlc,
    Table,
    Tsv,
    None,

    /// <summary>A page for a browser; only of what has one.</summary>
    Html,
}
