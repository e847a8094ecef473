using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>
/// POST /api/v1/sql: a read-only query over data versions and views. It sees those that it names and nothing else of the
/// machine; it ends when its time is over or its client goes. The answer is streamed: as one JSON object
/// <c>{"columns": [{"name","type"}], "rows": [[…]], "truncated": false}</c>, or as NDJSON, CSV or a Parquet file.
/// </summary>
internal sealed class RunSql(ILakeTables tables, SqlBinding binding, IAccess access, LakeOptions options, TimeProvider time)
{
    private const int DefaultRows = 10_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/sql", HandleAsync).WithName("RunSql").WithTags("lake")
            .Produces<JsonElement>(StatusCodes.Status200OK, "application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.parquet");

    private static async Task HandleAsync(
        HttpContext context, Caller caller, SqlRequest request, RunSql operation, CancellationToken ct) =>
        await operation.RunAsync(caller, request, context.Response, ct);

    private async Task RunAsync(Caller caller, SqlRequest request, HttpResponse response, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "the lake by SQL", ct);
        var format = SqlFormats.Parse(request.Format ?? "json");
        SqlQuery.CheckLimits(request, options);
        var limit = SqlQuery.Timeout(request);
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            await WriteAsync(caller, request, format, response, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new SlipwayException(
                ErrorCode.Timeout, $"The query took longer than {limit.TotalSeconds:0} seconds; filter or aggregate more.");
        }
    }

    private async Task WriteAsync(Caller caller, SqlRequest request, SqlFormat format, HttpResponse response, CancellationToken ct)
    {
        using var bound = await binding.BindAsync(caller, request.Sql, ct);
        try
        {
            await WriteAsync(bound.Query, request, format, response, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed && !response.HasStarted)
        {
            throw SqlQuery.Refusal(exception, bound.Query);
        }
    }

    private async Task WriteAsync(LakeQuery query, SqlRequest request, SqlFormat format, HttpResponse response, CancellationToken ct)
    {
        if (format == SqlFormat.Parquet)
        {
            using var file = SqlFile.Write(tables, options, query, request.Limit, request.MemoryMegabytes, ct);
            response.ContentType = "application/vnd.apache.parquet";
            await response.SendFileAsync(file.Path, ct);
            return;
        }

        using var connection = tables.ConnectSandboxed(query.Files, [], request.MemoryMegabytes);
        using var statement = SqlQuery.Prepare(connection, query);
        using var result = statement.Query(ct);
        switch (format)
        {
            case SqlFormat.Csv:
                response.ContentType = "text/csv; charset=utf-8";
                await SqlRows.CsvAsync(result, request.Limit ?? long.MaxValue, response.BodyWriter, ct);
                break;
            case SqlFormat.NdJson:
                response.ContentType = "application/x-ndjson";
                await SqlRows.NdJsonAsync(result, request.Limit ?? long.MaxValue, response.BodyWriter, ct);
                break;
            default:
                response.ContentType = "application/json";
                await SqlRows.JsonAsync(result, request.Limit ?? DefaultRows, response.BodyWriter, ct);
                break;
        }
    }
}
