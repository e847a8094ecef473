using System.Data.Common;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Evaluation;

/// <summary>Adds records; one whose inputs are there already is merged into the one that has them.</summary>
internal sealed class UpsertDatasetRecords(EvaluationDatasetStore datasets, IAccess access, TimeProvider time) : IMlflowOperation
{
    private const int MostRecords = 10_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<UpsertDatasetRecords>("POST", "/3.0/mlflow/datasets/{dataset_id}/records");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        var records = EvaluationRecord.Read(call.Fields.Required("records"));
        if (records.Count > MostRecords)
            throw SlipwayException.Invalid($"'records' has at most {MostRecords} entries; {records.Count} were given.");
        await access.DemandAsync(call.Caller, Permission.Write, $"dataset:{id}", ct);
        var inserted = 0;
        await datasets.ChangeAsync(call.Caller.Workspace, id, call.Fields.Text("updated_by"), async (tx, token) =>
        {
            inserted = 0;
            foreach (var record in records)
                inserted += await PutAsync(tx, id, record, token) ? 1 : 0;
            await DescribeAsync(tx, id, records, token);
        }, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteNumber("inserted_count", inserted);
            json.WriteNumber("updated_count", records.Count - inserted);
        }, ct);
    }

    private async Task<bool> PutAsync(DbTransaction tx, string id, JsonObject sent, CancellationToken ct)
    {
        var now = time.UtcNow();
        var by = sent["tags"] is JsonObject tags && tags["mlflow.user"] is JsonValue user ? user.ToString() : null;
        var place = new { Id = id, Hash = EvaluationRecord.InputHash(sent) };
        var known = await tx.FindAsync<string>(
            "select content from evaluation_records where dataset_id = @Id and input_hash = @Hash", place, ct);
        if (known is not null)
        {
            var record = JsonNode.Parse(known)!.AsObject();
            EvaluationRecord.Merge(record, sent, by, now);
            await tx.ExecuteAsync(
                "update evaluation_records set content = @Content where dataset_id = @Id and input_hash = @Hash",
                new { place.Id, place.Hash, Content = record.ToJsonString() },
                ct);
            return false;
        }

        var recordId = "dr-" + Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        await tx.ExecuteAsync(
            """
            insert into evaluation_records (dataset_id, input_hash, id, created_at, content)
            values (@Id, @Hash, @RecordId, @Now, @Content)
            """,
            new { place.Id, place.Hash, RecordId = recordId, Now = now, Content = EvaluationRecord.New(sent, id, recordId, by, now).ToJsonString() },
            ct);
        return true;
    }

    private static async Task DescribeAsync(DbTransaction tx, string id, IReadOnlyList<JsonObject> records, CancellationToken ct)
    {
        var known = await tx.FindAsync<string>("select schema from evaluation_datasets where id = @Id", new { Id = id }, ct);
        var schema = known is not null && JsonNode.Parse(known) is JsonObject kept
            ? kept
            : new JsonObject { ["inputs"] = new JsonObject(), ["outputs"] = new JsonObject(), ["expectations"] = new JsonObject(), ["version"] = "1.0" };
        foreach (var record in records)
            EvaluationRecord.Describe(schema, record);
        var count = await tx.FindAsync<long>("select count(*) from evaluation_records where dataset_id = @Id", new { Id = id }, ct);
        await tx.ExecuteAsync(
            "update evaluation_datasets set schema = @Schema, profile = @Profile where id = @Id",
            new { Id = id, Schema = schema.ToJsonString(), Profile = new JsonObject { ["num_records"] = count }.ToJsonString() },
            ct);
    }
}

internal sealed class GetDatasetRecords(EvaluationDatasetStore datasets, Database database, IAccess access) : IMlflowOperation
{
    private const int UsualRecords = 1000, MostRecords = 50_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetDatasetRecords>("GET", "/3.0/mlflow/datasets/{dataset_id}/records");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        var limit = PageSize.Of(call.Fields, UsualRecords, MostRecords);
        var scope = "records " + id;
        var offset = PageToken.Decode(call.Fields.Text("page_token"), scope);
        await access.DemandAsync(call.Caller, Permission.Read, $"dataset:{id}", ct);
        _ = await datasets.GetAsync(call.Caller.Workspace, id, ct);
        var page = await database.QueryAsync<string>(
            """
            select content from evaluation_records where dataset_id = @Id
            order by created_at, id limit @Limit offset @Offset
            """,
            new { Id = id, Limit = limit + 1, Offset = offset },
            ct);
        await call.AnswerAsync(json =>
        {
            json.WriteString("records", "[" + string.Join(",", page.Take(limit)) + "]");
            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
        }, ct);
    }
}

internal sealed class DeleteDatasetRecords(EvaluationDatasetStore datasets, Database database, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteDatasetRecords>("DELETE", "/3.0/mlflow/datasets/{dataset_id}/records");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        var ids = call.Fields.Texts("dataset_record_ids");
        await access.DemandAsync(call.Caller, Permission.Write, $"dataset:{id}", ct);
        var deleted = 0;
        await datasets.ChangeAsync(call.Caller.Workspace, id, by: null, async (tx, token) =>
        {
            deleted = await tx.ExecuteAsync(
                $"delete from evaluation_records where dataset_id = @Id and {database.Dialect.AnyOf("id", "@Ids")}",
                new { Id = id, Ids = ids.ToArray() },
                token);
            var count = await tx.FindAsync<long>("select count(*) from evaluation_records where dataset_id = @Id", new { Id = id }, token);
            await tx.ExecuteAsync(
                "update evaluation_datasets set profile = @Profile where id = @Id",
                new { Id = id, Profile = new JsonObject { ["num_records"] = count }.ToJsonString() },
                token);
        }, ct);
        await call.AnswerAsync(json => json.WriteNumber("deleted_count", deleted), ct);
    }
}
