using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>slipway sql: a query over data versions.</summary>
internal static class SqlCommand
{
    public static Command Create()
    {
        var query = new Argument<string>("query")
        {
            Description = "DuckDB SQL; data versions stand in quotes: \"select count(*) from 'data:flights-raw@latest'\".",
        };
        var limit = new Option<long?>("--max-results", "-n") { Description = "The most rows to print. Default: 10000." };
        var to = new Option<string?>("--to") { Description = "Write all rows to this file: .csv, .ndjson or .parquet." };
        var saveAs = new Option<string?>("--save-as") { Description = "Make the rows the next version of this data asset." };
        return ApiVerb.Create("sql", "Query data versions.", [query, limit, to, saveAs], async (client, parsed, format, ct) =>
        {
            if (parsed.GetValue(saveAs) is { } name)
            {
                var version = new JsonObject { ["name"] = name, ["sql"] = parsed.GetValue(query)! };
                Printer.Show((await client.PostAsync("api/v1/sql/versions", version, ct))!, format);
                return 0;
            }

            if (parsed.GetValue(to) is { } file)
            {
                await client.Data.SqlToFileAsync(parsed.GetValue(query)!, parsed.GetValue(limit), file, ct);
                return 0;
            }

            var result = await client.Data.SqlAsync(parsed.GetValue(query)!, parsed.GetValue(limit), ct);
            Print(result, format);
            if (result.Truncated)
                await format.Error.WriteLineAsync("There are more rows; --max-results shows more.");
            return 0;
        });
    }

    private static void Print(SqlResult result, OutputStyle format)
    {
        var names = result.Columns.Select(column => column.Name).ToList();
        var objects = result.Rows.Select(row =>
            (JsonNode)new JsonObject(names.Zip(row, (name, cell) => KeyValuePair.Create(name, JsonNode.Parse(cell.GetRawText())))));
        Printer.Rows(names, new JsonArray([.. objects]), format);
    }
}
