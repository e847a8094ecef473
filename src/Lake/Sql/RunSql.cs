using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>
/// POST /api/v1/sql: a read-only query over data versions, streamed as one JSON object
/// <c>{"columns": [{"name","type"}], "rows": [[…]], "truncated": false}</c>. It sees the versions that it names and
/// nothing else of the machine.
/// </summary>
internal sealed class RunSql(ILakeTables tables, IAccess access, TimeProvider time)
{
    private const int DefaultRows = 10_000;
    private const int FlushBytes = 64 * 1024;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/sql", HandleAsync).WithName("RunSql").WithTags("lake");

    private static async Task HandleAsync(
        HttpContext context, Caller caller, Request request, RunSql operation, CancellationToken ct) =>
        await operation.RunAsync(caller, request, context.Response, ct);

    private async Task RunAsync(Caller caller, Request request, HttpResponse response, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "the lake by SQL", ct);
        var limit = request.Limit ?? DefaultRows;
        if (limit < 1)
            throw SlipwayException.Invalid($"limit is {limit}; it must be at least 1.");

        using var timeout = new CancellationTokenSource(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            var query = await tables.BindAsync(caller, request.Sql, ct);
            using var connection = tables.ConnectSandboxed(query.Files, []);
            using var result = connection.Query(query.Sql, either.Token);
            response.ContentType = "application/json";
            await WriteAsync(result, limit, response, ct);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new SlipwayException(
                ErrorCode.Timeout, $"The query took longer than {s_limit.TotalMinutes:0} minutes; filter or aggregate more.");
        }
    }

    private static async Task WriteAsync(DuckDbResult result, long limit, HttpResponse response, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(response.BodyWriter, s_json);
        json.WriteStartObject();
        json.WriteStartArray("columns");
        foreach (var column in result.Columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Type.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        long written = 0;
        var truncated = false;
        foreach (var row in result.Rows())
        {
            if (truncated = written++ == limit)
                break;
            JsonCells.WriteRow(json, row);
            if (json.BytesPending > FlushBytes)
                await json.FlushAsync(ct);
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated", truncated);
        json.WriteEndObject();
    }

    /// <param name="Sql">DuckDB SQL; versions are named in quotes: <c>select * from 'data:flights-raw@latest'</c>.</param>
    /// <param name="Limit">The most rows to answer with.</param>
    public sealed record Request(string Sql, long? Limit = null);
}
