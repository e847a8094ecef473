using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Artifacts;

/// <summary>Begins an upload in parts: the answer has an address for each part.</summary>
internal sealed class CreateUpload(UploadStore uploads, IAccess access, TimeProvider time) : IRawOperation
{
    private const int MostParts = 10_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapProxy<CreateUpload>("POST", "mpu/create/{**path}");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.ReadAsync(http, ct);
        var parts = call.Fields.WholeNumber("num_parts") ?? 1;
        if (parts is < 1 or > MostParts)
            throw SlipwayException.Invalid($"Invalid value {parts} for parameter 'num_parts' supplied: it must be from 1 to {MostParts}.");
        var name = ArtifactPath.Parse(call.Fields.Required("path")).Name;
        var path = ArtifactPath.OfRequest(http, "/mlflow-artifacts/mpu/create/").Append(ArtifactPath.Parse(name));
        await access.DemandAsync(call.Caller, Permission.Write, $"artifact:{path}", ct);

        var id = Ids.New(time);
        await uploads.AddAsync(call.Caller.Workspace, id, path, ct);
        var root = $"{http.Request.Scheme}://{http.Request.Host}/api/2.0/mlflow-artifacts/mpu/parts/{id}";
        await call.AnswerAsync(json =>
        {
            json.WriteString("upload_id", id);
            json.WriteStartArray("credentials");
            for (var number = 1; number <= parts; number++)
            {
                json.WriteStartObject();
                json.WriteString("url", $"{root}/{number}");
                json.WriteNumber("part_number", number);
                json.WriteStartObject("headers");
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }, ct);
    }
}
